"""Running some nodes of a pipeline, with what an earlier run has made of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from pipeline_lib import ir
from pipeline_lib.errors import AuthoringError, did_you_mean
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore
from pipeline_lib.node.caching import files_exist
from pipeline_lib.node.run import Run


@dataclass(frozen=True)
class PartialRun:
    """Which nodes are run.

    Attributes:
        selected: ids of the nodes that are run.
        reused: ids of the nodes whose results the selected ones read or wait for.
    """

    selected: frozenset[str]
    reused: frozenset[str]


def select(
    pipeline: ir.Pipeline, from_nodes: Collection[str], to_nodes: Collection[str]
) -> PartialRun:
    """The nodes that come after one of `from_nodes` and before one of `to_nodes`, these included.

    An empty collection stands for the pipeline's first, or last, nodes.

    Raises:
        AuthoringError: a node is unknown, or there is nothing between them.
    """
    for option, names in (("from_nodes", from_nodes), ("to_nodes", to_nodes)):
        for name in names:
            if name not in pipeline.by_id:
                raise AuthoringError(
                    f"{option}: pipeline {pipeline.name!r} has no node {name!r}."
                    f"{did_you_mean(name, pipeline.by_id)}"
                )
    above = pipeline.dependencies
    below: dict[str, set[str]] = {node_id: set() for node_id in above}
    for node_id, upstream in above.items():
        for one in upstream:
            below[one].add(node_id)
    after = _reachable(from_nodes or above, below)
    before = _reachable(to_nodes or above, above)
    selected = frozenset(after & before)
    if not selected:
        raise AuthoringError(
            f"No node of pipeline {pipeline.name!r} comes after {sorted(from_nodes)} "
            f"and before {sorted(to_nodes)}."
        )
    read = frozenset().union(*(above[node_id] for node_id in selected))
    return PartialRun(selected, read - selected)


def base_run_id(
    partial: PartialRun, pipeline: ir.Pipeline, given: str | None, store: MetadataStore
) -> str:
    """The run whose results are reused: the one that is given, or the newest that has them all.

    Raises:
        AuthoringError: no run has them all, or the given one has not or is of another pipeline.
        RunNotFoundError: there is no run of the given id.
    """
    if not partial.reused:
        return given or ""
    if given is not None:
        name = store.run(given).pipeline_name
        if name != pipeline.name:
            raise AuthoringError(
                f"base_run: run {given!r} is of pipeline {name!r}, not of {pipeline.name!r}."
            )
        lacking = _lacking(partial, given, store)
        if lacking:
            raise AuthoringError(
                f"base_run: run {given!r} has no results of {_listed(lacking)}, which the nodes "
                "to be run read. Choose another run, or begin further up."
            )
        return given
    for run in store.runs():
        if run.pipeline_name == pipeline.name and not _lacking(partial, run.run_id, store):
            return run.run_id
    raise AuthoringError(
        f"No run of pipeline {pipeline.name!r} has results of all of {_listed(partial.reused)}, "
        "which the nodes to be run read. Run the whole pipeline first, or begin further up."
    )


def reuse(
    partial: PartialRun, base: str, run: Run, store: MetadataStore
) -> dict[str, ExecutionRecord]:
    """Record the results of the base run as those of this run, by node."""
    earlier = _latest(base, store) if partial.reused else {}
    return {
        node_id: store.record(taken_over(earlier[node_id], run))
        for node_id in sorted(partial.reused)
    }


def taken_over(earlier: ExecutionRecord, run: Run) -> ExecutionRecord:
    """An earlier execution as one of this run, to be recorded."""
    was_skipped = earlier.state is ExecutionState.SKIPPED
    return replace(
        earlier,
        id=0,
        pipeline_name=run.pipeline.name,
        run_id=run.run_id,
        state=ExecutionState.SKIPPED if was_skipped else ExecutionState.CACHED,
        reason=earlier.reason if was_skipped else f"taken over from run {earlier.run_id}",
        cached_from=0 if was_skipped else earlier.cached_from or earlier.id,
        log_uri="",
        started=0.0,
        ended=0.0,
    )


def _lacking(partial: PartialRun, run_id: str, store: MetadataStore) -> list[str]:
    """The nodes of which a run has no result that could be taken over."""
    latest = _latest(run_id, store)
    return [node_id for node_id in sorted(partial.reused) if not has_result(latest.get(node_id))]


def has_result(execution: ExecutionRecord | None) -> bool:
    """Whether an execution has what can be taken over."""
    if execution is None:
        return False
    skipped = execution.state is ExecutionState.SKIPPED
    return skipped or (execution.state.is_success and files_exist(execution.outputs))


def _latest(run_id: str, store: MetadataStore) -> dict[str, ExecutionRecord]:
    return {one.instance: one for one in store.executions(run_id)}


def _reachable(start: Iterable[str], edges: Mapping[str, Collection[str]]) -> set[str]:
    found = set(start)
    waiting = list(found)
    while waiting:
        for node_id in edges[waiting.pop()]:
            if node_id not in found:
                found.add(node_id)
                waiting.append(node_id)
    return found


def _listed(node_ids: Iterable[str]) -> str:
    return ", ".join(repr(node_id) for node_id in sorted(node_ids))
