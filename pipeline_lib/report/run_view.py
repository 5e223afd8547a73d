"""Everything that a page of one run shows, read from the store in a few queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline_lib import ir
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.metadata.lineage import Direction, LinkKind
from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore, RunRecord
from pipeline_lib.report.cache_changes import writers_in
from pipeline_lib.report.cache_reasons import Reason
from pipeline_lib.report.reasons_in_store import reason_in_store
from pipeline_lib.runners.local.run_files import kept_pipeline

_MOST_COMPARED = 200
"""Nodes whose earlier executions are looked up to say what changed; each takes a query."""


@dataclass(frozen=True)
class RunView:
    """A run as a page shows it.

    Attributes:
        executions: the latest of each node, by instance, in the order in which they began.
        pipeline: as it was compiled; `None` where it is not there any more.
        reasons: why a node ran or did not, of those where it is known.
        origins: the execution that wrote an artifact, by the artifact's id, where another run did.
    """

    run: RunRecord
    executions: Mapping[str, ExecutionRecord]
    pipeline: ir.Pipeline | None = None
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    origins: Mapping[int, ExecutionRecord] = field(default_factory=dict)


def view_run(run: RunRecord, store: MetadataStore) -> RunView:
    """Read a run from the store.

    Raises:
        MetadataStoreError: the store cannot be read.
    """
    everything = store.executions(run.run_id)
    executions = {one.instance: one for one in everything}
    writers = writers_in(everything)
    compared = executions if len(executions) <= _MOST_COMPARED else {}
    reasons = {name: reason_in_store(one, store, writers) for name, one in compared.items()}
    return RunView(run, executions, _pipeline(run), reasons, _origins(run, executions, store))


def _pipeline(run: RunRecord) -> ir.Pipeline | None:
    try:
        return kept_pipeline(run)
    except (PipelineLibError, OSError):  # its files are gone, or out of reach: the records are not
        return None


def _origins(
    run: RunRecord, executions: Mapping[str, ExecutionRecord], store: MetadataStore
) -> dict[int, ExecutionRecord]:
    lineage = store.lineage(set(_artifact_ids(executions)), [Direction.UPSTREAM], 1)
    return {
        link.artifact_id: lineage.executions[link.execution_id]
        for link in lineage.links
        if link.kind is LinkKind.WRITTEN
        and lineage.executions[link.execution_id].run_id != run.run_id
    }


def _artifact_ids(executions: Mapping[str, ExecutionRecord]) -> Iterator[int]:
    for execution in executions.values():
        for artifacts in (*execution.inputs.values(), *execution.outputs.values()):
            yield from (one.id for one in artifacts)
