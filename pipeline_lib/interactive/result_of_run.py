"""The results of the nodes that a run has run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pipeline_lib.artifacts.artifact import Artifact, ArtifactRecord
from pipeline_lib.dsl.channel import Channel
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.interactive.execution_result import ExecutionResult
from pipeline_lib.interactive.known_results import KnownResults, as_artifacts, places
from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore, RunRecord
from pipeline_lib.report.cache_changes import Writers, writers_in
from pipeline_lib.report.reasons_in_store import reason_in_store


def results_of(
    pipeline: Pipeline,
    known: KnownResults,
    selected: Collection[str],
    run: RunRecord,
    store: MetadataStore,
) -> dict[str, ExecutionResult]:
    """The result of each node that was run, by its id with those of what holds it."""
    writers = writers_in(known.executions.values())
    return {
        ".".join(place): _result(node, known.of_node(".".join(place)), run, writers, store)
        for node, place in places(pipeline).items()
        if place[0] in selected
    }


def _result(
    node: BaseNode,
    executions: Sequence[ExecutionRecord],
    run: RunRecord,
    writers: Writers,
    store: MetadataStore,
) -> ExecutionResult:
    inputs = [one.inputs for one in executions]
    outputs = [one.outputs for one in executions]
    return ExecutionResult(
        component=node,
        run_id=run.run_id,
        executions=tuple(executions),
        reasons=tuple(reason_in_store(one, store, writers) for one in executions),
        inputs={key: _artifacts(channel, key, inputs) for key, channel in node.inputs.items()},
        outputs={key: _artifacts(channel, key, outputs) for key, channel in node.outputs.items()},
    )


def _artifacts(
    channel: Channel, key: str, records: Sequence[Mapping[str, Sequence[ArtifactRecord]]]
) -> list[Artifact]:
    return as_artifacts(channel.type, (one for given in records for one in given.get(key, ())))
