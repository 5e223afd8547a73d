"""Images: what a name stands for on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pipeline_lib.containers.engine import as_engine_errors, explanation
from pipeline_lib.containers.failures import EngineError, ImageNotFoundError

OnPull = Callable[[str, str], None]
"""Is told the image that is pulled, and how far that is; nothing when it has ended."""


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

    tell = on_pull or _tell_nobody
    repository, tag = parse_repository_tag(name)
    tell(name, "begins")
    try:
        with as_engine_errors(f"Image {name!r} cannot be pulled"):
            events = client.api.pull(repository, tag=tag or "latest", stream=True, decode=True)
            for progress in _progress(name, events):
                tell(name, progress)
    except EngineError as error:
        if not isinstance(error.__cause__, docker.errors.APIError):
            raise
        raise _not_found(name, explanation(error.__cause__)) from error
    finally:
        tell(name, "")


def _progress(name: str, events: Iterable[dict[str, Any]]) -> Iterator[str]:
    """How far a pull is; the engine tells it layer by layer."""
    layers: dict[str, tuple[int, int]] = {}
    for event in events:
        if "error" in event:
            raise _not_found(name, str(event["error"]).rstrip("."))
        progress = event.get("progressDetail") or {}
        if event.get("status") == "Downloading" and "total" in progress:
            layers[event.get("id", "")] = progress["current"], progress["total"]
        current, total = (sum(one) / 1e6 for one in zip((0, 0), *layers.values(), strict=True))
        yield f"{current:.0f} of {total:.0f} MB" if layers else "begins"


def _tell_nobody(*_: str) -> None:
    """Nobody wants to know."""


def _not_found(name: str, why: str) -> ImageNotFoundError:
    return ImageNotFoundError(
        f"Image {name!r} is not on this machine and cannot be pulled: {why}. "
        "Build it, correct its name, or log in to its registry with docker login."
    )
