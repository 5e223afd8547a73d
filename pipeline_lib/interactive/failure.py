"""How a failed run is raised in a session: with the author's own line, and not ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.node.failure import authors_traceback


class NodeError(Exception):
    """What was raised in a worker process: its traceback as text."""

    def __str__(self) -> str:
        return "\n" + super().__str__()


def cause(
    failures: Sequence[ExecutionRecord], raised_here: Mapping[int, Exception]
) -> Exception | None:
    """What made the first node fail; its traceback begins in the author's code."""
    first = failures[0]
    error = raised_here.get(first.id)
    if error is not None:
        return error.with_traceback(authors_traceback(error))
    if first.error is not None and first.error.traceback:
        return NodeError(first.error.traceback.rstrip())
    return None
