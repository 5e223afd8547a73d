"""Which nodes' failures leave something that could still run.

Argo starts nothing more in a DAG once one of its tasks has failed, and Kubeflow does not let us say
otherwise. So the step of a failed node fails only where nothing else could run anyway. Elsewhere it
ends well, and the last task of the pipeline fails in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline_lib import ir
from pipeline_lib.ir.node_set import NodeSet, in_running_order


@dataclass(frozen=True)
class Placed:
    """A node in the level that it is in."""

    node: ir.Node
    level: NodeSet


def goes_on(path: Sequence[Placed]) -> bool:
    """Whether something could still run after a node has failed.

    Args:
        path: the nodes that hold it, outermost first, and itself.
    """
    return any(one.node.options.optional or _others_run(one) for one in path) or any(
        one.node.loop for one in path[:-1]
    )


def goes_on_past(path: Sequence[Placed]) -> ir.Node | None:
    """What must run after a node has failed, and would not if its step failed: one that says so.

    Returns:
        The node itself or one around it that is optional, or a node that ignores its failure.
    """
    for one in path:
        if one.node.options.optional:
            return one.node
        for other in one.level.nodes:
            if other.options.ignore_upstream_failure and one.node.id in _above(other.id, one.level):
                return other
    return None


def _others_run(placed: Placed) -> bool:
    node, level = placed.node, placed.level
    known = {node.id, *_above(node.id, level), *_stopped(node.id, level)}
    return any(other.id not in known for other in level.nodes)


def _stopped(node_id: str, level: NodeSet) -> Iterator[str]:
    """The nodes that are skipped because of a failure."""
    stopped = {node_id}
    for other in in_running_order(level, "What holds them"):
        if other.options.ignore_upstream_failure:
            continue
        if not stopped.isdisjoint(level.dependencies[other.id]):
            stopped.add(other.id)
            yield other.id


def _above(node_id: str, level: NodeSet) -> set[str]:
    """The nodes that have ended before it starts."""
    found: set[str] = set()
    waiting = [node_id]
    while waiting:
        for upstream in level.dependencies[waiting.pop()] - found:
            found.add(upstream)
            waiting.append(upstream)
    return found
