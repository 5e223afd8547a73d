"""Why a node ran or did not, told against the executions that the store holds."""

from __future__ import annotations

from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore
from pipeline_lib.report.cache_changes import Writers
from pipeline_lib.report.cache_reasons import Reason, reason_for_state

_ENDED = (ExecutionState.COMPLETE, ExecutionState.CACHED, ExecutionState.FAILED)


def reason_in_store(execution: ExecutionRecord, store: MetadataStore, writers: Writers) -> Reason:
    """Why an execution ended as it did; arguments as of `reason_for_state`."""
    earlier = _earlier(execution, store) if execution.cache_leaves else None
    return reason_for_state(execution, earlier, _origin(execution, store), writers)


def _earlier(execution: ExecutionRecord, store: MetadataStore) -> ExecutionRecord | None:
    """The execution of the same node before it that came to an end."""
    before = store.node_executions(
        execution.pipeline_name, execution.node_id, execution.iteration, execution.id
    )
    return next((one for one in before if one.state in _ENDED), None)


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
