"""Whether an earlier execution's outputs serve in place of a new one's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline_lib.artifacts import files, outside
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore
from pipeline_lib.node.cache_key import cache_key, cache_leaves
from pipeline_lib.node.due import Due
from pipeline_lib.node.run import Run


def cached_or_due(due: Due, store: MetadataStore) -> ExecutionRecord | Due:
    """The record of a hit; else what is due, with its cache key and why nothing was found."""
    leaves = cache_leaves(
        due.node,
        due.execution.inputs,
        due.parameters,
        due.run.pipeline.code,
        image_id=due.image.id if due.image else "",
    )
    note = cache_off(due.node, due.run)
    execution = replace(
        due.execution, cache_key=cache_key(leaves), cache_leaves=leaves, cache_note=note
    )
    earlier = None if note else store.cached(execution.cache_key)
    if earlier is not None:
        note = _why_unusable(earlier)
        if not note:
            return store.record(_cached(execution, earlier))
        execution = replace(execution, cache_note=note)
    return replace(due, execution=execution)


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
    return all(map(_is_there, _all_of(outputs)))


def _all_of(outputs: Mapping[str, Sequence[ArtifactRecord]]) -> Iterator[ArtifactRecord]:
    return (one for artifacts in outputs.values() for one in artifacts)


def _is_there(artifact: ArtifactRecord) -> bool:
    """Whether the payload is still in its place. A directory that was emptied holds it no more."""
    if not files.exists(artifact.uri):
        return False
    return files.has_file(artifact.uri) or files.fingerprint(artifact.uri) == artifact.fingerprint


def _why_unusable(earlier: ExecutionRecord) -> str:
    """Why an earlier execution's outputs do not serve any more; empty where they do."""
    for artifact in _all_of(earlier.outputs):
        if not _is_there(artifact):
            return f"the outputs of run {earlier.run_id} are gone"
        change = outside.what_has_changed(artifact)
        if change:
            return f"the result of run {earlier.run_id} holds no more: {change}"
    return ""


def _cached(execution: ExecutionRecord, earlier: ExecutionRecord) -> ExecutionRecord:
    return replace(
        execution,
        state=ExecutionState.CACHED,
        outputs=earlier.outputs,
        cached_from=earlier.id,
        reason=_same_as(earlier, execution),
    )


def _same_as(earlier: ExecutionRecord, execution: ExecutionRecord) -> str:
    node = "" if earlier.node_id == execution.node_id else f" {earlier.node_id}"
    same = f"same as{node} in run {earlier.run_id}"
    if earlier.pipeline_name == execution.pipeline_name:
        return same
    return f"{same} of pipeline {earlier.pipeline_name}"
