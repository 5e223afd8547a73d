"""What a runner tells about a run while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event
from typing import Protocol

from pipeline_lib.metadata.store import ExecutionRecord, RunRecord
from pipeline_lib.node.run import Run


class RunListener(Protocol):
    """Is told of each step of a run, of one after the other."""

    def run_started(self, run: Run, awaited: Collection[str]) -> None:
        """The run begins; those of the pipeline's nodes `awaited` are to be run."""

    def node_started(self, instance: str) -> None:
        """A node is about to be driven."""

    def node_retried(self, execution: ExecutionRecord, delay: float) -> None:
        """An attempt of a node failed; the next follows in `delay` seconds."""

    def node_ended(self, execution: ExecutionRecord, seconds: float) -> None:
        """A node has its final record, `seconds` after it was started."""

    def image_pulled(self, image: str, progress: str) -> None:
        """An image is being fetched, and how far that is; the text is empty when it has ended."""

    def run_ended(self, run: RunRecord, seconds: float) -> None:
        """The run is over after `seconds`; or, if it goes on elsewhere, no more is told of it."""


class Silent:
    """A listener that shows nothing."""

    def run_started(self, run: Run, awaited: Collection[str]) -> None:
        """Show nothing."""

    def node_started(self, instance: str) -> None:
        """Show nothing."""

    def node_retried(self, execution: ExecutionRecord, delay: float) -> None:
        """Show nothing."""

    def node_ended(self, execution: ExecutionRecord, seconds: float) -> None:
        """Show nothing."""

    def image_pulled(self, image: str, progress: str) -> None:
        """Show nothing."""

    def run_ended(self, run: RunRecord, seconds: float) -> None:
        """Show nothing."""


_PAUSE = 0.05
"""Seconds for which steps are gathered: to wake a thread for each would slow short nodes down."""


@contextmanager
def told_aside(make: Callable[[], RunListener]) -> Iterator[RunListener]:
    """A listener that passes on what it is told, in a thread of its own.

    So the run goes on while a terminal is written to, and while what that needs is imported.
    What `make` or its listener raises comes through when the run has ended.
    """
    with ThreadPoolExecutor(1, "plib-listener") as thread:
        aside = _Aside(thread, make)
        try:
            yield aside
        finally:
            aside.end()


class _Aside:
    def __init__(self, thread: ThreadPoolExecutor, make: Callable[[], RunListener]) -> None:
        self._calls: SimpleQueue[Callable[[RunListener], None] | None] = SimpleQueue()
        self._is_ending = Event()
        self._telling = thread.submit(self._tell_all, make)

    def run_started(self, run: Run, awaited: Collection[str]) -> None:
        self._calls.put(lambda listener: listener.run_started(run, awaited))

    def node_started(self, instance: str) -> None:
        self._calls.put(lambda listener: listener.node_started(instance))

    def node_retried(self, execution: ExecutionRecord, delay: float) -> None:
        self._calls.put(lambda listener: listener.node_retried(execution, delay))

    def node_ended(self, execution: ExecutionRecord, seconds: float) -> None:
        self._calls.put(lambda listener: listener.node_ended(execution, seconds))

    def image_pulled(self, image: str, progress: str) -> None:
        self._calls.put(lambda listener: listener.image_pulled(image, progress))

    def run_ended(self, run: RunRecord, seconds: float) -> None:
        self._calls.put(lambda listener: listener.run_ended(run, seconds))
        self.end()
        self._telling.result()

    def end(self) -> None:
        """Tell what is left, and nothing after it."""
        self._calls.put(None)
        self._is_ending.set()

    def _tell_all(self, make: Callable[[], RunListener]) -> None:
        listener = make()
        while (call := self._calls.get()) is not None:
            call(listener)
            if self._calls.empty():
                self._is_ending.wait(_PAUSE)
