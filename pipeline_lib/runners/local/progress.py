"""Shows a run on the terminal: a line for each node that ended, and live those that are running."""

from __future__ import annotations

import time

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner

from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, RunRecord, RunState
from pipeline_lib.node.run import Run

STATE_MARKS = {
    ExecutionState.COMPLETE: ("✓", "green"),
    ExecutionState.CACHED: ("=", "cyan"),
    ExecutionState.SKIPPED: ("-", "yellow"),
    ExecutionState.FAILED: ("✗", "red"),
    ExecutionState.CANCELED: ("!", "red"),
}
"""Mark and colour of each final state."""


class ConsoleProgress:
    """Writes to standard error: live on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._running: dict[str, float] = {}
        self._live = Live(
            console=self._console, get_renderable=self._render_running, transient=True
        )
        self._width = 0
        self._started = 0.0

    def run_started(self, run: Run) -> None:
        """Name the run."""
        self._started = time.monotonic()
        self._width = min(40, max(len(node.id) for node in run.pipeline.nodes))
        self._console.print(
            f"Run [bold]{run.run_id}[/] of pipeline [bold]{escape(run.pipeline.name)}[/]: "
            f"{len(run.pipeline.nodes)} nodes"
        )
        if self._console.is_terminal:
            self._live.start()

    def node_started(self, instance: str) -> None:
        """Show the node as running."""
        self._running[instance] = time.monotonic()

    def node_retried(self, execution: ExecutionRecord, delay: float) -> None:
        """Say that an attempt failed, and when the next follows."""
        self._console.print(
            f"[yellow]↻[/] {escape(execution.instance):<{self._width}} "
            f"[yellow]tried again[/] in {delay:g} s  [dim]{escape(_error_line(execution))}[/]",
            soft_wrap=True,
        )

    def node_ended(self, execution: ExecutionRecord, seconds: float) -> None:
        """Write the node's line."""
        self._running.pop(execution.instance, None)
        mark, colour = STATE_MARKS[execution.state]
        detail = execution.reason or _error_line(execution)
        self._console.print(
            f"[{colour}]{mark}[/] {escape(execution.instance):<{self._width}} "
            f"[{colour}]{execution.state.value:<8}[/] {seconds:7.2f} s  [dim]{escape(detail)}[/]",
            soft_wrap=True,
        )

    def run_ended(self, run: RunRecord) -> None:
        """Say how the run ended."""
        self._live.stop()
        if run.state is RunState.RUNNING:
            self._console.print("[yellow]The run goes on[/]")
            return
        colour = "green" if run.state is RunState.COMPLETE else "red"
        seconds = time.monotonic() - self._started
        self._console.print(f"[{colour}]Run {run.state.value}[/] in {seconds:.2f} s")

    def _render_running(self) -> Group:
        now = time.monotonic()
        return Group(
            *(
                Spinner("dots", f"{escape(node_id)} {now - since:.0f} s")
                for node_id, since in list(self._running.items())
            )
        )


def _error_line(execution: ExecutionRecord) -> str:
    error = execution.error
    return "" if error is None else f"{error.type}: {error.message}"
