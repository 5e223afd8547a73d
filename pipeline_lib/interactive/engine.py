"""One run of a context: some nodes are run, of the others the last results are taken over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from pipeline_lib import ir
from pipeline_lib.errors import AuthoringError
from pipeline_lib.interactive.known_results import KnownResults
from pipeline_lib.interactive.progress import progress_listener
from pipeline_lib.interactive.workforce import ContextWorkers, SessionFirst, workforce_for
from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore, RunRecord
from pipeline_lib.node.run import Run
from pipeline_lib.runners.code_version import code_folder
from pipeline_lib.runners.local.beginning import begin_with, canceled_if_interrupted
from pipeline_lib.runners.local.capacity import Capacity
from pipeline_lib.runners.local.container_engine import engine_for
from pipeline_lib.runners.local.partial_run import PartialRun
from pipeline_lib.runners.local.run_lock import sole_runner
from pipeline_lib.runners.local.run_nodes import Ended, run_nodes
from pipeline_lib.runners.local.termination import ended_in_order
from pipeline_lib.runners.local.with_containers import identifying_images, with_containers
from pipeline_lib.runners.tracking import Tracking


@dataclass(frozen=True)
class Selection:
    """What a run is made of.

    Attributes:
        selected: ids of the nodes that are run.
        taken_over: the last results of the nodes that these read or wait for, by their ids.
    """

    selected: frozenset[str]
    taken_over: Mapping[str, ExecutionRecord] = field(default_factory=dict)


@dataclass(frozen=True)
class EndedRun:
    """What became of a run.

    Attributes:
        record: the run.
        nodes: what became of its nodes.
        errors: what was raised in this process, by the id of the execution.
    """

    record: RunRecord
    nodes: Ended
    errors: Mapping[int, Exception]


def only_these(selected: Collection[str], pipeline: ir.Pipeline, known: KnownResults) -> Selection:
    """A run of these nodes alone.

    Raises:
        AuthoringError: a node that they need has no result that could be taken over.
    """
    needed = _needed(selected, pipeline)
    taken_over = {one: known.reusable(pipeline.by_id[one]) for one in sorted(needed)}
    lacking = [repr(one) for one, execution in taken_over.items() if execution is None]
    if lacking:
        raise AuthoringError(
            f"Node {', '.join(map(repr, sorted(selected)))} needs the results of "
            f"{', '.join(lacking)}, which this context does not have: a node has not run here yet, "
            "has failed, or its files are gone. Run what is missing first, or let it be run as "
            'well: context.run(..., upstream="refresh").'
        )
    return _selection(selected, taken_over)


def these_and_what_is_missing(
    selected: Collection[str], pipeline: ir.Pipeline, known: KnownResults
) -> Selection:
    """A run of these nodes, and of those that they need and that have no result."""
    chosen = set(selected)
    while True:
        taken_over = {one: known.reusable(pipeline.by_id[one]) for one in _needed(chosen, pipeline)}
        missing = {one for one, execution in taken_over.items() if execution is None}
        if not missing:
            return _selection(chosen, taken_over)
        chosen |= missing


def run_selection(
    run: Run,
    selection: Selection,
    store: MetadataStore,
    workers: ContextWorkers,
    show_progress: bool,
) -> EndedRun:
    """Run the selected nodes to their end.

    Raises:
        KeyboardInterrupt: the user interrupted; the run is recorded as canceled.
        MetadataStoreError: the store cannot be written.
    """
    nodes = list(run.pipeline.every_node(selection.selected))
    workforce = workforce_for(run.pipeline, nodes, workers)
    partial = PartialRun(selection.selected, frozenset(selection.taken_over))
    listener = progress_listener(show_progress)
    with (
        ended_in_order(),
        closing(Tracking(code_folder(run.pipeline))) as tracking,
        engine_for(nodes) as engine,
        sole_runner(run.run_id, run.root),
        canceled_if_interrupted(run.run_id, store),
    ):
        run = identifying_images(run, engine, listener)
        begun = begin_with(run, partial, selection.taken_over, store, tracking)
        record, ended = run_nodes(
            run,
            store,
            with_containers(workforce, engine),
            Capacity.of_machine(workforce.size, None, None),
            listener,
            begun,
        )
    errors = workforce.errors if isinstance(workforce, SessionFirst) else {}
    return EndedRun(record, ended, errors)


def _needed(selected: Collection[str], pipeline: ir.Pipeline) -> set[str]:
    above = set().union(*(pipeline.dependencies[one] for one in selected))
    return above - set(selected)


def _selection(
    selected: Collection[str], taken_over: Mapping[str, ExecutionRecord | None]
) -> Selection:
    found = {id: one for id, one in taken_over.items() if one is not None}
    return Selection(frozenset(selected), found)
