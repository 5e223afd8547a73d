"""Shows a run on a terminal as a tree that is drawn again while it goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from pipeline_lib.metadata.store import ExecutionRecord, RunRecord, RunState
from pipeline_lib.node.run import Run
from pipeline_lib.runners.local.earlier_times import EarlierTimes, seconds_left
from pipeline_lib.runners.local.failure_logs import has_failed_itself, log_lines
from pipeline_lib.runners.local.progress_lines import (
    first_line_of,
    last_line_of,
    name_width,
    retry_line,
)
from pipeline_lib.runners.local.run_tree import RunTree
from pipeline_lib.runners.local.tree_lines import Row, fitting_rows, lines_of
from pipeline_lib.runners.local.wording import rough_duration

_DRAWN_PER_SECOND = 6
_LEAST_ROWS = 3
_MOST_ROWS_AT_THE_END = 200
_MOST_LOGS = 5


class LiveTree:
    """Draws the tree of the run as far as the terminal has room, and leaves all of it at the end.

    Args:
        console: a terminal.
        earlier: how long nodes took before, if that can be found out.
        places: how many nodes may run at once.
    """

    def __init__(self, console: Console, earlier: EarlierTimes | None, places: int) -> None:
        self._console = console
        self._earlier = earlier
        self._places = places
        self._started = 0.0
        self._width = 0
        self._tree: RunTree | None = None
        self._pulls: dict[str, str] = {}
        # The tree is drawn in a thread of rich's.
        self._lock = threading.Lock()
        self._live = Live(
            console=console,
            get_renderable=self._drawn,
            transient=True,
            refresh_per_second=_DRAWN_PER_SECOND,
        )

    def run_started(self, run: Run, awaited: Collection[str]) -> None:
        """Name the run, and draw what is to be done."""
        self._started = time.monotonic()
        self._width = name_width(run)
        self._tree = RunTree(run, awaited)
        self._console.print(first_line_of(run), soft_wrap=True)
        if self._earlier is not None:
            self._earlier.look_up_soon(run, awaited)
        self._live.start()

    def node_started(self, instance: str) -> None:
        """Show the node as running."""
        with self._lock:
            self._known.branch(instance).since = time.monotonic()

    def node_retried(self, execution: ExecutionRecord, delay: float) -> None:
        """Say above the tree that an attempt failed, and when the next follows."""
        self._console.print(retry_line(execution, delay, self._width), soft_wrap=True)
        with self._lock:
            self._known.branch(execution.instance).note = "an attempt failed: it is tried again"

    def node_ended(self, execution: ExecutionRecord, seconds: float) -> None:
        """Show how the node ended."""
        with self._lock:
            branch = self._known.branch(execution.instance)
            branch.execution, branch.seconds = execution, seconds

    def image_pulled(self, image: str, progress: str) -> None:
        """Show below the tree how far an image has been fetched."""
        with self._lock:
            self._pulls.pop(image, None)
            if progress:
                self._pulls[image] = progress

    def run_ended(self, run: RunRecord, seconds: float) -> None:
        """Leave the whole tree on the terminal, with the logs of what failed, and the end."""
        self._live.stop()
        if self._earlier is not None:
            self._earlier.close()
        with self._lock:
            if run.state is not RunState.RUNNING:
                self._known.top.end()
            for line in self._whole():
                self._console.print(line, soft_wrap=True)
        self._console.print(last_line_of(run, seconds))

    @property
    def _known(self) -> RunTree:
        assert self._tree is not None, "the run has started"
        return self._tree

    def _drawn(self) -> Group:
        now = time.monotonic()
        if self._tree is None:
            return Group()
        with self._lock:
            room = max(_LEAST_ROWS, self._console.height - 2)
            rows = fitting_rows(self._tree.top, max(_LEAST_ROWS, room - len(self._pulls)))
            earlier = {} if self._earlier is None else self._earlier.seconds
            pulls = [Text(f"pulling {one}: {told}", "dim") for one, told in self._pulls.items()]
            lines = [*lines_of(rows, now, earlier), *pulls, self._outlook(now, earlier)]
        for line in lines:
            line.no_wrap, line.overflow = True, "ellipsis"
        return Group(*lines)

    def _outlook(self, now: float, earlier: dict[str, float]) -> Text:
        """How much is done, and how long the rest will take."""
        leaves = list(self._known.top.leaves())
        done = sum(one.execution is not None for one in leaves)
        said = f"{done} of {len(leaves)} nodes in {rough_duration(now - self._started)}"
        left = seconds_left(self._known.top, earlier, self._places, now) if earlier else None
        if left is not None:
            said += f", about {rough_duration(left)} left" if left >= 1 else ", almost done"
        return Text(said, "bold")

    def _whole(self) -> Iterator[Text]:
        """The tree, and below each node that failed the end of its log."""
        rows = fitting_rows(self._known.top, _MOST_ROWS_AT_THE_END)
        logs = _MOST_LOGS
        for row, line in zip(rows, lines_of(rows, time.monotonic(), {}), strict=True):
            yield line
            execution = _failed(row)
            if execution is not None and logs:
                logs -= 1
                yield from (_below(row, one) for one in log_lines(execution))


def _failed(row: Row) -> ExecutionRecord | None:
    execution = None if row.branch is None else row.branch.execution
    return execution if execution is not None and has_failed_itself(execution) else None


def _below(row: Row, line: Text) -> Text:
    return Text.assemble("  " * (row.depth + 1), line)
