"""What a runner tells about a run while it goes on."""

from __future__ import annotations

from typing import Protocol

from pipeline_lib.metadata.store import ExecutionRecord, RunRecord
from pipeline_lib.node.run import Run


class RunListener(Protocol):
    """Is told of each step of a run, always from the thread that called `run`."""

    def run_started(self, run: Run) -> None:
        """The run begins."""

    def node_started(self, instance: str) -> None:
        """A node is about to be driven."""

    def node_retried(self, execution: ExecutionRecord, delay: float) -> None:
        """An attempt of a node failed; the next follows in `delay` seconds."""

    def node_ended(self, execution: ExecutionRecord, seconds: float) -> None:
        """A node has its final record, `seconds` after it was started."""

    def run_ended(self, run: RunRecord) -> None:
        """The run is over; or, if it is still running elsewhere, no more is told of it."""


class Silent:
    """A listener that shows nothing."""

    def run_started(self, run: Run) -> None:
        """Show nothing."""

    def node_started(self, instance: str) -> None:
        """Show nothing."""

    def node_retried(self, execution: ExecutionRecord, delay: float) -> None:
        """Show nothing."""

    def node_ended(self, execution: ExecutionRecord, seconds: float) -> None:
        """Show nothing."""

    def run_ended(self, run: RunRecord) -> None:
        """Show nothing."""
