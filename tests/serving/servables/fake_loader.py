"""A loader of nothing, for what only the manager's own timing decides; the rest of the tests load
SavedModels."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from pipeline_lib.serving.servables.loader import Array, Signature


class FakeServable:
    """Remembers whether it was closed, and how often."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.closed = 0

    @property
    def signatures(self) -> Mapping[str, Signature]:
        return {}

    def run(
        self, signature_name: str, inputs: Mapping[str, Array], outputs: Sequence[str] = ()
    ) -> dict[str, Array]:
        assert not self.closed, f"{self.path} was called after it had been closed"
        return {}

    def close(self) -> None:
        self.closed += 1


class FakeLoader:
    """Loads any path at once, unless told to wait or to fail.

    Attributes:
        loaded: every servable that it made, in order.
        tries: how often each path was tried.
        errors: by path, what its next tries raise.
    """

    def __init__(self) -> None:
        self.loaded: list[FakeServable] = []
        self.tries: dict[str, int] = {}
        self.errors: dict[str, list[BaseException]] = {}
        self._held: dict[str, threading.Event] = {}

    def hold(self, path: str) -> threading.Event:
        """Let loads of that path wait until the event is set."""
        return self._held.setdefault(path, threading.Event())

    def load(self, path: str) -> FakeServable:
        self.tries[path] = self.tries.get(path, 0) + 1
        if path in self._held:
            assert self._held[path].wait(30)
        if self.errors.get(path):
            raise self.errors[path].pop(0)
        servable = FakeServable(path)
        self.loaded.append(servable)
        return servable
