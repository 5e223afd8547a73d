"""Why a node ran, or did not."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState
from pipeline_lib.report.cache_changes import Change, Writers, changes
from pipeline_lib.runners.local.planned_node import came_to_nothing


@dataclass(frozen=True)
class Reason:
    """Why a node ran, or did not.

    Attributes:
        text: the reason, or what the changes are told against.
        compared_with: the execution that the changes are told against, or whose result was used.
        changes: what differs from `compared_with`.
    """

    text: str
    compared_with: ExecutionRecord | None = None
    changes: tuple[Change, ...] = ()


def reason_for_state(
    execution: ExecutionRecord,
    earlier: ExecutionRecord | None,
    origin: ExecutionRecord | None,
    writers: Writers,
) -> Reason:
    """Why an execution ended as it did.

    Args:
        execution: the execution.
        earlier: the one of the same node before it that came to an end, if there was one.
        origin: the execution whose result it took over, if it did and that is known.
        writers: which node wrote which artifact.
    """
    match execution.state:
        case ExecutionState.SKIPPED | ExecutionState.CANCELED:
            return Reason(execution.reason)
        case ExecutionState.CACHED if execution.cached_from:
            return _reason_for_hit(execution, origin)
        case ExecutionState.CACHED:
            return Reason(execution.reason)
    if execution.cache_leaves:
        return reason_for_work(execution, earlier, writers)
    if execution.error is not None and not execution.chosen:
        return Reason("it failed before the cache was looked at")
    return Reason("a node of this kind is not cached: it looks anew in every run")


def reason_for_work(
    execution: ExecutionRecord, earlier: ExecutionRecord | None, writers: Writers
) -> Reason:
    """Why a node's work had, or has, to be done."""
    if earlier is None:
        first = "it is the first time that this node runs"
        return Reason(f"{first}, and {execution.cache_note}" if execution.cache_note else first)
    differences = tuple(changes(earlier, execution, writers)) if earlier.cache_leaves else ()
    if execution.cache_note:
        also = f"; this changed since run {earlier.run_id}:" if differences else ""
        return Reason(f"{execution.cache_note}{also}", earlier, differences)
    if differences:
        return Reason(f"this changed since run {earlier.run_id}:", earlier, differences)
    if not earlier.state.is_success:
        return Reason(came_to_nothing(earlier), earlier)
    if not earlier.cache_leaves:
        return Reason(f"what run {earlier.run_id} depended on is not recorded", earlier)
    return Reason(f"no result of run {earlier.run_id} was there to be used", earlier)


def _reason_for_hit(execution: ExecutionRecord, origin: ExecutionRecord | None) -> Reason:
    count = len(execution.cache_leaves)
    same = f"all {count} things that its result depends on are the same" if count else ""
    if origin is None:
        return Reason(", ".join(filter(None, (execution.reason, same))))
    of = f" of pipeline {origin.pipeline_name}"
    pipeline = "" if origin.pipeline_name == execution.pipeline_name else of
    node = "" if origin.node_id == execution.node_id else f" of {origin.node_id}"
    where = f"its result is that of execution {origin.id}{node} in run {origin.run_id}{pipeline}"
    return Reason(": ".join(filter(None, (where, same))), origin)
