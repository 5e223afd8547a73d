"""Resolving a node's inputs from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.ir.inputs import Input, InputSource, NodeOutput, PipelineInput, StoreQuery
from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import ExecutionState, MetadataStore
from pipeline_lib.node.run import Run

Artifacts = Mapping[str, Sequence[ArtifactRecord]]


class InputError(PipelineLibError):
    """An input did not receive as many artifacts as it takes."""


class UpstreamSkippedError(PipelineLibError):
    """A required input is empty because the node that writes it was skipped."""


def resolve_inputs(node: Node, run: Run, store: MetadataStore) -> dict[str, list[ArtifactRecord]]:
    """The artifacts at each input, hidden ones included.

    Raises:
        UpstreamSkippedError: a required input is empty because its source was skipped.
        InputError: an input has too few or too many artifacts.
    """
    resolved = {}
    for key, declared in node.inputs.items():
        artifacts = [
            artifact
            for source in declared.sources
            for artifact in _read(source, declared, run, store)
        ]
        _check_count(node, key, declared, artifacts, run, store)
        resolved[key] = artifacts
    return resolved


def _read(
    source: InputSource, declared: Input, run: Run, store: MetadataStore
) -> Sequence[ArtifactRecord]:
    match source:
        case NodeOutput(node_id, output_key):
            execution = store.execution(run.run_id, node_id)
            if execution is None or not execution.state.is_success:
                return ()
            return execution.outputs.get(output_key, ())
        case PipelineInput(key):
            return run.inputs[key]
        case StoreQuery(node_id, output_key):
            return store.artifacts(declared.type.name, run.pipeline.name, node_id, output_key)


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
        skipped = _skipped_source(declared, run, store)
        if skipped:
            raise UpstreamSkippedError(f"node {skipped!r} was skipped")
        raise InputError(
            f"Input {key!r} of node {node.id!r} takes at least {declared.min_count} artifact of "
            f"type {declared.type.name!r}, got {count}."
        )
    if declared.max_count is not None and count > declared.max_count:
        raise InputError(
            f"Input {key!r} of node {node.id!r} takes at most {declared.max_count} artifact of "
            f"type {declared.type.name!r}, got {count}."
        )


def _skipped_source(declared: Input, run: Run, store: MetadataStore) -> str:
    for source in declared.sources:
        if isinstance(source, NodeOutput):
            execution = store.execution(run.run_id, source.node_id)
            if execution is not None and execution.state is ExecutionState.SKIPPED:
                return source.node_id
    return ""
