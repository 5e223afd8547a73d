"""What the scheduler keeps of the nodes that it runs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

from pipeline_lib.ir.node import Node
from pipeline_lib.ir.node_set import NodeSet
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState
from pipeline_lib.node.nesting import Nested
from pipeline_lib.node.run import Run


@dataclass(eq=False)
class Level:
    """Nodes that wait for each other, in one run or in one iteration of a loop.

    Attributes:
        run: the run as these nodes see it.
        nodes: what there is to run.
        only: ids of those of them that are run; `None` for all.
        holder: the task that holds them; `None` for those of the pipeline itself.
        ended: final record of each node that has ended, by its id.
        failure_above: why a node was skipped, where a failure above it is the reason.
    """

    run: Run
    nodes: NodeSet
    only: frozenset[str] | None = None
    holder: Task | None = None
    ended: dict[str, ExecutionRecord] = field(default_factory=dict)
    failure_above: dict[str, str] = field(default_factory=dict)
    order: TopologicalSorter[str] = field(init=False)

    def __post_init__(self) -> None:
        self.order = TopologicalSorter(
            {id: self.waited_for(id) for id in self.nodes.by_id if self._is_run(id)}
        )
        self.order.prepare()

    def waited_for(self, node_id: str) -> list[str]:
        """The nodes that a node waits for, in a settled order."""
        return sorted(filter(self._is_run, self.nodes.dependencies[node_id]))

    def reason_to_skip(self, node: Node) -> str:
        """A failure above the node, directly or through nodes that were skipped because of it."""
        if node.options.ignore_upstream_failure:
            return ""
        for upstream in self.waited_for(node.id):
            if upstream in self.failure_above:
                return self.failure_above[upstream]
            if self.has_failed(upstream):
                return f"node {upstream!r} failed"
        return ""

    def has_failed(self, node_id: str) -> bool:
        """Whether a node has failed that may not fail."""
        failed = self.ended[node_id].state is ExecutionState.FAILED
        return failed and not self.nodes.by_id[node_id].options.optional

    def failed(self) -> list[ExecutionRecord]:
        """The nodes that have failed and may not."""
        return [record for id, record in self.ended.items() if self.has_failed(id)]

    def _is_run(self, node_id: str) -> bool:
        return self.only is None or node_id in self.only


@dataclass(eq=False)
class Task:
    """One node in one level.

    Attributes:
        attempts: how often it was launched.
        started: when it was first launched, on the monotonic clock.
        nested: what it holds, once that is known.
        levels_left: how many levels of it have not ended.
        failed_inside: the nodes that have failed in those that have.
    """

    node: Node
    level: Level
    attempts: int = 0
    started: float = 0.0
    nested: Nested | None = None
    levels_left: int = 0
    failed_inside: list[ExecutionRecord] = field(default_factory=list)

    @property
    def instance(self) -> str:
        """What is unique in the run."""
        return self.level.run.instance(self.node.id)

    @property
    def path(self) -> list[Task]:
        """The tasks that hold it, outermost first, and itself."""
        holder = self.level.holder
        return [*(holder.path if holder else []), self]

    @property
    def retry_delay(self) -> float:
        """Seconds to wait before the next attempt."""
        return self.node.options.retry_delay * 2.0 ** (self.attempts - 1)


def final_status(run: Run, failed: Iterable[ExecutionRecord]) -> str:
    """How a run ended, as JSON with the fields of Kubeflow's `PipelineTaskFinalStatus`."""
    status: dict[str, object] = {"state": "SUCCEEDED", "pipelineJobName": run.run_id}
    messages = [
        f"{one.instance}: {one.error.type}: {one.error.message}"
        for one in failed
        if one.error is not None
    ]
    if messages:
        status |= {"state": "FAILED", "error": {"message": "\n".join(messages)}}
    return json.dumps(status)
