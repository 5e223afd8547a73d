"""How Docker is reached, or Podman by the same API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline_lib.errors import DataError


@dataclass(frozen=True)
class DockerDaemon:
    """How Docker is reached; the environment says it (`DOCKER_HOST`) where a field is empty.

    Attributes:
        base_url: such as `unix:///run/podman/podman.sock` or `tcp://127.0.0.1:2375`.
        api_version: of Docker's API, such as `1.41`.
        timeout_seconds: how long a call of it may take; 0: a minute.
        host: address at which the ports of containers are reached.
    """

    base_url: str = ""
    api_version: str = ""
    timeout_seconds: int = 0
    host: str = "127.0.0.1"

    def connect(self) -> Any:
        """A client of docker-py.

        Raises:
            DataError: docker-py is not installed, or nobody answers.
        """
        try:
            import docker
        except ImportError as error:
            raise DataError(
                "Docker cannot be used: the package 'docker' is not installed. Install "
                "pipeline-lib[containers]."
            ) from error
        given = {
            "base_url": self.base_url,
            "version": self.api_version or "auto",
            "timeout": self.timeout_seconds,
        }
        options = {name: value for name, value in given.items() if value}
        try:
            make = docker.DockerClient if self.base_url else docker.from_env
            return make(**options)
        except docker.errors.DockerException as error:
            raise DataError(
                f"Docker cannot be reached: {error}. Start it, or validate with the embedded "
                "server: serving_spec={'local_process': {}}."
            ) from error
