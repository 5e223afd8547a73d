"""Which of a node's earlier executions a new one is compared with."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline_lib.metadata.records import ExecutionRecord, ExecutionState

_ENDED = (ExecutionState.COMPLETE, ExecutionState.CACHED, ExecutionState.FAILED)
_CUT_OFF = (ExecutionState.CANCELED, ExecutionState.RUNNING)


def last_to_compare_with(newest_first: Sequence[ExecutionRecord]) -> ExecutionRecord | None:
    """The last one that came to its end; where none did, the last that was begun."""
    for states in (_ENDED, _CUT_OFF):
        for execution in newest_first:
            if execution.state in states:
                return execution
    return None
