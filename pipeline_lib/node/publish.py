"""Publish: the final record of an execution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import (
    NESTED_FAILURE,
    ErrorRecord,
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
)
from pipeline_lib.node.drive import Work, new_execution
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.inputs import reason_without_outputs, written
from pipeline_lib.node.nesting import Nested
from pipeline_lib.node.request import Canceled, ExecutionRequest, Failure, Outcome, Success
from pipeline_lib.node.run import Run


def publish(work: Work, outcome: Outcome, store: MetadataStore) -> ExecutionRecord:
    """Record how an execution ended, with its outputs, in one transaction."""
    execution = replace(work.execution, log_uri=_log_uri(work.request))
    match outcome:
        case Success(outputs):
            ended = replace(execution, state=ExecutionState.COMPLETE, outputs=outputs)
        case Failure(error):
            ended = replace(execution, state=ExecutionState.FAILED, error=error)
        case Canceled(reason):
            ended = replace(execution, state=ExecutionState.CANCELED, reason=reason)
    return store.record(ended)


def _log_uri(request: ExecutionRequest) -> str:
    """Where the log is; empty where the executor has printed nothing."""
    uri = request.log_uri
    return uri if files.exists(uri) and files.size(uri) else ""


def publish_undriven(
    node: Node, run: Run, error: Exception, store: MetadataStore
) -> ExecutionRecord:
    """Record that a node failed before its work could begin."""
    failed = replace(
        new_execution(node, run), state=ExecutionState.FAILED, error=error_record(error)
    )
    return store.record(failed)


def publish_nested(
    nested: Nested, failed: Sequence[ExecutionRecord], store: MetadataStore
) -> ExecutionRecord:
    """Record how a node ended that holds nodes of its own; `failed` are those of them that did."""
    if failed:
        names = ", ".join(repr(one.instance) for one in failed)
        error = ErrorRecord(NESTED_FAILURE, f"node{'s' * (len(failed) > 1)} {names} failed")
        return store.record(replace(nested.execution, state=ExecutionState.FAILED, error=error))
    outputs = {
        key: [artifact for run in nested.runs for artifact in written(source, run, store)]
        for key, source in nested.executor.outputs.items()
    }
    # The inner nodes made them: here they are only passed on.
    ended = replace(
        nested.execution,
        state=ExecutionState.COMPLETE,
        outputs=outputs,
        chosen=True,
        reason=_why_empty(nested, outputs, store),
    )
    return store.record(ended)


def _why_empty(
    nested: Nested, outputs: Mapping[str, Sequence[ArtifactRecord]], store: MetadataStore
) -> str:
    """Why an output holds nothing, where the node that writes it did not run."""
    if not nested.runs:
        return f"loop {nested.node.id!r} had no elements"
    for key in (key for key, artifacts in outputs.items() if not artifacts):
        for run in nested.runs:
            instance = run.instance(nested.executor.outputs[key].node_id)
            reason = reason_without_outputs(instance, store.execution(run.run_id, instance))
            if reason:
                return reason
    return ""
