"""Going on with a run that was interrupted or has failed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline_lib import ir
from pipeline_lib.artifacts import files
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.node_set import NodeSet, full_ids, in_running_order
from pipeline_lib.metadata.store import (
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
    RunRecord,
    RunState,
)
from pipeline_lib.node.caching import files_exist
from pipeline_lib.node.nesting import Nested
from pipeline_lib.node.places import leftovers


def check_resumable(run: RunRecord, pipeline_name: str) -> None:
    """Refuse to go on with a run.

    Raises:
        AuthoringError: it has finished, or is one of another pipeline.
    """
    if run.pipeline_name != pipeline_name:
        raise AuthoringError(
            f"Run {run.run_id!r} is of pipeline {run.pipeline_name!r}, not of {pipeline_name!r}. "
            "Resume it with its own pipeline."
        )
    if run.state is RunState.COMPLETE:
        raise AuthoringError(
            f"Run {run.run_id!r} has finished: there is nothing to resume. Start a new run; what "
            "has not changed is taken from the cache."
        )


def done_before(
    run: RunRecord, pipeline: ir.Pipeline, executions: Iterable[ExecutionRecord]
) -> dict[str, ExecutionRecord]:
    """Those of a run's executions, oldest first, that need not be run again, by instance.

    A node whose outputs are gone is run again, and so is what comes after it: a loop may get other
    elements. The exit handler is to be told how the run ends now.
    """
    latest = {one.instance: one for one in executions}
    if pipeline.exit_handler is not None:
        latest.pop(pipeline.exit_handler.id, None)
    succeeded = [one for one in latest.values() if one.state.is_success]
    gone = {one.node_id for one in succeeded if not files_exist(one.outputs)}
    again = set(_run_again(pipeline, "", gone))
    done = [*succeeded, *(one for one in latest.values() if _was_taken_over(one, run, pipeline))]
    return {one.instance: one for one in done if one.node_id not in again}


def made_of_other_elements(
    done: Mapping[str, ExecutionRecord], before: Sequence[ExecutionRecord], loop: Nested
) -> set[str]:
    """Instances of what is done in a loop for elements that are not at their places any more.

    An author may have mended the list: what was made of one element is no result of another.

    Args:
        done: executions that need not be run again, by instance.
        before: the loop's own executions earlier in the run, oldest first.
        loop: the loop as it is about to run.
    """
    path, place = f"{loop.execution.node_id}.", _depth(loop.execution)
    now = _elements(loop.execution, loop.node.loop)
    stale = set()
    for execution in done.values():
        if execution.node_id.startswith(path):
            known = [_elements(one, loop.node.loop) for one in before if one.id < execution.id]
            position = int(execution.iteration.split(".")[place])
            at = slice(position, position + 1)
            if not known or known[-1][at] != now[at]:
                stale.add(execution.instance)
    return stale


def _depth(execution: ExecutionRecord) -> int:
    """How many loops are around."""
    return len(execution.iteration.split(".")) if execution.iteration else 0


def _elements(execution: ExecutionRecord, loop: str) -> list[Any]:
    """What a loop ran for; nothing where that is not recorded, as it may be a secret."""
    if loop in execution.parameters:
        values = execution.parameters[loop]
        return list(values) if isinstance(values, list) else []
    return [artifact.id for artifact in execution.inputs.get(loop, ())]


def _run_again(nodes: NodeSet, path: str, gone: Collection[str]) -> Iterator[str]:
    """Full ids of the nodes whose outputs are gone, and of those around and after them."""
    again: set[str] = set()
    for node in in_running_order(nodes, "What holds them"):
        full_id = path + node.id
        inside = f"{full_id}."
        found = [full_id] if full_id in gone else []
        if nodes.dependencies[node.id] & again:
            found = list(full_ids([node], path))
        elif isinstance(node.executor, NodeSet):
            found += _run_again(node.executor, inside, gone)
        if found:
            again.add(node.id)
            yield full_id
            yield from found


def _was_taken_over(execution: ExecutionRecord, run: RunRecord, pipeline: ir.Pipeline) -> bool:
    """Whether a partial run has it from another run, in which it was skipped."""
    if execution.state is not ExecutionState.SKIPPED or not run.only:
        return False
    return not pipeline.dependencies.get(execution.node_id, frozenset()) <= set(run.only)


def clear_up(run: RunRecord, store: MetadataStore) -> None:
    """Record as canceled what was running when the runner ended, and remove what it left."""
    for execution in store.executions(run.run_id):
        if execution.state is ExecutionState.RUNNING:
            for uri in leftovers(execution, run.pipeline_root):
                files.remove(uri)
            ended = replace(
                execution, state=ExecutionState.CANCELED, reason="the runner ended before the node"
            )
            store.record(ended)
