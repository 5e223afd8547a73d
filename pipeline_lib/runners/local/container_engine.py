"""The container engine as the nodes of one run share it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from pipeline_lib import ir
from pipeline_lib.containers.container import Container
from pipeline_lib.containers.engine import as_engine_errors, connect
from pipeline_lib.containers.failures import ContainerCanceledError, NoEngineError
from pipeline_lib.containers.images import OnPull, available_id, known_id
from pipeline_lib.containers.orphans import remove_orphans
from pipeline_lib.containers.ownership import own_mark
from pipeline_lib.containers.running import RunningContainers, Write
from pipeline_lib.errors import UnsupportedError
from pipeline_lib.execution.main_module import SESSION
from pipeline_lib.ir.node import NVIDIA_GPU

OWNER_LABEL = "pipeline_lib.node.owner"
"""Names the process that a container was started by: containers of dead ones are removed."""


class ContainerEngine:
    """Knows which image each name stands for, and runs containers.

    Containers that could not be removed, since their runner was killed, are removed now.

    Args:
        client: of docker-py.
        network: network of the containers, as `docker run --network` takes it; empty for the
            engine's own choice.

    Raises:
        EngineError: the engine does not answer.
    """

    def __init__(self, client: Any, network: str = "") -> None:
        self.network = network
        self.labels = {OWNER_LABEL: own_mark()}
        self._client = client
        self._containers = RunningContainers(client)
        self._lock = threading.Lock()
        self._ids: dict[str, str] = {}
        self._is_canceled = False
        with as_engine_errors("The containers that earlier runs have left cannot be looked up"):
            remove_orphans(client, OWNER_LABEL)

    def identify(self, name: str, on_pull: OnPull | None = None) -> str:
        """The id of an image, pulled where need be; one name has one meaning in a run.

        Raises:
            ImageNotFoundError: it is not here and cannot be pulled.
            EngineError: the engine does not answer.
        """

        def tell(image: str, progress: str) -> None:
            if self._is_canceled and progress:
                raise ContainerCanceledError("interrupted")
            if on_pull is not None:
                on_pull(image, progress)

        with self._lock:
            if name not in self._ids:
                self._ids[name] = available_id(self._client, name, tell)
            return self._ids[name]

    def has(self, image: str) -> bool:
        """Whether an image is on this machine.

        Raises:
            EngineError: the engine does not answer.
        """
        return known_id(self._client, image) is not None

    def user_of(self, image_id: str) -> str:
        """Whom an image says that its containers run as; empty for root.

        Raises:
            EngineError: the engine does not answer.
        """
        with as_engine_errors(f"Image {image_id} cannot be looked up"):
            return str(self._client.images.get(image_id).attrs["Config"].get("User") or "")

    def run(self, container: Container, write: Write, timeout: float) -> None:
        """Run a container to its end; see `RunningContainers`."""
        self._containers.run(container, write, timeout)

    def cancel(self) -> None:
        """Let every container and pull end now, and start none."""
        self._is_canceled = True
        self._containers.cancel()


@contextmanager
def engine_for(nodes: Iterable[ir.Node], network: str = "") -> Iterator[ContainerEngine | None]:
    """The engine that runs these nodes, for a `with` block; `None` if none runs in a container.

    Raises:
        UnsupportedError: no engine answers, or a node wants what an engine cannot give.
        EngineError: the engine has answered, and does not any more.
    """
    in_containers = [node for node in nodes if node.image]
    for node in in_containers:
        _check_accelerators(node)
        _check_code(node)
    if not in_containers:
        yield None
        return
    client = _client_for(in_containers[0])
    try:
        yield ContainerEngine(client, network)
    finally:
        client.close()


def images_known_here(nodes: Iterable[ir.Node]) -> Callable[[str], str]:
    """The id of each image that is on this machine, by name; of others the name. None is pulled.

    Raises:
        UnsupportedError: no engine answers.
        EngineError: the engine has answered, and does not any more.
    """
    in_containers = {node.image: node for node in nodes if node.image}
    if not in_containers:
        return str
    client = _client_for(next(iter(in_containers.values())))
    try:
        ids = {name: known_id(client, name) or name for name in in_containers}
    finally:
        client.close()
    return lambda name: ids.get(name, name)


def _client_for(node: ir.Node) -> Any:
    try:
        return connect()
    except NoEngineError as error:
        raise UnsupportedError(
            f"Node {node.id!r} runs in a container, of image {node.image!r}, and there is no "
            f"engine to run it. {error} Start Docker or Podman, or say where it is: "
            "export DOCKER_HOST=unix:///path/of/its.sock"
        ) from error


def _check_accelerators(node: ir.Node) -> None:
    wanted = node.options.accelerators
    if wanted is not None and wanted.resource != NVIDIA_GPU:  # the engine passes on no other
        raise UnsupportedError(
            f"Node {node.id!r} wants {wanted.count} of {wanted.resource!r}, but the local runner "
            f"can pass on {NVIDIA_GPU!r} alone to a container. "
            "Leave out the option 'accelerators' here."
        )


def _check_code(node: ir.Node) -> None:
    if isinstance(node.executor, (ir.FunctionExecutor, ir.ClassExecutor)):
        module, _, name = node.executor.path.partition(":")
        if module == SESSION:
            raise UnsupportedError(
                f"Node {node.id!r} is to run in image {node.image!r}, but {name!r} is defined in "
                "this session, which no image has. Write it to a module and install that in the "
                "image, or leave out the option 'image'."
            )
