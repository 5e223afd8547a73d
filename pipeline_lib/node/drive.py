"""Drive: everything that is decided before a node's work begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import UnsupportedError
from pipeline_lib.ir.evaluation import Scope, evaluate
from pipeline_lib.ir.executors import (
    ClassExecutor,
    FunctionExecutor,
    ImportExecutor,
    ResolveExecutor,
)
from pipeline_lib.ir.expressions import describe
from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore
from pipeline_lib.node.cache_key import cache_key, cache_leaves
from pipeline_lib.node.importing import import_artifact
from pipeline_lib.node.inputs import UpstreamSkippedError, resolve_inputs
from pipeline_lib.node.request import ExecutionRequest, OutputSlot
from pipeline_lib.node.resolving import resolve_artifacts
from pipeline_lib.node.run import Run

_SYSTEM = ".system"
"""Folder, beside those of a node's outputs, for logs and temporary files."""


@dataclass(frozen=True)
class Work:
    """The node has to be executed: its execution is recorded as running."""

    execution: ExecutionRecord
    request: ExecutionRequest


def drive(node: Node, run: Run, store: MetadataStore) -> ExecutionRecord | Work:
    """Decide what is to be done for a node.

    Returns:
        The final record of an execution that needs no executor (skipped, cached, imported,
        resolved), or the work to be done.

    Raises:
        PipelineLibError: inputs, condition or parameters cannot be had.
    """
    execution = new_execution(node, run)
    try:
        inputs = resolve_inputs(node, run, store)
    except UpstreamSkippedError as error:
        return skip(node, run, store, str(error))
    scope = Scope(inputs=inputs, runtime_parameters=run.runtime_parameters, staged=run.staged)
    if node.condition is not None and not evaluate(node.condition, scope):
        return skip(node, run, store, f"condition is false: {describe(node.condition)}")
    execution = replace(
        execution,
        inputs={key: inputs[key] for key, declared in node.inputs.items() if not declared.hidden},
        parameters={name: evaluate(one.value, scope) for name, one in node.parameters.items()},
    )
    match node.executor:
        case ImportExecutor() as executor:
            return store.record(import_artifact(execution, executor, node, scope, store))
        case ResolveExecutor() as executor:
            return store.record(resolve_artifacts(execution, executor))
        case FunctionExecutor() | ClassExecutor() as executor:
            return _cached_or_work(node, executor, execution, scope, run, store)
        case other:
            raise UnsupportedError(
                f"Node {node.id!r} has a {type(other).__name__}, which cannot run in this process."
            )


def new_execution(node: Node, run: Run) -> ExecutionRecord:
    """The record of an execution that is about to begin."""
    return ExecutionRecord(
        pipeline_name=run.pipeline.name,
        run_id=run.run_id,
        node_id=node.id,
        type_name=node.type_name,
        state=ExecutionState.RUNNING,
        output_types={key: output.type for key, output in node.outputs.items()},
    )


def skip(node: Node, run: Run, store: MetadataStore, reason: str) -> ExecutionRecord:
    """Record that a node does not run, and why."""
    skipped = replace(new_execution(node, run), state=ExecutionState.SKIPPED, reason=reason)
    return store.record(skipped)


def _cached_or_work(
    node: Node,
    executor: FunctionExecutor | ClassExecutor,
    execution: ExecutionRecord,
    scope: Scope,
    run: Run,
    store: MetadataStore,
) -> ExecutionRecord | Work:
    leaves = cache_leaves(node, executor, execution.inputs, execution.parameters)
    execution = replace(execution, cache_key=cache_key(leaves), cache_leaves=leaves)
    if _may_use_cache(node, run):
        earlier = store.cached(run.pipeline.name, execution.cache_key)
        if earlier is not None and _files_exist(earlier.outputs):
            return store.record(_cached(execution, earlier))
    running = store.record(execution)
    return Work(running, _request(node, executor, running, scope, run))


def _may_use_cache(node: Node, run: Run) -> bool:
    own = node.options.enable_cache
    return run.use_cache and (run.pipeline.enable_cache if own is None else own)


def _files_exist(outputs: Mapping[str, Sequence[ArtifactRecord]]) -> bool:
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
        reason=f"same as in run {earlier.run_id}",
    )


def _request(
    node: Node,
    executor: FunctionExecutor | ClassExecutor,
    execution: ExecutionRecord,
    scope: Scope,
    run: Run,
) -> ExecutionRequest:
    beam_arguments: tuple[Any, ...] = getattr(executor, "beam_pipeline_args", ())
    place = _free_place(f"{run.root}/{node.id}", [*node.outputs, _SYSTEM], execution.id)
    return ExecutionRequest(
        executor=executor,
        pipeline_name=run.pipeline.name,
        run_id=run.run_id,
        node_id=node.id,
        execution_id=execution.id,
        types={key: declared.type for key, declared in node.inputs.items()},
        inputs=execution.inputs,
        outputs={
            key: OutputSlot(
                type=output.type,
                final=f"{run.root}/{node.id}/{key}/{place}",
                partial=f"{run.root}/{node.id}/{key}/.{place}.partial",
            )
            for key, output in node.outputs.items()
        },
        parameters=execution.parameters,
        beam_pipeline_args=tuple(str(evaluate(one, scope)) for one in beam_arguments),
        system_dir=f"{run.root}/{node.id}/{_SYSTEM}/{place}",
    )


def _free_place(node_root: str, folders: Sequence[str], execution_id: int) -> str:
    """Name of what this execution makes in its node's folders: its id where nothing has it yet.

    Another store counts its executions from 1 as well, and may have used the same pipeline root.
    """
    name = str(execution_id)
    count = 1
    while any(files.exists(f"{node_root}/{folder}/{name}") for folder in folders):
        count += 1
        name = f"{execution_id}-{count}"
    return name
