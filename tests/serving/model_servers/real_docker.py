"""Our own server in a container of a real engine, which stands in for TensorFlow Serving's image.

The image has an entry point that reads what that of TensorFlow Serving's image reads, and is the
shell that the server runs in, as there. The library and what it depends on are mounted from this
machine, which needs the Python of the image.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib.serving.model_servers.docker_daemon import DockerDaemon
from pipeline_lib.serving.model_servers.serving_image import ServingImage
from tests.docker_engine import PYTHON_IN_IMAGES, DockerEngine

_ENTRY_POINT = """\
export PYTHONPATH={import_path} HOME=/tmp
python3 -m pipeline_lib.serving --host=0.0.0.0 --port=8500 --rest_api_port=8501 \\
    --model_name="$MODEL_NAME" --model_base_path="$MODEL_BASE_PATH/$MODEL_NAME" "$@"
"""


@contextmanager
def own_image(engine: DockerEngine, base_image: str, folder: Path) -> Iterator[ServingImage]:
    """An image that serves as TensorFlow Serving's does, for a `with` block."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" != PYTHON_IN_IMAGES:
        pytest.skip(f"the library is mounted into an image with Python {PYTHON_IN_IMAGES}")
    script = _ENTRY_POINT.format(import_path=":".join(_import_path()))
    (folder / "entry_point.sh").write_text(script)
    (folder / "Dockerfile").write_text(
        f"FROM {base_image}\n"
        "COPY entry_point.sh /entry_point.sh\n"
        'ENTRYPOINT ["/bin/sh", "/entry_point.sh"]\n'
    )
    with engine.built(folder) as name, _mounting_the_library():
        repository, _, tag = name.rpartition(":")
        yield ServingImage(repository, tag)


@contextmanager
def own_network(engine: DockerEngine) -> Iterator[DockerDaemon]:
    """The engine with a network whose ports are published: one of the tests' own has none."""
    import docker

    try:
        network = engine.client.networks.create(f"plib-tests-{uuid.uuid4().hex}")
    except docker.errors.APIError as error:
        pytest.skip(f"Docker makes no network here: {error.explanation}")
    try:
        yield DockerDaemon(network=network.name)
    finally:
        network.remove()


def _import_path() -> list[str]:
    repository = str(Path(__file__).parents[3])
    return [repository, *(path for path in sys.path if path.endswith("-packages"))]


@contextmanager
def _mounting_the_library() -> Iterator[None]:
    import docker
    from docker.models.containers import ContainerCollection

    create = ContainerCollection.create

    def create_with_library(self: Any, *arguments: Any, mounts: Any, **options: Any) -> Any:
        library = [
            docker.types.Mount(path, path, type="bind", read_only=True) for path in _import_path()
        ]
        return create(self, *arguments, mounts=[*mounts, *library], **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ContainerCollection, "create", create_with_library)
        yield
