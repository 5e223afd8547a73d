"""Marks, colours and times, the same wherever a run is told of."""

from __future__ import annotations

from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState

STATE_MARKS = {
    ExecutionState.COMPLETE: ("✓", "green"),
    ExecutionState.CACHED: ("=", "cyan"),
    ExecutionState.SKIPPED: ("-", "yellow"),
    ExecutionState.FAILED: ("✗", "red"),
    ExecutionState.CANCELED: ("!", "red"),
}
"""Mark and colour of each final state."""


def duration(seconds: float) -> str:
    """`0.34 s`, `2 min 05 s` or `3 h 07 min`."""
    return f"{seconds:.2f} s" if seconds < 59.995 else _minutes(seconds)


def rough_duration(seconds: float) -> str:
    """`3 s`, `2 min 05 s` or `3 h 07 min`: for what changes while one looks at it."""
    return f"{seconds:.0f} s" if seconds < 59.5 else _minutes(seconds)


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def first_line(text: str) -> str:
    """The first line of a message, with dots where there is more."""
    first, _, rest = text.partition("\n")
    return f"{first} ..." if rest.strip() else first


def why(execution: ExecutionRecord) -> str:
    """Why an execution failed, was skipped or was served from the cache, on one line."""
    if execution.error is None:
        return execution.reason
    return first_line(f"{execution.error.type}: {execution.error.message}")
