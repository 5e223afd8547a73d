"""How states, times and values are worded and coloured, the same in every report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.text import Text

from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, RunRecord, RunState
from pipeline_lib.render.wording import byte_count as byte_count
from pipeline_lib.render.wording import value as value
from pipeline_lib.runners.local.wording import STATE_MARKS
from pipeline_lib.runners.local.wording import duration as duration
from pipeline_lib.runners.local.wording import first_line as first_line

_RUNNING = ("~", "blue")
_RUN_COLOURS = {
    RunState.RUNNING: "blue",
    RunState.COMPLETE: "green",
    RunState.FAILED: "red",
    RunState.CANCELED: "red",
}


def state_mark(state: ExecutionState) -> tuple[str, str]:
    """Mark and colour of a node's state."""
    return STATE_MARKS.get(state, _RUNNING)


def run_state(state: RunState) -> Text:
    """`complete`, in its colour."""
    return Text(state.value, _RUN_COLOURS[state])


def node_counts(states: Iterable[ExecutionState]) -> dict[str, int]:
    """How many nodes are ok (complete or cached), failed, skipped and so on; no zeros."""
    counts: dict[str, int] = {}
    for state in states:
        name = "ok" if state.is_success else state.value
        counts[name] = counts.get(name, 0) + 1
    return counts


def moment(seconds: float) -> str:
    """Seconds since the epoch as local date and time."""
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")


def took(record: RunRecord | ExecutionRecord) -> str:
    """How long a run or a node took; empty where it has not ended."""
    return duration(record.ended - record.started) if record.ended else ""
