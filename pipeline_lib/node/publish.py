"""Publish: the final record of an execution."""

from __future__ import annotations

from dataclasses import replace

from pipeline_lib.artifacts import files
from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore
from pipeline_lib.node.drive import Work, new_execution
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.request import Canceled, Failure, Outcome, Success
from pipeline_lib.node.run import Run


def publish(work: Work, outcome: Outcome, store: MetadataStore) -> ExecutionRecord:
    """Record how an execution ended, with its outputs, in one transaction."""
    log_uri = work.request.log_uri
    execution = replace(work.execution, log_uri=log_uri if files.exists(log_uri) else "")
    match outcome:
        case Success(outputs):
            ended = replace(execution, state=ExecutionState.COMPLETE, outputs=outputs)
        case Failure(error):
            ended = replace(execution, state=ExecutionState.FAILED, error=error)
        case Canceled(reason):
            ended = replace(execution, state=ExecutionState.CANCELED, reason=reason)
    return store.record(ended)


def publish_undriven(
    node: Node, run: Run, error: Exception, store: MetadataStore
) -> ExecutionRecord:
    """Record that a node failed before its work could begin."""
    failed = replace(
        new_execution(node, run), state=ExecutionState.FAILED, error=error_record(error)
    )
    return store.record(failed)
