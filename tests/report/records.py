"""Runs as records, without a store: as many nodes, and names as bad, as a test needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.metadata.store import (
    CodeVersion,
    ErrorRecord,
    ExecutionRecord,
    ExecutionState,
    NoteRecord,
    RunEnvironment,
    RunRecord,
    RunState,
)
from pipeline_lib.report.run_view import RunView

START = 1_700_000_000.0


def run_record(**more: Any) -> RunRecord:
    given = {"started": START, "ended": START + 75, "pipeline_root": "/root", **more}
    return RunRecord("demo", "run-1", RunState.COMPLETE, **given)


def execution(
    number: int, before: Sequence[int] = (), name: str = "", **more: Any
) -> ExecutionRecord:
    """A node that wrote artifact `number` and read those of the nodes `before` it."""
    given: dict[str, Any] = {
        "inputs": {"data": [artifact(one) for one in before]} if before else {},
        "outputs": {"data": [artifact(number)]},
        "state": ExecutionState.COMPLETE,
        "started": START + number,
        "ended": START + number + 0.5,
        "id": number + 1,
        **more,
    }
    return ExecutionRecord("demo", "run-1", name or f"Step{number}", "demo.Step", **given)


def artifact(number: int) -> ArtifactRecord:
    return ArtifactRecord("Report", f"/root/{number}", id=number + 1)


def view(*executions: ExecutionRecord, run: RunRecord | None = None) -> RunView:
    return RunView(run or run_record(), {one.instance: one for one in executions})


def chain(count: int) -> RunView:
    """Each node reads what the one before it wrote."""
    return view(*(execution(i, [i - 1] if i else []) for i in range(count)))


FAILED: Mapping[str, Any] = {
    "state": ExecutionState.FAILED,
    "outputs": {},
    "error": ErrorRecord("ValueError", "no rows", "Traceback\n  here", "steps.py:21"),
}
SKIPPED: Mapping[str, Any] = {
    "state": ExecutionState.SKIPPED,
    "outputs": {},
    "reason": "node 'Divide' failed",
}
CACHED: Mapping[str, Any] = {"state": ExecutionState.CACHED, "reason": "same as in run run-0"}

DIRTY = RunEnvironment(
    CodeVersion("0123456789abcdef", "main", is_dirty=True),
    "3.11.7",
    "Linux 6.1 x86_64, glibc 2.36",
    4,
    "0.1.0",
    {"numpy": "1.26.4", "tensorflow": "2.16.2"},
)
CLEAN = RunEnvironment(
    CodeVersion("fedcba9876543210"), "3.11.7", DIRTY.system, 1, "0.1.0", {"numpy": "2.0.0"}
)
TRACKED: Mapping[str, Any] = {
    "tags": ("good", "nightly"),
    "environments": (DIRTY,),
    "notes": (NoteRecord("too <b>high</b>\nat the end", "Ada", START), NoteRecord("x", "G", START)),
}
"""What a run may have besides its nodes."""
