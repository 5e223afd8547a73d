"""What is told of runs that another tool has recorded, such as TFX's own runner."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from pipeline_lib.metadata.lineage import Direction, LinkKind
from pipeline_lib.metadata.store import (
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
    RunRecord,
    RunState,
)
from pipeline_lib.report.cache_reasons import Reason

_UNKNOWN = Reason("another tool recorded this, and not what the result depends on")


def is_of_another_tool(run: RunRecord) -> bool:
    """Whether its record says nothing of how or when it ended."""
    return run.state is not RunState.RUNNING and not run.ended


def with_state_of_nodes(
    run: RunRecord, states: Collection[ExecutionState], ended: float = 0.0
) -> RunRecord:
    """The run as its nodes tell of it, where its own record does not.

    Args:
        run: the run.
        states: how its nodes ended.
        ended: when the last of them did, in seconds since the epoch.
    """
    if not is_of_another_tool(run):
        return run
    if ExecutionState.RUNNING in states:
        return replace(run, state=RunState.RUNNING)
    is_failed = ExecutionState.FAILED in states
    return replace(run, state=RunState.FAILED if is_failed else run.state, ended=ended)


def told_by_nodes(run: RunRecord, executions: Collection[ExecutionRecord]) -> RunRecord:
    """The same, of executions."""
    ended = max((one.ended for one in executions), default=0.0)
    return with_state_of_nodes(run, {one.state for one in executions}, ended)


def reason_of_another_tool(execution: ExecutionRecord, store: MetadataStore) -> Reason:
    """Why a node ran or did not, as far as the artifacts tell."""
    if execution.state is not ExecutionState.CACHED:
        return _UNKNOWN
    ids = [one.id for artifacts in execution.outputs.values() for one in artifacts]
    lineage = store.lineage(ids, [Direction.UPSTREAM], 1)
    for link in lineage.links:
        if link.kind is LinkKind.WRITTEN and link.artifact_id in ids:
            maker = lineage.executions[link.execution_id]
            where = f"its result is that of execution {maker.id} in run {maker.run_id}"
            return Reason(f"{where}; {_UNKNOWN.text}", maker)
    return _UNKNOWN
