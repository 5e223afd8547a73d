"""Shows a run as lines: for logs, and wherever nothing can be drawn twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rich.console import Console
from rich.text import Text

from pipeline_lib.ir.node_set import NodeSet
from pipeline_lib.metadata.store import ExecutionRecord, RunRecord, RunState
from pipeline_lib.node.run import Run
from pipeline_lib.runners.local.failure_logs import failure_logs, has_failed_itself
from pipeline_lib.runners.local.wording import STATE_MARKS, why


class ProgressLines:
    """Writes a line for each node that ended, and at the end the logs of those that failed."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._width = 0
        self._failed: list[ExecutionRecord] = []
        self._images: set[str] = set()

    def run_started(self, run: Run, awaited: Collection[str]) -> None:
        """Name the run."""
        self._width = name_width(run)
        self._write(first_line_of(run))

    def node_started(self, instance: str) -> None:
        """Say nothing: the node's line comes when it has ended."""

    def node_retried(self, execution: ExecutionRecord, delay: float) -> None:
        """Say that an attempt failed, and when the next follows."""
        self._write(retry_line(execution, delay, self._width))

    def node_ended(self, execution: ExecutionRecord, seconds: float) -> None:
        """Write the node's line."""
        mark, colour = STATE_MARKS[execution.state]
        line = Text.assemble((mark, colour), f" {execution.instance:<{self._width}} ")
        line.append(f"{execution.state.value:<8}", colour).append(f" {seconds:7.2f} s")
        if why(execution):
            line.append(f"  {why(execution)}", "dim")
        self._write(line)
        if has_failed_itself(execution):
            self._failed.append(execution)

    def image_pulled(self, image: str, progress: str) -> None:
        """Say once that an image is fetched."""
        if image not in self._images:
            self._images.add(image)
            self._write(Text(f"Pulling image {image}", "dim"))

    def run_ended(self, run: RunRecord, seconds: float) -> None:
        """Show how what failed ended its log, and say how the run ended."""
        for line in failure_logs(self._failed):
            self._write(line)
        self._write(last_line_of(run, seconds))

    def _write(self, line: Text) -> None:
        self._console.print(line, soft_wrap=True)


def name_width(run: Run) -> int:
    """How wide a column of names is that holds all but very long ones."""
    return min(40, max(map(len, _names(run.pipeline, "", "")), default=0))


def _names(nodes: NodeSet, path: str, iteration: str) -> Iterator[str]:
    """Names of nodes as their lines have them, with those that others hold."""
    for node in nodes.nodes:
        yield f"{path}{node.id}{iteration}"
        if isinstance(node.executor, NodeSet):
            inside = "#0" if node.loop else iteration
            yield from _names(node.executor, f"{path}{node.id}.", inside)


def first_line_of(run: Run) -> Text:
    """Names a run."""
    count = len(run.pipeline.nodes)
    return Text.assemble(
        "Run ",
        (run.run_id, "bold"),
        " of pipeline ",
        (run.pipeline.name, "bold"),
        f": {count} {'node' if count == 1 else 'nodes'}",
    )


def retry_line(execution: ExecutionRecord, delay: float, width: int) -> Text:
    """Tells that an attempt failed, and when the next follows."""
    line = Text.assemble(("↻", "yellow"), f" {execution.instance:<{width}} ")
    line.append("tried again", "yellow").append(f" in {delay:g} s")
    return line.append(f"  {why(execution)}", "dim")


def last_line_of(run: RunRecord, seconds: float) -> Text:
    """Tells how a run ended, or that it is only no longer watched."""
    if run.state is RunState.RUNNING:
        return Text("The run goes on", "yellow")
    colour = "green" if run.state is RunState.COMPLETE else "red"
    return Text.assemble((f"Run {run.state.value}", colour), f" in {seconds:.2f} s")
