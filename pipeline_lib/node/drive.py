"""Drive: everything that is decided before a node's work begins."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import AuthoringError, UnsupportedError
from pipeline_lib.ir.evaluation import Scope, evaluate, reads_environment
from pipeline_lib.ir.executors import (
    ClassExecutor,
    FunctionExecutor,
    ImportExecutor,
    PipelineExecutor,
    ResolveExecutor,
)
from pipeline_lib.ir.expressions import describe
from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore
from pipeline_lib.node.cache_key import cache_key, cache_leaves
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.importing import import_artifact
from pipeline_lib.node.inputs import UpstreamMissingError, reason_missing, resolve_inputs
from pipeline_lib.node.parameter_values import parameter_values
from pipeline_lib.node.request import ExecutionRequest, OutputSlot
from pipeline_lib.node.resolving import resolve_artifacts
from pipeline_lib.node.run import SYSTEM_FOLDER, Run

OWNER_FILE = "run_id"
"""In an execution's system folder: the run that it belongs to."""


@dataclass(frozen=True)
class Due:
    """The node has to be executed, as no earlier result serves."""

    node: Node
    executor: FunctionExecutor | ClassExecutor
    execution: ExecutionRecord
    parameters: Mapping[str, Any]
    scope: Scope
    run: Run


@dataclass(frozen=True)
class Work:
    """The node has to be executed: its execution is recorded as running."""

    execution: ExecutionRecord
    request: ExecutionRequest


@dataclass(frozen=True)
class Nested:
    """The nodes that the node holds have to be run: its execution is recorded as running.

    Attributes:
        runs: the run as the inner nodes see it, once for each element of a loop.
    """

    node: Node
    executor: PipelineExecutor
    execution: ExecutionRecord
    runs: tuple[Run, ...]


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
    execution = new_execution(node, run)
    try:
        inputs = resolve_inputs(node, run, store)
    except UpstreamMissingError as error:
        return skip(node, run, store, str(error))
    scope = Scope(
        inputs=inputs,
        runtime_parameters=run.runtime_parameters,
        staged=run.staged,
        information=run.information(node.id),
    )
    if node.condition is not None and not evaluate(node.condition, scope):
        return skip(node, run, store, f"condition is false: {describe(node.condition)}")
    parameters = parameter_values(node, scope)
    execution = replace(
        execution,
        inputs={key: inputs[key] for key, declared in node.inputs.items() if not declared.hidden},
        parameters=_recordable_parameters(node, parameters),
    )
    match node.executor:
        case ImportExecutor() as executor:
            return store.record(import_artifact(execution, executor, node, scope, store))
        case ResolveExecutor() as executor:
            return store.record(resolve_artifacts(execution, executor, scope))
        case FunctionExecutor() | ClassExecutor() as executor:
            return _cached_or_due(node, executor, execution, parameters, scope, run, store)
        case PipelineExecutor() as executor:
            return _nested(node, executor, execution, parameters, inputs, run, store)
        case other:
            raise UnsupportedError(
                f"Node {node.id!r} has a {type(other).__name__}, which cannot run in this process."
            )


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


def _nested(
    node: Node,
    executor: PipelineExecutor,
    execution: ExecutionRecord,
    parameters: Mapping[str, Any],
    inputs: Mapping[str, Sequence[ArtifactRecord]],
    run: Run,
    store: MetadataStore,
) -> ExecutionRecord | Nested:
    missing = {
        key: reason_missing(node.inputs[key], run, store)
        for key, artifacts in inputs.items()
        if not artifacts
    }
    if missing.get(node.loop):
        return skip(node, run, store, missing[node.loop])
    runs: tuple[Run, ...]
    if not node.loop:
        runs = (run.inside(node.id, inputs, missing, parameters),)
    elif node.loop in inputs:
        runs = tuple(
            run.inside(node.id, {**inputs, node.loop: [artifact]}, missing, parameters, position)
            for position, artifact in enumerate(inputs[node.loop])
        )
    else:
        values = parameters[node.loop]
        if not isinstance(values, list):
            read = describe(node.parameters[node.loop].value)
            raise AuthoringError(
                f"ForEach {node.id!r} takes a list, but {read} is {values!r} "
                f"of type {type(values).__name__}."
            )
        runs = tuple(
            run.inside(node.id, inputs, missing, {node.loop: value}, position)
            for position, value in enumerate(values)
        )
    return Nested(node, executor, store.record(execution), runs)


