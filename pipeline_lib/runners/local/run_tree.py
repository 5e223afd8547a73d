"""A run's nodes as a tree: those of the pipeline, below each those that it holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from pipeline_lib.ir.executors import PipelineExecutor
from pipeline_lib.ir.node import Node
from pipeline_lib.ir.node_set import NodeSet
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState
from pipeline_lib.node.run import Run


@dataclass(eq=False)
class Branch:
    """A node, or one iteration of a loop.

    Attributes:
        label: what it is called among its neighbours.
        nodes: what it holds.
        since: when it was started, on the clock of whoever told; 0 where it was not.
        execution: its final record.
        seconds: how long it took, when it has ended.
        note: what is told of it while it runs.
        is_over: the run has ended.
        inner: the branches below it, as far as the run has got.
    """

    label: str
    nodes: NodeSet | None = None
    since: float = 0.0
    execution: ExecutionRecord | None = None
    seconds: float = 0.0
    note: str = ""
    is_over: bool = False
    inner: dict[str, Branch] = field(default_factory=dict)

    @property
    def state(self) -> ExecutionState | None:
        """Where it stands; `None` while it waits. That of an iteration is told by its nodes."""
        if self.execution is not None:
            return self.execution.state
        if self.since:
            return ExecutionState.CANCELED if self.is_over else ExecutionState.RUNNING
        return _state_of_all({one.state for one in self.inner.values()})

    def leaves(self) -> Iterator[Branch]:
        """The nodes in it that hold none."""
        if not self.inner:
            yield self
        for one in self.inner.values():
            yield from one.leaves()

    def end(self) -> None:
        """The run is over: what still runs has been stopped, and what waits is dropped."""
        self.is_over = True
        for one in self.inner.values():
            one.end()
        self.inner = {name: one for name, one in self.inner.items() if one.state is not None}

    def expect(self, nodes: NodeSet, only: Collection[str] | None = None) -> None:
        """Let nodes wait in it."""
        for node in nodes.nodes:
            if only is None or node.id in only:
                self.inner[node.id] = _branch_of(node)


class RunTree:
    """The tree of one run.

    Args:
        run: the run.
        awaited: ids of the pipeline's nodes that are to be run.

    Attributes:
        top: holds the branches of the pipeline's nodes.
    """

    def __init__(self, run: Run, awaited: Collection[str]) -> None:
        self.top = Branch(run.pipeline.name, run.pipeline)
        self.top.expect(run.pipeline, awaited)
        self._handler = run.pipeline.exit_handler

    def branch(self, instance: str) -> Branch:
        """The branch of a node by its name in the run, `train_all.Trainer#2`."""
        node_id, _, iteration = instance.partition("#")
        positions = iter(iteration.split("."))
        at, rest = self.top, node_id
        while True:
            node = self._node(at.nodes, rest)
            at = at.inner.setdefault(node.id, _branch_of(node))
            if node.id == rest:
                return at
            rest = rest.removeprefix(f"{node.id}.")
            if node.loop:
                at = _iteration(at, next(positions))
            elif not at.inner and at.nodes is not None:
                at.expect(at.nodes)

    def _node(self, nodes: NodeSet | None, path: str) -> Node:
        """The node that a path begins with; ids may have dots too."""
        assert nodes is not None, "only a node that holds nodes has a path below it"
        if path in nodes.by_id:
            return nodes.by_id[path]
        if self._handler is not None and self._handler.id == path:
            return self._handler
        return next(one for one in nodes.nodes if path.startswith(f"{one.id}."))


def _branch_of(node: Node) -> Branch:
    inner = node.executor if isinstance(node.executor, PipelineExecutor) else None
    return Branch(node.id, inner)


def _iteration(loop: Branch, position: str) -> Branch:
    label = f"iteration {position}"
    if label not in loop.inner:
        loop.inner[label] = made = Branch(label, loop.nodes)
        assert loop.nodes is not None, "a loop holds nodes"
        made.expect(loop.nodes)
    return loop.inner[label]


def _state_of_all(states: set[ExecutionState | None]) -> ExecutionState | None:
    if not states - {None}:
        return None
    for state in (None, ExecutionState.RUNNING):
        if state in states:
            return ExecutionState.RUNNING
    for state in (ExecutionState.FAILED, ExecutionState.CANCELED, ExecutionState.COMPLETE):
        if state in states:
            return state
    (left, *_) = states
    return left
