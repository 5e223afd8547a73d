"""TensorFlow Serving in a container of this machine's Docker, or of Podman by the same API."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator
from typing import Any

from pipeline_lib.containers.engine import as_engine_errors
from pipeline_lib.containers.failures import ContainerError
from pipeline_lib.containers.images import available_id
from pipeline_lib.containers.orphans import remove_orphans
from pipeline_lib.containers.ownership import own_mark
from pipeline_lib.errors import DataError
from pipeline_lib.serving.model_servers.docker_daemon import DockerDaemon
from pipeline_lib.serving.model_servers.failures import NotInTimeError, ServerEndedError
from pipeline_lib.serving.model_servers.local_process import exit_text, load_flags
from pipeline_lib.serving.model_servers.model_server import Endpoints, ServedModel
from pipeline_lib.serving.model_servers.serving_image import GRPC_PORT, REST_PORT, ServingImage

_LOG = logging.getLogger(__name__)

OWNER_LABEL = "pipeline_lib.model_server.owner"
"""Names the process that a container was started by: containers of dead ones are removed."""

_BASE = "/models"
_PAUSE_S = 0.2
_LOG_LINES = 100


class DockerServer:
    """A container; implements `ModelServer`.

    The model is mounted, read-only. Ports are published on this machine only, unless the daemon's
    host is another one. A container that could not be removed, since this process was killed, is
    removed by the next one that starts.

    Args:
        image: what to run.
        model: what it serves; the last part of its path is its name.
        daemon: how Docker is reached.
        memory_limit: bytes that the container may hold in memory.
    """

    def __init__(
        self,
        image: ServingImage,
        model: ServedModel,
        daemon: DockerDaemon,
        memory_limit: int | None = None,
    ) -> None:
        self._image = image
        self._model = model
        self._daemon = daemon
        self._memory_limit = memory_limit
        self._client: Any = None
        self._container: Any = None
        self._last_log = ""

    @property
    def description(self) -> str:
        """The image."""
        return str(self._image)

    def fetch_image(self) -> None:
        """Pull the image if it is not there, which may take longer than a server may to start.

        Raises:
            DataError: Docker is not there, or the image cannot be had.
        """
        with (
            contextlib.closing(self._daemon.connect()) as client,
            _as_data_errors(self.description),
        ):
            available_id(client, str(self._image), _log_pull)

    def start(self, deadline: float) -> Endpoints:
        """Start the container, pulling the image where need be; see `ModelServer`."""
        self._client = self._daemon.connect()
        with _as_data_errors(self.description):
            available_id(self._client, str(self._image), _log_pull)
            remove_orphans(self._client, OWNER_LABEL)
            self._container = self._client.containers.create(**self._options())
            self._container.start()
            return self._wait_for_ports(deadline)

    def ending(self) -> ServerEndedError | None:
        """How the container has ended, if it has."""
        if self._container is None:
            return None
        import docker

        with _as_data_errors(self.description):
            try:
                self._container.reload()
            except docker.errors.NotFound:
                return ServerEndedError(
                    f"the container of {self.description} was removed", self._last_log
                )
        state = self._container.attrs["State"]
        if state["Status"] in ("created", "running", "restarting"):
            return None
        return self._ended(state)

    def log(self) -> str:
        """The end of what it has printed."""
        if self._container is not None:
            with contextlib.suppress(Exception):  # it may be gone, or Docker itself
                output = self._container.logs(tail=_LOG_LINES)
                self._last_log = output.decode(errors="replace").strip()
        return self._last_log

    def stop(self) -> None:
        """Kill and remove the container."""
        self.log()
        if self._container is not None:
            try:
                self._container.remove(force=True, v=True)
            except Exception as error:
                self._warn(error)
            self._container = None
        if self._client is not None:
            self._client.close()
            self._client = None

    def _warn(self, error: Exception) -> None:
        import docker

        if not isinstance(error, docker.errors.NotFound):
            _LOG.warning(
                "Container %s could not be removed: %s. Remove it by: docker rm -f %s",
                self._container.id,
                error,
                self._container.id,
            )

    def _options(self) -> dict[str, Any]:
        import docker

        target = f"{_BASE}/{self._model.name}"
        limit = {} if self._memory_limit is None else {"mem_limit": self._memory_limit}
        published = ("127.0.0.1", None) if self._daemon.is_here else None
        network = {"network": self._daemon.network} if self._daemon.network else {}
        return {
            "image": str(self._image),
            "command": load_flags(self._model),
            "environment": dict(ServingImage.environment(ServedModel(self._model.name, target))),
            "labels": {OWNER_LABEL: own_mark()},
            "mounts": [
                docker.types.Mount(target, self._model.base_path, type="bind", read_only=True)
            ],
            "ports": {f"{GRPC_PORT}/tcp": published, f"{REST_PORT}/tcp": published},
            "security_opt": ["no-new-privileges"],
            **limit,
            **network,
        }

    def _wait_for_ports(self, deadline: float) -> Endpoints:
        while time.monotonic() < deadline:
            ending = self.ending()
            if ending is not None:
                raise ending
            self._check_network()
            ports = [_host_port(self._container.ports, port) for port in (GRPC_PORT, REST_PORT)]
            if all(ports):
                host = self._daemon.host
                return Endpoints(f"{host}:{ports[0]}", f"http://{host}:{ports[1]}")
            time.sleep(_PAUSE_S)
        raise NotInTimeError(
            f"the container of {self.description} did not start in time", self.log()
        )

    def _check_network(self) -> None:
        networks = self._container.attrs["NetworkSettings"].get("Networks") or {}
        if set(networks) & {"host", "none"}:
            raise DataError(
                f"{self.description} cannot be reached: Docker has put its container into the "
                f"network {', '.join(map(repr, sorted(networks)))}, which publishes no ports. Name "
                "another by serving_spec={'local_docker': {'network': ...}}; docker network ls "
                "lists those that exist."
            )

    def _ended(self, state: Any) -> ServerEndedError:
        if state.get("OOMKilled"):
            limit = "" if self._memory_limit is None else f" {self._memory_limit / 2**20:.0f} MiB"
            reason = f"{self.description} was killed: it used more than{limit or ' it may'}"
            return ServerEndedError(f"{reason} of memory", self.log(), may_pass=False)
        code = state.get("ExitCode", 0)
        # A shell's way to tell a signal.
        text = exit_text(128 - code if code > 128 else code)
        return ServerEndedError(f"{self.description} ended by itself with {text}", self.log())


def _log_pull(image: str, progress: str) -> None:
    if progress == "begins":
        _LOG.info("Pulling %s.", image)


def _host_port(ports: Any, container_port: int) -> str | None:
    published = ports.get(f"{container_port}/tcp") or []
    return next((one["HostPort"] for one in published if one["HostPort"]), None)


@contextlib.contextmanager
def _as_data_errors(description: str) -> Iterator[None]:
    try:
        with as_engine_errors(f"{description} cannot be run by Docker"):
            yield
    except ContainerError as error:
        raise DataError(str(error)) from error
