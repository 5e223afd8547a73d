"""The step of a node: its whole life, as any runner launches it."""

from __future__ import annotations

from dataclasses import replace

from pipeline_lib.artifacts import files
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.metadata.store import (
    ErrorRecord,
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
    RunRecord,
)
from pipeline_lib.node.drive import skip
from pipeline_lib.node.launch import Execute, launch
from pipeline_lib.node.nesting import Nested
from pipeline_lib.node.places import leftovers
from pipeline_lib.node.request import ExecutionRequest, Outcome
from pipeline_lib.runners.kubeflow.steps.begun_run import BegunRun
from pipeline_lib.runners.kubeflow.steps.executing import execute_in_worker
from pipeline_lib.runners.kubeflow.steps.levels import Place, level_of

CONTAINER_ENDED = "ContainerEnded"
"""Error type of a node whose container ended, or never started, before the node had a result."""

_ENDED = "The container ended before the node was done: it was killed, or its machine is gone."
"""Kubernetes tells why: `kubectl describe pod`."""


def launch_at(
    place: Place, begun: BegunRun, store: MetadataStore, execute: Execute = execute_in_worker
) -> ExecutionRecord | Nested:
    """Launch a node, or skip it where a failure above it is the reason.

    What it has achieved in an earlier attempt, or was taken over from another run, stays.
    """
    assert place.run is not None, "what does not run is not launched"
    known = ended_before(place, begun, store)
    return known or launch(place.node, place.run, store, execute)


def ended_before(place: Place, begun: BegunRun, store: MetadataStore) -> ExecutionRecord | None:
    """The final record of a node that is not to be launched; `None` where it is.

    An execution that is recorded as running was ended from outside.
    """
    assert place.run is not None, "what does not run is not launched"
    node, run = place.node, place.run
    latest = store.execution(run.run_id, run.instance(node.id))
    if latest is not None and (latest.state.is_success or _was_taken_over(latest, place)):
        return latest
    if latest is not None and latest.state is ExecutionState.RUNNING:
        record_ended_container(latest, begun.record, store)
    reason = level_of(place, store).reason_to_skip(node)
    return skip(node, run, store, reason) if reason else None


def refuse_to_execute(request: ExecutionRequest) -> Outcome:
    """In place of executing a node in a step that is only to record why the node is skipped.

    Raises:
        PipelineLibError: always.
    """
    raise PipelineLibError(
        f"Kubeflow takes the condition of node {request.node_id!r} to be false, but it holds. "
        "Compile the pipeline again; if that does not help, this is a mistake of the library."
    )


def record_ended_container(
    execution: ExecutionRecord, record: RunRecord, store: MetadataStore
) -> ExecutionRecord:
    """Record that a node failed whose container was ended from outside; remove what it left."""
    for uri in leftovers(execution, record.pipeline_root):
        files.remove(uri)
    error = ErrorRecord(CONTAINER_ENDED, _ENDED)
    return store.record(replace(execution, state=ExecutionState.FAILED, error=error))


def _was_taken_over(execution: ExecutionRecord, place: Place) -> bool:
    """Whether a partial run has it from another run, in which it was skipped."""
    if not place.only or execution.state is not ExecutionState.SKIPPED:
        return False
    return not place.nodes.dependencies[place.node.id] <= place.only
