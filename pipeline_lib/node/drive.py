"""Drive: everything that is decided before a node's work begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.evaluation import Scope, evaluate, reads_environment
from pipeline_lib.ir.executors import (
    ClassExecutor,
    ContainerExecutor,
    FunctionExecutor,
    ImportExecutor,
    PipelineExecutor,
    ResolveExecutor,
)
from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore
from pipeline_lib.node.caching import cached_or_due
from pipeline_lib.node.due import Due, due_again, scope_of
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.importing import import_artifact
from pipeline_lib.node.inputs import UpstreamMissingError, resolve_inputs
from pipeline_lib.node.nesting import Nested, nested
from pipeline_lib.node.parameter_values import parameter_values
from pipeline_lib.node.places import claim_place, claimed_place
from pipeline_lib.node.request import ExecutionRequest, Image, OutputSlot
from pipeline_lib.node.requesting import request_of
from pipeline_lib.node.resolving import resolve_artifacts
from pipeline_lib.node.run import SYSTEM_FOLDER, Run


@dataclass(frozen=True)
class Work:
    """The node has to be executed: its execution is recorded as running."""

    execution: ExecutionRecord
    request: ExecutionRequest


def drive(node: Node, run: Run, store: MetadataStore) -> ExecutionRecord | Work | Nested:
    """Decide what is to be done for a node, and get its work ready.

    Returns:
        The final record of an execution that needs no executor (skipped, cached, imported,
        resolved), the work to be done, or the nodes to be run in its place.

    Raises:
        PipelineLibError: inputs, condition or parameters cannot be had.
    """
    decided = decide(node, run, store)
    if not isinstance(decided, Due):
        return decided
    running = store.record(decided.execution)
    try:
        return Work(running, _request(decided, running))
    except Exception as error:  # the disk is full, say
        failed = replace(running, state=ExecutionState.FAILED, error=error_record(error))
        return store.record(failed)


def decide(node: Node, run: Run, store: MetadataStore) -> ExecutionRecord | Due | Nested:
    """Decide what is to be done for a node: as `drive`, but what is due is not yet recorded."""
    try:
        return _decide(node, run, store)
    except UpstreamMissingError as error:
        return skip(node, run, store, str(error))


def _decide(node: Node, run: Run, store: MetadataStore) -> ExecutionRecord | Due | Nested:
    inputs = resolve_inputs(node, run, store)
    scope = scope_of(node, run, inputs)
    reason = reason_not_due(node, scope)
    if reason:
        return skip(node, run, store, reason)
    parameters = parameter_values(node, scope)
    execution = replace(
        new_execution(node, run),
        inputs={key: inputs[key] for key, declared in node.inputs.items() if not declared.hidden},
        parameters=_recordable_parameters(node, parameters),
    )
    due = Due(node, run, execution, parameters, scope)
    match node.executor:
        case ImportExecutor() as executor:
            return store.record(import_artifact(execution, executor, node, scope, store))
        case ResolveExecutor() as executor:
            return store.record(resolve_artifacts(execution, executor, scope))
        case PipelineExecutor() as executor:
            return nested(due, executor, store)
        case FunctionExecutor() | ClassExecutor() | ContainerExecutor():
            return cached_or_due(_with_image(due), store)


def _with_image(due: Due) -> Due:
    """What is due, with the image that it runs in as that is now."""
    name = due.node.image
    if not name:
        return due
    image = Image(name, due.run.identify_image(name))
    return replace(due, image=image, execution=replace(due.execution, image=str(image)))


def reason_not_due(node: Node, scope: Scope) -> str:
    """Why a node that has its inputs is skipped all the same; empty where it is not."""
    if node.condition is not None and not evaluate(node.condition, scope):
        return f"condition is false: {describe(node.condition)}"
    return ""


def new_execution(node: Node, run: Run) -> ExecutionRecord:
    """The record of an execution that is about to begin."""
    return ExecutionRecord(
        pipeline_name=run.pipeline.name,
        run_id=run.run_id,
        node_id=run.full_id(node.id),
        iteration=run.iteration,
        type_name=node.type_name,
        state=ExecutionState.RUNNING,
        output_types={key: output.type for key, output in node.outputs.items()},
    )


def skip(node: Node, run: Run, store: MetadataStore, reason: str) -> ExecutionRecord:
    """Record that a node does not run, and why."""
    skipped = replace(new_execution(node, run), state=ExecutionState.SKIPPED, reason=reason)
    return store.record(skipped)


def _recordable_parameters(node: Node, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as they are recorded: what comes from the environment may be a secret."""
    return {
        name: describe(node.parameters[name].value)
        if reads_environment(node.parameters[name].value)
        else value
        for name, value in parameters.items()
    }


def _request(due: Due, execution: ExecutionRecord) -> ExecutionRequest:
    node_root = f"{due.run.root}/{execution.node_id}"
    return request_at(due, execution, claim_place(node_root, due.node.outputs, execution))


def request_at(due: Due, execution: ExecutionRecord, place: str) -> ExecutionRequest:
    """What is asked for in an execution that makes its files at a place; see `claim_place`."""
    node_root = f"{due.run.root}/{execution.node_id}"
    outputs = {
        key: OutputSlot(
            type=output.type,
            final=f"{node_root}/{key}/{place}",
            partial=f"{node_root}/{key}/.{place}.partial",
        )
        for key, output in due.node.outputs.items()
    }
    system_dir = f"{node_root}/{SYSTEM_FOLDER}/{place}"
    return request_of(
        due.node, execution, due.parameters, due.scope, outputs, system_dir, due.image
    )


def work_again(node: Node, run: Run, execution: ExecutionRecord, store: MetadataStore) -> Work:
    """The work of an execution that `drive` has recorded as running, perhaps in another process.

    Raises:
        PipelineLibError: what the node reads, or its own directory, is not there any more.
    """
    due = _with_image(due_again(node, run, execution, store))
    place = claimed_place(f"{run.root}/{execution.node_id}", execution)
    # A store does not keep the declared types, only those of what was written.
    types = {key: output.type for key, output in node.outputs.items()}
    execution = replace(execution, output_types=types)
    return Work(execution, request_at(due, execution, place))
