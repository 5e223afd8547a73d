"""A version in the manager's hands: how it stands, and how many requests use it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pipeline_lib.serving.errors import ServingError
from pipeline_lib.serving.servables.availability import Stage
from pipeline_lib.serving.servables.handles import Handle
from pipeline_lib.serving.servables.loader import Loader
from pipeline_lib.serving.servables.servable import ServableId, VersionState, VersionStatus


class ManagedVersion:
    """One version from the moment it is wanted until it has ended.

    Everything but `acquire` and `release` is called with the manager's lock held.

    Args:
        id: the version.
        path: its directory.
        loader: loads it.
    """

    def __init__(self, id: ServableId, path: str, loader: Loader) -> None:
        self.id = id
        self.path = path
        self.loader = loader
        self.state = VersionState.START
        self.aspired = True
        self.load_requested = False
        self.attempts = 0
        self.error: ServingError | None = None
        self.retry: threading.Timer | None = None
        self.handle: Handle | None = None
        self._lock = threading.Lock()
        self._users = 0
        self._when_idle: Callable[[], None] | None = None

    @property
    def stage(self) -> Stage:
        """How far it is, for the decision what to do next."""
        if self.state is VersionState.START and not self.load_requested:
            return Stage.NEW
        return Stage.READY if self.state is VersionState.AVAILABLE else Stage.BUSY

    @property
    def status(self) -> VersionStatus:
        """How it stands; the error of a load that is tried again is not told yet."""
        error = self.error if self.state is VersionState.END else None
        return VersionStatus(self.id.version, self.state, error)

    def acquire(self) -> bool:
        """Count one more user; `False` if it is on its way out and must not be used."""
        with self._lock:
            if self._when_idle is not None:
                return False
            self._users += 1
            return True

    def release(self) -> None:
        """Count one user less; the last one of a retired version lets it go."""
        with self._lock:
            self._users -= 1
            gone = self._users == 0 and self._when_idle
        if gone:
            gone()

    def retire(self, when_idle: Callable[[], None]) -> None:
        """Take no more users, and call back once the last one is gone, maybe at once."""
        with self._lock:
            self._when_idle = when_idle
            idle = self._users == 0
        if idle:
            when_idle()
