"""Where a node is in its run: the nodes beside it, and the run as they see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline_lib.errors import PipelineLibError, did_you_mean
from pipeline_lib.ir.node import Node
from pipeline_lib.ir.node_set import NodeSet, in_running_order
from pipeline_lib.metadata import records
from pipeline_lib.metadata.store import (
    ErrorRecord,
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
)
from pipeline_lib.node.drive import new_execution
from pipeline_lib.node.nesting import nested_again
from pipeline_lib.node.run import Run
from pipeline_lib.runners.kubeflow.steps.begun_run import BegunRun
from pipeline_lib.runners.local.task import Level

_NOT_SUCCEEDED = (ExecutionState.RUNNING, ExecutionState.FAILED)
"""The cluster starts a node when those before it have ended: one still recorded as running was
ended from outside."""


@dataclass(frozen=True)
class Place:
    """Where a node is in its run.

    Attributes:
        path: the nodes that hold it, outermost first, and itself.
        levels: for each of these, the nodes beside it.
        run: the run as it sees it; `None` where it, or a node that holds it, is not run.
        only: ids of the nodes beside it that are run; `None` for all.
    """

    path: Sequence[Node]
    levels: Sequence[NodeSet]
    run: Run | None
    only: frozenset[str] | None

    @property
    def node(self) -> Node:
        """The node itself."""
        return self.path[-1]

    @property
    def nodes(self) -> NodeSet:
        """The nodes beside it, and itself."""
        return self.levels[-1]


def place_of(
    full_id: str, positions: Sequence[int], begun: BegunRun, store: MetadataStore
) -> Place:
    """Where a node is.

    Args:
        full_id: its id with those of the nodes around it.
        positions: that of each loop around it, outermost first.
        begun: the run.
        store: where the executions of the nodes around are.

    Raises:
        PipelineLibError: the pipeline has no such node, or a loop has no such element.
    """
    pipeline = begun.run.pipeline
    path = path_of(pipeline, full_id)
    if not path:
        raise PipelineLibError(
            f"Pipeline {pipeline.name!r} of run {begun.run.run_id!r} has no node {full_id!r}."
            f"{did_you_mean(full_id, pipeline.by_id)}"
        )
    run: Run | None = begun.run
    levels: list[NodeSet] = [pipeline]
    left = list(positions)
    for holder in path[:-1]:
        assert isinstance(holder.executor, NodeSet), "it holds the node"
        position = left.pop(0) if holder.loop and left else 0
        run = _inner_run(holder, run, position, store) if run is not None else None
        levels.append(holder.executor)
    only = begun.only
    if only is not None and path[0].id not in only:
        run = None
    return Place(path, levels, run, only if len(path) == 1 else None)


def is_open(execution: ExecutionRecord | None) -> bool:
    """Whether the nodes run that a node holds; so they do again where the cluster retries."""
    match execution:
        case ExecutionRecord(state=ExecutionState.RUNNING | ExecutionState.COMPLETE):
            return True
        case ExecutionRecord(error=ErrorRecord(type=records.NESTED_FAILURE)):
            return True
    return False


def level_of(place: Place, store: MetadataStore) -> Level:
    """The nodes beside a node, with what became of those before it, as the store has it."""
    assert place.run is not None, "what does not run has no level"
    level = Level(place.run, place.nodes, place.only)
    states = store.states(place.run.run_id)
    for node in in_running_order(place.nodes, "What holds them"):
        if place.only is None or node.id in place.only:
            note_state(level, node, states)
    return level


def note_state(level: Level, node: Node, states: Mapping[str, ExecutionState]) -> None:
    """Note what the store says of a node, after those before it."""
    state = states.get(level.run.instance(node.id))
    if state in _NOT_SUCCEEDED:
        state = ExecutionState.FAILED
    elif state in (None, ExecutionState.SKIPPED):
        reason = level.reason_to_skip(node)
        state = ExecutionState.SKIPPED
        if reason:
            level.failure_above[node.id] = reason
    level.ended[node.id] = replace(new_execution(node, level.run), state=state)


def _inner_run(holder: Node, run: Run, position: int, store: MetadataStore) -> Run | None:
    execution = store.execution(run.run_id, run.instance(holder.id))
    if execution is None or not is_open(execution):
        return None
    runs = nested_again(holder, run, execution, store).runs
    if position >= len(runs):
        raise PipelineLibError(
            f"Loop {run.instance(holder.id)!r} of run {run.run_id!r} has {len(runs)} elements: "
            f"there is none at position {position}."
        )
    return runs[position]


def path_of(nodes: NodeSet, full_id: str) -> list[Node]:
    """The node of a full id behind those that hold it; node ids may have dots of their own."""
    for node in nodes.nodes:
        if node.id == full_id:
            return [node]
        if isinstance(node.executor, NodeSet) and full_id.startswith(f"{node.id}."):
            inner = path_of(node.executor, full_id.removeprefix(f"{node.id}."))
            if inner:
                return [node, *inner]
    return []
