"""How Docker is reached, or Podman by the same API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline_lib.containers.engine import connect
from pipeline_lib.containers.failures import NoEngineError
from pipeline_lib.errors import DataError


@dataclass(frozen=True)
class DockerDaemon:
    """How Docker is reached: as the docker command does where a field is empty.

    Attributes:
        base_url: such as `unix:///run/podman/podman.sock` or `tcp://127.0.0.1:2375`.
        api_version: of Docker's API, such as `1.41`.
        timeout_seconds: how long a call of it may take; 0: a minute.
        host: address at which the ports of containers are reached.
        network: Docker's network that containers are in; Docker's own choice where it is empty.
    """

    base_url: str = ""
    api_version: str = ""
    timeout_seconds: int = 0
    host: str = "127.0.0.1"
    network: str = ""

    @property
    def is_here(self) -> bool:
        """Whether the ports of containers are this machine's own."""
        return self.host in ("127.0.0.1", "localhost")

    def connect(self) -> Any:
        """A client of docker-py.

        Raises:
            DataError: docker-py is not installed, or nobody answers.
        """
        try:
            return connect(self.base_url, self.api_version, self.timeout_seconds)
        except NoEngineError as error:
            raise DataError(
                f"{error} Start it, or validate with the embedded server: "
                "serving_spec={'local_process': {}}."
            ) from error
