"""Why a node ran or did not, told against the executions that the store holds."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline_lib.metadata.history import last_to_compare_with
from pipeline_lib.metadata.store import (
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
    RunRecord,
)
from pipeline_lib.report.cache_changes import Writers
from pipeline_lib.report.cache_reasons import Reason, reason_for_state

_ENDED = (ExecutionState.COMPLETE, ExecutionState.CACHED, ExecutionState.FAILED)
_MOST_ASKED = 200
"""Nodes of which each is looked up for itself, in a query or two."""
_MOST_RUNS = 3
"""Earlier runs that are read as a whole, where the nodes are more than that."""


def reasons_of_run(
    run: RunRecord,
    executions: Mapping[str, ExecutionRecord],
    store: MetadataStore,
    writers: Writers,
    makers: Mapping[int, ExecutionRecord],
) -> dict[str, Reason]:
    """Why each of a run's nodes ended as it did, where that can be told in a few queries.

    Args:
        run: the run.
        executions: the latest of each node, by instance.
        store: holds the earlier runs.
        writers: which node wrote which artifact.
        makers: executions that wrote what this run took over, by their ids.
    """
    if len(executions) <= _MOST_ASKED:
        return {name: reason_in_store(one, store, writers) for name, one in executions.items()}
    earlier = _in_earlier_runs(run, executions, store)
    return {
        name: reason_for_state(one, earlier.get(name), makers.get(one.cached_from), writers)
        for name, one in executions.items()
        if name in earlier or not _is_compared(one)
    }


def _is_compared(execution: ExecutionRecord) -> bool:
    """Whether its reason is told against an earlier execution."""
    worked = execution.state in (ExecutionState.COMPLETE, ExecutionState.FAILED)
    return worked and bool(execution.cache_leaves)


def _in_earlier_runs(
    run: RunRecord, executions: Mapping[str, ExecutionRecord], store: MetadataStore
) -> dict[str, ExecutionRecord | None]:
    """The execution before each one, `None` where there is none, without those not known."""
    left = {name: one for name, one in executions.items() if _is_compared(one)}
    runs = [one for one in store.runs() if one.pipeline_name == run.pipeline_name]
    before = [one for one in runs if one.started < run.started]
    found: dict[str, ExecutionRecord | None] = {}
    for earlier_run in before[:_MOST_RUNS]:
        if not left:
            return found
        for one in store.executions(earlier_run.run_id):
            if one.instance in left and one.state in _ENDED and one.id < left[one.instance].id:
                found[one.instance] = one
        left = {name: one for name, one in left.items() if name not in found}
    if len(before) <= _MOST_RUNS:
        return {**found, **dict.fromkeys(left)}
    return {**found, **{name: _earlier(left[name], store) for name in list(left)[:_MOST_ASKED]}}


def reason_in_store(execution: ExecutionRecord, store: MetadataStore, writers: Writers) -> Reason:
    """Why an execution ended as it did; arguments as of `reason_for_state`."""
    earlier = _earlier(execution, store) if execution.cache_leaves else None
    return reason_for_state(execution, earlier, _origin(execution, store), writers)


def _earlier(execution: ExecutionRecord, store: MetadataStore) -> ExecutionRecord | None:
    """The execution of the same node before it that it is compared with."""
    before = store.node_executions(
        execution.pipeline_name, execution.node_id, execution.iteration, execution.id
    )
    return last_to_compare_with(before)


def _origin(execution: ExecutionRecord, store: MetadataStore) -> ExecutionRecord | None:
    """The execution whose result was taken over."""
    if not execution.cached_from:
        return None
    latest = store.cached(execution.cache_key)
    if latest is not None and latest.id == execution.cached_from:
        return latest
    before = store.node_executions(
        execution.pipeline_name, execution.node_id, execution.iteration, execution.id
    )
    return next((one for one in before if one.id == execution.cached_from), None)
