"""A servable that is not closed while a thread still calls it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.loader import Array, Loader, Servable, Signature

_log = logging.getLogger(__name__)


class GuardedServable:
    """Calls another servable, and closes it when the last call is done. Implements `Servable`.

    A request that is given up, because its client left or its time was up, gives its handle back,
    but a thread that calls the model for it cannot be stopped.

    Args:
        servable: what is called.
        path: where it was loaded from.
    """

    def __init__(self, servable: Servable, path: str) -> None:
        self._servable = servable
        self._path = path
        # On the way of every request, where a condition's own `with` costs several times a lock's.
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._calls = 0
        self._closed = False

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """The ways to call it, by name."""
        return self._servable.signatures

    def run(
        self, signature_name: str, inputs: Mapping[str, Array], outputs: Sequence[str] = ()
    ) -> dict[str, Array]:
        """Call it; see `Servable.run`.

        Raises:
            ServingError: the model failed; UNAVAILABLE, it is closed.
        """
        with self._lock:
            if self._closed:
                raise ServingError(StatusCode.UNAVAILABLE, "The model has been unloaded")
            self._calls += 1
        try:
            return self._servable.run(signature_name, inputs, outputs)
        finally:
            with self._lock:
                self._calls -= 1
                if self._closed:
                    self._changed.notify_all()

    def close(self) -> None:
        """Take no more calls, wait for those that run, and close it."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: not self._calls)
        self._servable.close()
        _log.info("Unloaded %s", self._path)


class GuardingLoader:
    """Guards what another loader loads, and tells how that went. Implements `Loader`.

    Args:
        loader: loads.
        observe: called after each attempt with the path, whether it succeeded, and the seconds.
    """

    def __init__(self, loader: Loader, observe: Callable[[str, bool, float], None]) -> None:
        self._loader = loader
        self._observe = observe

    def load(self, path: str) -> Servable:
        """Load the version at `path`; see `Loader.load`."""
        start = time.perf_counter()
        succeeded = False
        try:
            servable = GuardedServable(self._loader.load(path), path)
            succeeded = True
            return servable
        finally:
            self._observe(path, succeeded, time.perf_counter() - start)
