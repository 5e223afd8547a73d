"""What a plan says of a node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState


class Verdict(Enum):
    """What would become of a node."""

    RUN = "run"
    """It would be executed."""
    CACHED = "cached"
    """An earlier result would serve."""
    DEPENDS = "depends"
    """That is decided by what the nodes before it give."""
    IMPORT = "import"
    RESOLVE = "resolve"
    NESTED = "nested"
    """The nodes that it holds would be looked at."""
    SKIP = "skip"
    FAIL = "fail"
    """It would fail before its work begins."""


@dataclass(frozen=True)
class PlannedNode:
    """What would become of a node.

    Attributes:
        execution: the execution as it would be recorded.
        verdict: what would become of it.
        reason: why it would be served from the cache, skipped, or fail.
        unknown: nodes before it whose results will be known in the run only.
        earlier: the node's last execution that came to an end.
        seconds: how long it took when it was executed last; `None` where it never was.
        is_conditional: it has a condition of its own.
    """

    execution: ExecutionRecord
    verdict: Verdict
    reason: str = ""
    unknown: tuple[str, ...] = ()
    earlier: ExecutionRecord | None = None
    seconds: float | None = None
    is_conditional: bool = False


def came_to_nothing(earlier: ExecutionRecord) -> str:
    """That an earlier execution gave no result, in words."""
    how = "failed" if earlier.state is ExecutionState.FAILED else "did not come to its end"
    return f"it {how} in run {earlier.run_id}"


def in_words(names: Sequence[str]) -> str:
    """`a, b and c`."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
