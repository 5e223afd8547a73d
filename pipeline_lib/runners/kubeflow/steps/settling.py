"""Records for the nodes that have none when the cluster has ended what it runs.

The cluster leaves out what comes after a failure, and what a false condition keeps from starting;
a container may be killed, or never start. The store is to say of each node what became of it.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline_lib.errors import MetadataStoreError
from pipeline_lib.ir.executors import PipelineExecutor
from pipeline_lib.ir.node import Node
from pipeline_lib.ir.node_set import in_running_order
from pipeline_lib.ir.pipeline import Pipeline
from pipeline_lib.metadata.store import (
    NESTED_FAILURE,
    ErrorRecord,
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
)
from pipeline_lib.node.drive import new_execution, reason_not_due, skip
from pipeline_lib.node.due import scope_of
from pipeline_lib.node.inputs import UpstreamMissingError, resolve_inputs
from pipeline_lib.node.nesting import nested_again
from pipeline_lib.node.publish import publish_nested, publish_undriven
from pipeline_lib.node.run import Run
from pipeline_lib.runners.kubeflow.steps.begun_run import BegunRun
from pipeline_lib.runners.kubeflow.steps.levels import path_of
from pipeline_lib.runners.kubeflow.steps.node import CONTAINER_ENDED, record_ended_container
from pipeline_lib.runners.local.task import Level

_NEVER_STARTED = ErrorRecord(
    CONTAINER_ENDED,
    "The container of the node never started, or ended before it reached the store. The cluster "
    "tells why: its image may be missing, or no machine has what it asks for.",
)
_CANCELED = "the run was canceled"


class Settling:
    """Gives each node of a run that has ended its final record."""

    def __init__(self, begun: BegunRun, store: MetadataStore) -> None:
        self._begun = begun
        self._store = store
        executions = store.executions(begun.run.run_id)
        self._latest = {one.instance: one for one in executions}

    def settle_pipeline(self) -> None:
        """Settle the nodes of the pipeline, and those that they hold."""
        run = self._begun.run
        self._settle(Level(run, run.pipeline, self._begun.only))

    def close(self, node: Node, run: Run, holder: ExecutionRecord) -> ExecutionRecord:
        """Settle the nodes that a node holds, and record how it ended."""
        nested = nested_again(node, run, holder, self._store)
        failed: list[ExecutionRecord] = []
        for inner in nested.runs:
            level = Level(inner, nested.executor)
            self._settle(level)
            failed += sorted(level.failed(), key=by_end)
        return publish_nested(nested, failed, self._store)

    def _settle(self, level: Level) -> None:
        for node in in_running_order(level.nodes, "What holds them"):
            if level.only is None or node.id in level.only:
                level.ended[node.id] = self._settled(node, level)

    def _settled(self, node: Node, level: Level) -> ExecutionRecord:
        run = level.run
        known = self._latest.get(run.instance(node.id))
        reason = level.reason_to_skip(node)
        if known is None or known.state is ExecutionState.SKIPPED:
            if reason:
                level.failure_above[node.id] = reason
            return known or self._without_record(node, level, reason)
        if known.state is not ExecutionState.RUNNING:
            return known
        if isinstance(node.executor, PipelineExecutor):
            return self.close(node, run, known)
        return record_ended_container(known, self._begun.record, self._store)

    def _without_record(self, node: Node, level: Level, reason: str) -> ExecutionRecord:
        run = level.run
        if reason:
            return skip(node, run, self._store, reason)
        if self._comes_after_canceled(node, level):
            ended = replace(new_execution(node, run), state=ExecutionState.CANCELED)
            return self._store.record(replace(ended, reason=_CANCELED))
        try:
            reason = _reason_not_due(node, run, self._store)
        except MetadataStoreError:
            raise
        except Exception as error:
            return publish_undriven(node, run, error, self._store)
        if reason:
            return skip(node, run, self._store, reason)
        failed = replace(new_execution(node, run), state=ExecutionState.FAILED)
        return self._store.record(replace(failed, error=_NEVER_STARTED))

    def _comes_after_canceled(self, node: Node, level: Level) -> bool:
        above = (level.ended[one] for one in level.waited_for(node.id))
        return any(one.state is ExecutionState.CANCELED for one in above)


def _reason_not_due(node: Node, run: Run, store: MetadataStore) -> str:
    try:
        inputs = resolve_inputs(node, run, store)
    except UpstreamMissingError as error:
        return str(error)
    return reason_not_due(node, scope_of(node, run, inputs))


def failures_of(begun: BegunRun, store: MetadataStore) -> list[ExecutionRecord]:
    """The executions that make a run fail, oldest first."""
    latest = {one.instance: one for one in store.executions(begun.run.run_id)}
    return sorted(
        (one for one in latest.values() if _counts_as_failure(one, begun.run.pipeline)),
        key=by_end,
    )


def by_end(execution: ExecutionRecord) -> tuple[float, int]:
    """A key that puts executions into the order in which they ended."""
    return execution.ended, execution.id


def _counts_as_failure(execution: ExecutionRecord, pipeline: Pipeline) -> bool:
    """Whether a node failed by itself that may not; one that holds it only passes that on."""
    error = execution.error
    if execution.state is not ExecutionState.FAILED or error is None:
        return False
    path = path_of(pipeline, execution.node_id)
    return error.type != NESTED_FAILURE and not any(one.options.optional for one in path)
