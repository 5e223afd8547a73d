"""The ends of the logs of nodes that failed, for the end of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from pipeline_lib.metadata.store import NESTED_FAILURE, ExecutionRecord, ExecutionState
from pipeline_lib.runners.local.log_tail import log_tail

_LINES = 10
_MOST_LOGS = 5


def has_failed_itself(execution: ExecutionRecord) -> bool:
    """Whether it failed, and not just because a node that it holds did."""
    error = execution.error
    is_failed = execution.state is ExecutionState.FAILED
    return is_failed and error is not None and error.type != NESTED_FAILURE


def failure_logs(failed: Sequence[ExecutionRecord]) -> Iterator[Text]:
    """A title and the last lines of the log of each, of the first few."""
    for execution in failed[:_MOST_LOGS]:
        yield from log_lines(execution)
    if len(failed) > _MOST_LOGS:
        yield Text(f"... and the logs of {len(failed) - _MOST_LOGS} more failed nodes", "dim")


def log_lines(execution: ExecutionRecord) -> Iterator[Text]:
    """What one execution wrote last, below a title; nothing where it wrote nothing."""
    lines = log_tail(execution.log_uri, _LINES)
    if lines:
        yield Text.assemble(("The log of ", "dim"), execution.instance, (" ends:", "dim"))
    for line in lines:
        # Lines of programs may carry terminal codes, which must not reach the terminal raw.
        yield Text.assemble(("  │ ", "red"), Text.from_ansi(line))
