"""Finding the container engine of this machine, as the docker command finds it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from pipeline_lib.containers.failures import EngineError, NoEngineError

_DOCKER = "/var/run/docker.sock"
_OF_ROOT = "/run/podman/podman.sock"
_CONNECTIONS = 100
"""Connections that are kept: a container that runs takes two."""


def connect(base_url: str = "", api_version: str = "", timeout_seconds: int = 0) -> Any:
    """A client, of docker-py, of the engine that answers first.

    Without `base_url` it is the one that `DOCKER_HOST` names, or the current docker context; else
    the one at Docker's own socket, at that of a Docker without root, or at Podman's.

    Args:
        base_url: such as `unix:///run/podman/podman.sock` or `tcp://127.0.0.1:2375`.
        api_version: of Docker's API, such as `1.41`.
        timeout_seconds: how long a call of it may take; 0: a minute.

    Raises:
        NoEngineError: docker-py is not installed, or nobody answers.
    """
    try:
        import docker
    except ImportError as error:
        raise NoEngineError(
            "Docker cannot be used: the package 'docker' is not installed. Install "
            "pipeline-lib[containers]."
        ) from error
    options: dict[str, Any] = {"version": api_version or "auto", "max_pool_size": _CONNECTIONS}
    if timeout_seconds:
        options["timeout"] = timeout_seconds
    reasons = []
    for place in _places(base_url):
        try:
            return docker.DockerClient(**place, **options)
        except docker.errors.DockerException as error:
            reasons.append(f"{place['base_url']}: {error}" if "base_url" in place else str(error))
    raise NoEngineError(f"Docker cannot be reached: {'; '.join(reasons)}.")


@contextlib.contextmanager
def as_engine_errors(what: str) -> Iterator[None]:
    """Let what the engine refuses, or its absence, be an error of this library.

    Args:
        what: what could not be done, as a clause: the message begins with it.

    Raises:
        EngineError: something of docker-py's was raised.
    """
    import docker
    import requests

    try:
        yield
    except docker.errors.APIError as error:
        raise EngineError(f"{what}: {explanation(error)}.") from error
    except (docker.errors.DockerException, requests.exceptions.RequestException) as error:
        raise EngineError(f"{what}: {error}.") from error


def explanation(error: Any) -> str:
    """What the engine says for itself in an error of docker-py."""
    text = error.explanation or error
    return " ".join(str(text).split()).rstrip(".")


def _places(base_url: str) -> Iterator[dict[str, Any]]:
    """Where an engine may be, as arguments of a client."""
    if base_url:
        yield {"base_url": base_url}
    elif os.environ.get("DOCKER_HOST"):
        yield _from_environment()
    else:
        named = _from_context()
        if named is not None:
            yield named
            return
        yield {"base_url": f"unix://{_DOCKER}"}
        yield from ({"base_url": f"unix://{one}"} for one in _other_sockets())


def _from_environment() -> dict[str, Any]:
    """`DOCKER_HOST` and, for an engine elsewhere, `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH`."""
    import docker

    found: dict[str, Any] = docker.utils.kwargs_from_env()
    return found


def _from_context() -> dict[str, Any] | None:
    """The engine of the current docker context, where one is set that is not the default."""
    from docker.context import ContextAPI
    from docker.context.config import get_current_context_name

    name = os.environ.get("DOCKER_CONTEXT") or get_current_context_name()
    if name == "default":
        return None
    context = ContextAPI.get_context(name)
    if context is None:
        raise NoEngineError(
            f"Docker cannot be reached: its context {name!r} does not exist. See docker context ls."
        )
    found = {"base_url": context.Host}
    if context.TLSConfig is not None:
        found["tls"] = context.TLSConfig
    return found


def _other_sockets() -> list[str]:
    """Existing sockets of engines that are not the system's Docker."""
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    home = os.path.expanduser("~/.docker/run/docker.sock")
    sockets = [f"{runtime}/docker.sock", home, f"{runtime}/podman/podman.sock", _OF_ROOT]
    return [one for one in sockets if os.path.exists(one)]