def _cached_or_due(
    node: Node,
    executor: FunctionExecutor | ClassExecutor,
    execution: ExecutionRecord,
    parameters: Mapping[str, Any],
    scope: Scope,
    run: Run,
    store: MetadataStore,
) -> ExecutionRecord | Due:
    leaves = cache_leaves(node, executor, execution.inputs, parameters, run.pipeline.code)
    note = cache_off(node, run)
    execution = replace(
        execution, cache_key=cache_key(leaves), cache_leaves=leaves, cache_note=note
    )
    earlier = None if note else store.cached(execution.cache_key)
    if earlier is not None:
        if files_exist(earlier.outputs):
            return store.record(_cached(execution, earlier))
        execution = replace(execution, cache_note=f"the outputs of run {earlier.run_id} are gone")
    return Due(node, executor, execution, parameters, scope, run)


def cache_off(node: Node, run: Run) -> str:
    """Why no earlier result may be used for a node; empty where one may."""
    if not run.use_cache:
        return "caching is off for the run"
    match node.options.enable_cache, run.pipeline.enable_cache:
        case False, _:
            return "caching is off for the node"
        case None, False:
            return "caching is off for the pipeline"
    return ""


def files_exist(outputs: Mapping[str, Sequence[ArtifactRecord]]) -> bool:
    """Whether the files of all outputs are still in their places."""
    return all(_is_there(one) for artifacts in outputs.values() for one in artifacts)


def _is_there(artifact: ArtifactRecord) -> bool:
    """Whether the payload is still in its place. A directory that was emptied holds it no more."""
    if not files.exists(artifact.uri):
        return False
    return files.has_file(artifact.uri) or files.fingerprint(artifact.uri) == artifact.fingerprint


def _cached(execution: ExecutionRecord, earlier: ExecutionRecord) -> ExecutionRecord:
    return replace(
        execution,
        state=ExecutionState.CACHED,
        outputs=earlier.outputs,
        cached_from=earlier.id,
        reason=_same_as(earlier, execution),
    )


def _same_as(earlier: ExecutionRecord, execution: ExecutionRecord) -> str:
    same = f"same as in run {earlier.run_id}"
    if earlier.pipeline_name == execution.pipeline_name:
        return same
    return f"{same} of pipeline {earlier.pipeline_name}"


def _request(due: Due, execution: ExecutionRecord) -> ExecutionRequest:
    node, executor, run = due.node, due.executor, due.run
    beam_arguments: tuple[Any, ...] = getattr(executor, "beam_pipeline_args", ())
    node_root = f"{run.root}/{execution.node_id}"
    place = _claim_place(node_root, [*node.outputs, SYSTEM_FOLDER], execution)
    return ExecutionRequest(
        executor=executor,
        pipeline_name=run.pipeline.name,
        run_id=run.run_id,
        node_id=execution.node_id,
        execution_id=execution.id,
        types={key: declared.type for key, declared in node.inputs.items()},
        inputs=execution.inputs,
        outputs={
            key: OutputSlot(
                type=output.type,
                final=f"{node_root}/{key}/{place}",
                partial=f"{node_root}/{key}/.{place}.partial",
            )
            for key, output in node.outputs.items()
        },
        parameters=due.parameters,
        beam_pipeline_args=tuple(str(evaluate(one, due.scope)) for one in beam_arguments),
        system_dir=f"{node_root}/{SYSTEM_FOLDER}/{place}",
        timeout=node.options.timeout,
    )


def _claim_place(node_root: str, folders: Sequence[str], execution: ExecutionRecord) -> str:
    """Name of what this execution makes in its node's folders: its id where nothing has it yet.

    Another store counts its executions from 1 as well, and may have used the same pipeline root.
    A file tells whose the place is.
    """
    name = str(execution.id)
    count = 1
    while any(files.exists(f"{node_root}/{folder}/{name}") for folder in folders):
        count += 1
        name = f"{execution.id}-{count}"
    owner = f"{node_root}/{SYSTEM_FOLDER}/{name}/{OWNER_FILE}"
    files.write_bytes(owner, execution.run_id.encode())
    return name


def remove_outputs(execution: ExecutionRecord, root: str) -> None:
    """Remove what an execution made that was never published."""
    node_root = f"{root}/{execution.node_id}"
    own_name = re.compile(rf"{execution.id}(-\d+)?")
    for place in filter(own_name.fullmatch, files.names_in(f"{node_root}/{SYSTEM_FOLDER}")):
        owner = f"{node_root}/{SYSTEM_FOLDER}/{place}/{OWNER_FILE}"
        if not files.exists(owner) or files.read_bytes(owner).decode() != execution.run_id:
            continue
        for key in files.names_in(node_root):
            if key != SYSTEM_FOLDER:
                files.remove(f"{node_root}/{key}/{place}")
                files.remove(f"{node_root}/{key}/.{place}.partial")
        files.remove(f"{node_root}/{SYSTEM_FOLDER}/{place}/tmp")
