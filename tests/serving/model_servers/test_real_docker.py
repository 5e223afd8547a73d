"""Models that do what no model should, in containers of a real engine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from components.infra_validator.executor import Executor
from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.errors import DataError
from pipeline_lib.serving.model_servers.docker import OWNER_LABEL, DockerServer
from pipeline_lib.serving.model_servers.docker_daemon import DockerDaemon
from pipeline_lib.serving.model_servers.failures import ModelLoadError, ServerEndedError
from pipeline_lib.serving.model_servers.model_server import ServedModel
from pipeline_lib.serving.model_servers.requests import predict_request
from pipeline_lib.serving.model_servers.running import running
from pipeline_lib.serving.model_servers.serving_image import ServingImage
from pipeline_lib.serving.servables.servable import ModelReference
from tests.docker_engine import DockerEngine
from tests.serving import saved_models
from tests.serving.model_servers import bad_models
from tests.serving.model_servers.real_docker import own_image, own_network

LONG_S = 120.0
REQUEST = predict_request(ModelReference("m"), {"x": np.zeros(1, np.float32)}, "serving_default")


@pytest.fixture(scope="module")
def daemon(docker_engine: DockerEngine) -> Iterator[DockerDaemon]:
    with own_network(docker_engine) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def image(
    docker_engine: DockerEngine, base_image: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServingImage]:
    with own_image(docker_engine, base_image, tmp_path_factory.mktemp("image")) as image:
        yield image


def test_one_that_cannot_be_loaded(
    image: ServingImage, daemon: DockerDaemon, tmp_path: Path
) -> None:
    bad_models.unloadable(str(tmp_path / "m" / "1"))
    server = DockerServer(image, ServedModel("m", str(tmp_path / "m")), daemon)
    deadline = time.monotonic() + LONG_S
    with running(server, deadline) as started, pytest.raises(ModelLoadError) as raised:
        started.wait_until_available("m", 1, deadline)
    assert raised.value.reason.startswith(f"{image} cannot load the model: DATA_LOSS: ")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("aborting", "{image} ended by itself with signal 6 (SIGABRT)"),
        ("memory_eating", "{image} was killed: it used more than 1536 MiB of memory"),
    ],
)
def test_one_that_ends_its_server(
    docker_engine: DockerEngine,
    image: ServingImage,
    daemon: DockerDaemon,
    tmp_path: Path,
    name: str,
    reason: str,
) -> None:
    getattr(bad_models, name)(str(tmp_path / "m" / "1"))
    server = DockerServer(image, ServedModel("m", str(tmp_path / "m")), daemon, 1536 << 20)
    deadline = time.monotonic() + LONG_S
    with running(server, deadline) as started:
        started.wait_until_available("m", 1, deadline)
        with pytest.raises(ServerEndedError) as raised:
            started.ask(REQUEST, LONG_S)
    assert raised.value.reason == reason.format(image=image)
    assert raised.value.may_pass is (name == "aborting")
    left = docker_engine.client.containers.list(all=True, filters={"label": OWNER_LABEL})
    assert all(str(image) not in container.image.tags for container in left)


def test_infra_validator_in_a_container(
    image: ServingImage, daemon: DockerDaemon, tmp_path: Path
) -> None:
    saved_models.half_plus_two(str(tmp_path / "model" / "Format-Serving"))
    blessing = standard_artifacts.InfraBlessing(uri=str(tmp_path / "blessing"))
    context = replace(Executor.Context(), tmp_dir=str(tmp_path / "tmp"))
    Executor(context).Do(
        {"model": [standard_artifacts.Model(uri=str(tmp_path / "model"))]},
        {"blessing": [blessing]},
        {
            "serving_spec": {
                "tensorflow_serving": {"image_name": image.name, "tags": [image.tag]},
                "local_docker": {"network": daemon.network, "memory_limit": "4Gi"},
            }
        },
    )
    assert blessing.get_custom_property("blessed") == 1


def test_an_image_that_cannot_be_had(docker_engine: DockerEngine) -> None:
    server = DockerServer(
        ServingImage("localhost:9/serving", "1"), ServedModel("m", "/models/m"), DockerDaemon()
    )
    with pytest.raises(DataError) as raised:
        server.fetch_image()
    assert str(raised.value).startswith(
        "Image 'localhost:9/serving:1' is not on this machine and cannot be pulled: "
    )
