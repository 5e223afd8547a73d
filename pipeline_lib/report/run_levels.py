"""A run's nodes as graphs: one of the pipeline, and one of what each node holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline_lib.ir.node import Node
from pipeline_lib.ir.node_set import NodeSet
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState
from pipeline_lib.report.run_view import RunView

Key = tuple[str, str]
"""Node id and iteration of what holds a level; empty for the pipeline itself."""

_TOP: Key = ("", "")


@dataclass(frozen=True)
class Box:
    """A node in a graph.

    Attributes:
        name: unique in the run.
        label: what it is called among its neighbours.
        execution: `None` where the run has not got to it.
        inner: the graphs of what it holds: one, or one for each iteration.
    """

    name: str
    label: str
    execution: ExecutionRecord | None
    inner: tuple[Level, ...] = ()

    @property
    def states(self) -> Iterator[ExecutionState]:
        """The state of every node in it."""
        for level in self.inner:
            yield from level.states


@dataclass(frozen=True)
class Level:
    """Nodes that wait for each other, and edges between their places in the list."""

    title: str
    boxes: Sequence[Box]
    edges: Sequence[tuple[int, int]]

    @property
    def states(self) -> Iterator[ExecutionState]:
        """The state of every node, and of those that nodes hold."""
        for box in self.boxes:
            if box.execution is not None:
                yield box.execution.state
            yield from box.states


def run_levels(view: RunView) -> Level:
    """The run's graph, with those of the nodes that hold nodes inside."""
    return _Builder(view).level(_TOP, "")


class _Builder:
    def __init__(self, view: RunView) -> None:
        self._view = view
        self._waits_for = dict(_dependencies(view.pipeline, "")) if view.pipeline else {}
        self._node_ids = {one.node_id for one in view.executions.values()}
        self._held: dict[Key, dict[str, list[ExecutionRecord]]] = {}
        for execution in view.executions.values():
            iterations = self._held.setdefault(self._holder(execution), {})
            iterations.setdefault(execution.iteration, []).append(execution)

    def _holder(self, execution: ExecutionRecord) -> Key:
        """The node around this one: the longest beginning of its id that is itself a node."""
        parts = execution.node_id.split(".")
        for length in range(len(parts) - 1, 0, -1):
            outer = ".".join(parts[:length])
            if outer in self._node_ids:
                shorter = execution.iteration.rpartition(".")[0]
                name = f"{outer}#{execution.iteration}" if execution.iteration else outer
                return (outer, execution.iteration if name in self._view.executions else shorter)
        return _TOP

    def level(self, holder: Key, iteration: str) -> Level:
        executions = self._held.get(holder, {}).get(iteration, [])
        outer = f"{holder[0]}." if holder[0] else ""
        boxes = [
            Box(one.instance, one.node_id.removeprefix(outer), one, tuple(self._inner(one)))
            for one in executions
        ]
        if holder == _TOP and self._view.pipeline is not None:
            known = {box.name for box in boxes}
            missing = [node.id for node in self._view.pipeline.nodes if node.id not in known]
            boxes += [Box(name, name, None) for name in missing]
        is_loop = iteration != holder[1]
        title = f"iteration {iteration.rpartition('.')[2]}" if is_loop else ""
        return Level(title, boxes, self._edges(boxes))

    def _inner(self, execution: ExecutionRecord) -> Iterator[Level]:
        key = (execution.node_id, execution.iteration)
        for iteration in self._held.get(key, {}):
            yield self.level(key, iteration)

    def _edges(self, boxes: Sequence[Box]) -> list[tuple[int, int]]:
        by_node = {_node_id(box): place for place, box in enumerate(boxes)}
        writers: dict[int, list[int]] = {}
        for place, box in enumerate(boxes):
            for one in _artifacts(box, "outputs"):
                writers.setdefault(one, []).append(place)
        edges: set[tuple[int, int]] = set()
        for place, box in enumerate(boxes):
            if self._waits_for:
                before = self._waits_for.get(_node_id(box), ())
                edges.update((by_node[one], place) for one in before if one in by_node)
            else:  # the records tell what was read, and not what else was waited for
                read = [at for one in _artifacts(box, "inputs") for at in writers.get(one, ())]
                edges.update((at, place) for at in read if at < place)
        return sorted(edges)


def _node_id(box: Box) -> str:
    return box.execution.node_id if box.execution is not None else box.name


def _artifacts(box: Box, side: str) -> Iterator[int]:
    if box.execution is not None:
        by_key: Mapping[str, Sequence[object]] = getattr(box.execution, side)
        yield from (getattr(one, "id", 0) for several in by_key.values() for one in several)


def _dependencies(nodes: NodeSet, path: str) -> Iterator[tuple[str, list[str]]]:
    """For each node, by its full id, the full ids of those that it waits for."""
    for node_id, before in nodes.dependencies.items():
        yield f"{path}{node_id}", [f"{path}{one}" for one in before]
    for node in nodes.nodes:
        yield from _inside(node, path)


def _inside(node: Node, path: str) -> Iterator[tuple[str, list[str]]]:
    if isinstance(node.executor, NodeSet):
        yield from _dependencies(node.executor, f"{path}{node.id}.")
