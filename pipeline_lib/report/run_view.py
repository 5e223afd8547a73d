"""Everything that a page of one run shows, read from the store in a few queries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline_lib import ir
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.metadata.lineage import Direction, Lineage, LinkKind
from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore, RunRecord
from pipeline_lib.report.cache_changes import writers_in
from pipeline_lib.report.cache_reasons import Reason
from pipeline_lib.report.other_tools import is_of_another_tool, told_by_nodes
from pipeline_lib.report.reasons_in_store import reasons_of_run
from pipeline_lib.runners.local.run_files import kept_pipeline

_MOST_FOLLOWED = 500
"""Artifacts of a run of which it is told what other runs did with them."""


@dataclass(frozen=True)
class UseElsewhere:
    """What another run did with an artifact.

    Attributes:
        run_id: the run.
        readers: its nodes that read it.
        is_reused: the run took it over in place of making it.
        is_chosen: a resolver of the run chose it.
    """

    run_id: str
    readers: tuple[str, ...] = ()
    is_reused: bool = False
    is_chosen: bool = False


@dataclass(frozen=True)
class RunView:
    """A run as a page shows it.

    Attributes:
        executions: the latest of each node, by instance, in the order in which they began.
        pipeline: as it was compiled; `None` where it is not there any more.
        reasons: why a node ran or did not, of those where it is known.
        origins: the execution that wrote an artifact, by the artifact's id, where another run did.
        uses: what other runs did with an artifact, by its id, newest first.
    """

    run: RunRecord
    executions: Mapping[str, ExecutionRecord]
    pipeline: ir.Pipeline | None = None
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    origins: Mapping[int, ExecutionRecord] = field(default_factory=dict)
    uses: Mapping[int, Sequence[UseElsewhere]] = field(default_factory=dict)


def view_run(run: RunRecord, store: MetadataStore) -> RunView:
    """Read a run from the store.

    Raises:
        MetadataStoreError: the store cannot be read.
    """
    everything = store.executions(run.run_id)
    executions = {one.instance: one for one in everything}
    writers = writers_in(everything)
    lineage = store.lineage(set(_artifact_ids(executions)), [Direction.UPSTREAM], 1)
    reasons = {}
    if not is_of_another_tool(run):
        reasons = reasons_of_run(run, executions, store, writers, lineage.executions)
    return RunView(
        told_by_nodes(run, everything),
        executions,
        _pipeline(run),
        reasons,
        _origins(run, lineage),
        _uses(run, set(_artifact_ids(executions, inputs=False)), store),
    )


def _pipeline(run: RunRecord) -> ir.Pipeline | None:
    try:
        return kept_pipeline(run)
    except (PipelineLibError, OSError):  # its files are gone, or out of reach: the records are not
        return None


def _origins(run: RunRecord, lineage: Lineage) -> dict[int, ExecutionRecord]:
    return {
        link.artifact_id: lineage.executions[link.execution_id]
        for link in lineage.links
        if link.kind is LinkKind.WRITTEN
        and lineage.executions[link.execution_id].run_id != run.run_id
    }


def _uses(
    run: RunRecord, artifact_ids: Collection[int], store: MetadataStore
) -> dict[int, list[UseElsewhere]]:
    if len(artifact_ids) > _MOST_FOLLOWED:
        return {}
    lineage = store.lineage(artifact_ids, [Direction.DOWNSTREAM], 1)
    uses: dict[tuple[int, str], UseElsewhere] = {}
    for link in lineage.links:
        execution = lineage.executions[link.execution_id]
        place = link.artifact_id, execution.run_id
        is_use = link.artifact_id in artifact_ids and link.kind is not LinkKind.WRITTEN
        if is_use and execution.run_id not in ("", run.run_id):
            known = uses.setdefault(place, UseElsewhere(execution.run_id))
            uses[place] = _with_link(known, link.kind, execution.instance)
    by_artifact: dict[int, list[UseElsewhere]] = {}
    for (artifact_id, _), use in reversed(uses.items()):
        by_artifact.setdefault(artifact_id, []).append(use)
    return by_artifact


def _with_link(use: UseElsewhere, kind: LinkKind, reader: str) -> UseElsewhere:
    if kind is LinkKind.READ:
        return replace(use, readers=(*use.readers, reader))
    if kind is LinkKind.CHOSEN:
        return replace(use, is_chosen=True)
    return replace(use, is_reused=True)


def _artifact_ids(executions: Mapping[str, ExecutionRecord], inputs: bool = True) -> Iterator[int]:
    for execution in executions.values():
        for artifacts in (
            *(execution.inputs.values() if inputs else ()),
            *execution.outputs.values(),
        ):
            yield from (one.id for one in artifacts)
