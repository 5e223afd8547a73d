"""The versions that requests can use now, and the `with` block in which one uses a version."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.handles import Handle
from pipeline_lib.serving.servables.managed_version import ManagedVersion
from pipeline_lib.serving.servables.servable import ModelReference


class ServingMap:
    """Finds available versions without a lock: it is replaced as a whole when one changes."""

    def __init__(self) -> None:
        self._versions: dict[str, dict[int | None, ManagedVersion]] = {}

    def handle(self, reference: ModelReference) -> Lease:
        """Use the version that the reference means, for the time of a `with` block."""
        return Lease(self._find, reference)

    def is_available(self, name: str, version: int) -> bool:
        """Whether requests can use that version."""
        return version in self._versions.get(name, {})

    def replace(self, name: str, available: Iterable[ManagedVersion]) -> None:
        """Let these be the available versions of a model; the caller sees to it that one does."""
        by_number: dict[int | None, ManagedVersion] = {v.id.version: v for v in available}
        others = {other: versions for other, versions in self._versions.items() if other != name}
        if by_number:
            by_number[None] = max(by_number.values(), key=lambda version: version.id.version)
            others[name] = by_number
        self._versions = others

    def _find(self, reference: ModelReference) -> ManagedVersion:
        try:
            if reference.label is None:
                return self._versions[reference.name][reference.version]
        except KeyError:
            raise ServingError(
                StatusCode.NOT_FOUND, f"Servable not found for request: {_request(reference)}"
            ) from None
        raise ServingError(
            StatusCode.INVALID_ARGUMENT,
            f"Unrecognized servable version label: {reference.label}",
        )


class Lease:
    """The `with` block in which a request uses a version.

    Args:
        find: finds the version that serves a reference now.
        reference: what the request asked for.
    """

    __slots__ = ("_find", "_reference", "_version")

    def __init__(
        self, find: Callable[[ModelReference], ManagedVersion], reference: ModelReference
    ) -> None:
        self._find = find
        self._reference = reference

    def __enter__(self) -> Handle:
        # A version found may retire before it is acquired; it is out of the map by then, so that
        # the next look finds its successor, or nothing.
        while True:
            version = self._find(self._reference)
            if version.acquire():
                self._version = version
                assert version.handle is not None
                return version.handle

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._version.release()


def _request(reference: ModelReference) -> str:
    if reference.version is None:
        return f"Latest({reference.name})"
    return f"Specific({reference.name}, {reference.version})"
