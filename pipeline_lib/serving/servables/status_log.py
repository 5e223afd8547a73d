"""How every version stands, the ended ones included."""

from __future__ import annotations

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.servable import ServableId, VersionState, VersionStatus


class StatusLog:
    """The last status of each version. Its owner's lock guards it.

    Args:
        ended_kept: how many ended versions are remembered, the latest to end; without a bound a
            server whose models roll for months would grow.
    """

    def __init__(self, ended_kept: int = 1000) -> None:
        self._ended_kept = ended_kept
        self._statuses: dict[str, dict[int, VersionStatus]] = {}
        self._ended: dict[ServableId, None] = {}

    def record(self, name: str, status: VersionStatus) -> None:
        """Remember how a version of a model stands now."""
        id = ServableId(name, status.version)
        self._statuses.setdefault(name, {})[status.version] = status
        self._ended.pop(id, None)
        if status.state is VersionState.END:
            self._ended[id] = None
            if len(self._ended) > self._ended_kept:
                self._drop(next(iter(self._ended)))

    def statuses(self, name: str, version: int | None = None) -> tuple[VersionStatus, ...]:
        """The versions of a model, the newest first, or the one that is asked for.

        Raises:
            ServingError: NOT_FOUND, no such model or version is known.
        """
        known = self._statuses.get(name, {})
        if version is None:
            if not known:
                raise ServingError(
                    StatusCode.NOT_FOUND, f"Could not find any versions of model {name}"
                )
            return tuple(known[number] for number in sorted(known, reverse=True))
        if version not in known:
            raise ServingError(
                StatusCode.NOT_FOUND, f"Could not find version {version} of model {name}"
            )
        return (known[version],)

    def _drop(self, id: ServableId) -> None:
        del self._ended[id]
        versions = self._statuses[id.name]
        del versions[id.version]
        if not versions:
            del self._statuses[id.name]
