"""Which nodes' failures leave something that could still run.

Argo starts nothing more in a DAG once one of its tasks has failed, and Kubeflow does not let us say
otherwise. So the step of a failed node fails only where nothing else could run anyway. Elsewhere it
ends well, and the last task of the pipeline fails in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_lib import ir
from pipeline_lib.ir.node_set import NodeSet


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
    """Whether a node of the level has not ended before the node, and is not skipped after it."""
    above, stopped = _above(placed.node.id, placed.level), {placed.node.id}
    for other in placed.level.in_order:
        if other.id in above or other.id in stopped:
            continue
        waits_for = placed.level.dependencies[other.id]
        if other.options.ignore_upstream_failure or stopped.isdisjoint(waits_for):
            return True
        stopped.add(other.id)
    return False


def _above(node_id: str, level: NodeSet) -> set[str]:
    """The nodes that have ended before it starts."""
    found: set[str] = set()
    waiting = [node_id]
    while waiting:
        for upstream in level.dependencies[waiting.pop()] - found:
            found.add(upstream)
            waiting.append(upstream)
    return found
