"""Why a node ran or did not, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState
from pipeline_lib.report.cache_reasons import Reason
from pipeline_lib.report.wording import state_mark

_DONE: Mapping[ExecutionState, str] = {
    ExecutionState.RUNNING: "has begun and not ended",
    ExecutionState.COMPLETE: "ran",
    ExecutionState.FAILED: "ran and failed",
    ExecutionState.CACHED: "did not run",
    ExecutionState.SKIPPED: "was skipped",
    ExecutionState.CANCELED: "was canceled",
}


def why_page(execution: ExecutionRecord, reason: Reason) -> Text:
    """The reason in a line, and the changes below."""
    _, colour = state_mark(execution.state)
    text = Text.assemble((execution.instance, "bold"), " ", (_DONE[execution.state], colour))
    if reason.text:
        text.append(f": {reason.text}")
    return text.append_text(changes_text(reason))


def changes_text(reason: Reason, indent: str = "  ") -> Text:
    """The changes, a line for each."""
    return Text("").join(Text(f"\n{indent}{change.text}") for change in reason.changes)


def why_json(execution: ExecutionRecord, reason: Reason) -> dict[str, Any]:
    """The same as plain JSON."""
    return {
        "node": execution.instance,
        "run_id": execution.run_id,
        "pipeline": execution.pipeline_name,
        "execution_id": execution.id,
        "state": execution.state.value,
        **reason_json(reason),
        "depends_on": dict(execution.cache_leaves),
    }


def reason_json(reason: Reason) -> dict[str, Any]:
    """A reason, with the execution that it is told against."""
    other = reason.compared_with
    return {
        "reason": reason.text,
        "compared_with": other
        and {
            "pipeline": other.pipeline_name,
            "run_id": other.run_id,
            "execution_id": other.id,
            "state": other.state.value,
        },
        "changes": [vars(change) for change in reason.changes],
    }
