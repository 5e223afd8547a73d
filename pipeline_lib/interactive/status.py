"""A table of what was run in a context, and whether it is up to date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_lib.interactive.node_states import NodeState, State
from pipeline_lib.interactive.template import filled

_MARKS = {State.CURRENT: "✓", State.STALE: "~", State.FAILED: "✗", State.NOT_RUN: " "}


@dataclass(frozen=True)
class Status:
    """The state of each node that a context knows.

    Attributes:
        nodes: the nodes in running order, with those that they need.
        outdated: nodes that were made of others that have been made anew since, with the reason.
    """

    nodes: Sequence[NodeState]
    outdated: Sequence[NodeState] = ()

    def __getitem__(self, instance: str) -> NodeState:
        """The state of a node."""
        return {one.instance: one for one in self._all()}[instance]

    def __repr__(self) -> str:
        width = max((len(one.instance) for one in self._all()), default=0)
        lines = []
        for one in self._all():
            lines.append(f"{_MARKS[one.state]} {one.instance:<{width}}  {one.state.value}")
            lines += [f"    {reason}" for reason in one.reasons]
        return "\n".join(lines) or "Nothing was run in this context."

    def _repr_html_(self) -> str:
        return filled("status.html", nodes=self._all(), marks=_MARKS)

    def _all(self) -> list[NodeState]:
        return [*self.nodes, *self.outdated]
