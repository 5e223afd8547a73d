"""Resolving a node's inputs from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.ir.inputs import Input, InputSource, NodeOutput, PipelineInput, StoreQuery
from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.queries import ArtifactQuery
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore
from pipeline_lib.node.run import Run

Artifacts = Mapping[str, Sequence[ArtifactRecord]]


class InputError(PipelineLibError):
    """An input did not receive as many artifacts as it takes."""


class UpstreamMissingError(PipelineLibError):
    """A required input is empty because the node that writes it was skipped or has failed."""


def resolve_inputs(
    node: Node, run: Run, store: MetadataStore, known: Artifacts = MappingProxyType({})
) -> dict[str, Sequence[ArtifactRecord]]:
    """The artifacts at each input, hidden ones included; `known` holds those already resolved.

    Raises:
        UpstreamMissingError: a required input is empty because its source did not run.
        InputError: an input has too few or too many artifacts.
    """
    resolved = dict(known)
    for key, declared in node.inputs.items():
        if key in known:
            continue
        artifacts = [
            artifact
            for source in declared.sources
            for artifact in _read(source, declared, run, store)
        ]
        _check_count(node, key, declared, artifacts, run, store)
        resolved[key] = artifacts
    return resolved


def reason_missing(declared: Input, run: Run, store: MetadataStore) -> str:
    """Why an input is empty: the state of a node above it; empty where all have run."""
    for source in declared.sources:
        match source:
            case NodeOutput(node_id):
                execution = store.execution(run.run_id, run.instance(node_id))
                reason = reason_without_outputs(node_id, execution)
            case PipelineInput(key):
                reason = run.missing.get(key, "")
            case StoreQuery():
                reason = ""
        if reason:
            return reason
    return ""


def _read(
    source: InputSource, declared: Input, run: Run, store: MetadataStore
) -> Sequence[ArtifactRecord]:
    match source:
        case NodeOutput():
            return written(source, run, store)
        case PipelineInput(key):
            return run.inputs[key]
        case StoreQuery() as query:
            return store.artifacts(_artifact_query(query, declared, run))


def written(source: NodeOutput, run: Run, store: MetadataStore) -> Sequence[ArtifactRecord]:
    """What a node of this run has written at an output; nothing if it did not succeed."""
    execution = store.execution(run.run_id, run.instance(source.node_id))
    if execution is None or not execution.state.is_success:
        return ()
    return execution.outputs.get(source.output_key, ())


def _artifact_query(query: StoreQuery, declared: Input, run: Run) -> ArtifactQuery:
    return ArtifactQuery(
        type_name=declared.type.name,
        pipeline_name=query.pipeline_name or run.pipeline.name,
        node_id=query.node_id,
        output_key=query.output_key,
        run_id=query.run_id,
        tag=query.tag,
        properties={name: one.value for name, one in query.properties.items()},
        custom_properties={name: one.value for name, one in query.custom_properties.items()},
    )


def reason_without_outputs(node_id: str, execution: ExecutionRecord | None) -> str:
    """Why a node's execution has no outputs; empty where nothing tells."""
    match execution:
        case ExecutionRecord(state=ExecutionState.SKIPPED):
            return f"node {node_id!r} was skipped"
        case ExecutionRecord(state=ExecutionState.FAILED):
            return f"node {node_id!r} failed"
        case ExecutionRecord(state=ExecutionState.COMPLETE, reason=reason):
            return reason  # of a node that holds the one that was to write them
        case None:
            return f"node {node_id!r} is not part of this run"
    return ""


def _check_count(
    node: Node,
    key: str,
    declared: Input,
    artifacts: Sequence[ArtifactRecord],
    run: Run,
    store: MetadataStore,
) -> None:
    count = len(artifacts)
    if count < declared.min_count:
        reason = reason_missing(declared, run, store)
        if reason:
            raise UpstreamMissingError(reason)
        if declared.hidden:
            raise InputError(
                f"Node {node.id!r} reads {_named(declared)} in its condition or a parameter, and "
                "nothing is there."
            )
        raise InputError(
            f"Input {key!r} of node {node.id!r} takes at least {declared.min_count} artifact of "
            f"type {declared.type.name!r}, got {count} from {_named(declared)}. "
            "If it may be absent, declare the input optional."
        )
    if declared.max_count is not None and count > declared.max_count:
        raise InputError(
            f"Input {key!r} of node {node.id!r} takes at most {declared.max_count} artifact of "
            f"type {declared.type.name!r}, got {count} from {_named(declared)}."
        )


def _named(declared: Input) -> str:
    """The sources of an input, as a message names them."""
    names = []
    for source in declared.sources:
        match source:
            case NodeOutput(node_id, output_key):
                names.append(f"{node_id}.outputs[{output_key!r}]")
            case PipelineInput(outer_key):
                names.append(f"input {outer_key!r} of the node around")
            case StoreQuery():
                names.append("the store")
    return " and ".join(names) or "nowhere"
