"""Images: what a name stands for on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pipeline_lib.containers.engine import as_engine_errors, explanation
from pipeline_lib.containers.failures import ImageNotFoundError

OnPull = Callable[[str, int, int], None]
"""Is told how a pull goes on: the image, and the bytes that have come of those that are known."""


def known_id(client: Any, name: str) -> str | None:
    """The id of an image, which stands for its content; `None` if it is not on this machine.

    Raises:
        EngineError: the engine does not answer.
    """
    import docker

    with as_engine_errors(f"Image {name!r} cannot be looked up"):
        try:
            return str(client.images.get(name).id)
        except docker.errors.ImageNotFound:
            return None


def available_id(client: Any, name: str, on_pull: OnPull | None = None) -> str:
    """The id of an image, which is pulled if it is not on this machine.

    Raises:
        ImageNotFoundError: it cannot be pulled.
        EngineError: the engine does not answer.
    """
    found = known_id(client, name)
    if found is None:
        _pull(client, name, on_pull)
        found = known_id(client, name)
    if found is None:
        raise _not_found(name, "the engine has pulled another")
    return found


def _pull(client: Any, name: str, on_pull: OnPull | None) -> None:
    import docker
    from docker.utils import parse_repository_tag

    repository, tag = parse_repository_tag(name)
    with as_engine_errors(f"Image {name!r} cannot be pulled"):
        try:
            events = client.api.pull(repository, tag=tag or "latest", stream=True, decode=True)
            _follow(name, events, on_pull)
        except docker.errors.APIError as error:
            raise _not_found(name, explanation(error)) from error


def _follow(name: str, events: Iterable[dict[str, Any]], on_pull: OnPull | None) -> None:
    """Pass on how a pull goes on; the engine tells it layer by layer."""
    layers: dict[str, tuple[int, int]] = {}
    if on_pull is not None:
        on_pull(name, 0, 0)
    for event in events:
        if "error" in event:
            raise _not_found(name, str(event["error"]).rstrip("."))
        progress = event.get("progressDetail") or {}
        if event.get("status") == "Downloading" and "total" in progress:
            layers[event.get("id", "")] = progress["current"], progress["total"]
            if on_pull is not None:
                current, total = (sum(one) for one in zip(*layers.values(), strict=True))
                on_pull(name, current, total)


def _not_found(name: str, why: str) -> ImageNotFoundError:
    return ImageNotFoundError(
        f"Image {name!r} is not on this machine and cannot be pulled: {why}. "
        "Build it, correct its name, or log in to its registry with docker login."
    )
