"""What a plan cannot know, as only the run will tell, and how far that reaches."""

from __future__ import annotations

from collections.abc import Collection

from pipeline_lib.ir.inputs import Input, NodeOutput, PipelineInput
from pipeline_lib.ir.node import Node
from pipeline_lib.node.nesting import Nested
from pipeline_lib.node.run import Run

_NUMBER = ""
"""In place of an input's key: how many elements a loop has."""


class UnknownResults:
    """Collects instances of nodes about whose results a plan is not sure.

    Attributes:
        unknown: those whose results will be known in the run only.
        without_guess: those of them that no earlier result stands for.
        failed: those that would fail, or be skipped because of a failure.
    """

    def __init__(self) -> None:
        self.unknown: set[str] = set()
        self.without_guess: set[str] = set()
        self.failed: set[str] = set()
        # By path and element of a level, and key of the input that its nodes read.
        self._inputs: dict[tuple[str, str, str], set[str]] = {}

    def before(self, node: Node, run: Run) -> tuple[str, ...]:
        """The instances that a node reads from whose results are not known."""
        found = set(self._inputs.get((run.path, run.iteration, _NUMBER), ()))
        for declared in node.inputs.values():
            found |= self._among_sources(declared, run)
        return tuple(sorted(found))

    def go_inside(self, holder: Node, run: Run, nested: Nested, number: Collection[str]) -> None:
        """Pass on what is not known of a holder's inputs to the nodes that it holds.

        Args:
            holder: a node of `run` that holds nodes.
            run: the run as the holder sees it.
            nested: the runs as the nodes inside see them.
            number: the instances that decide how many elements there are, and are not known.
        """
        for inner in nested.runs:
            for key, declared in holder.inputs.items():
                self._inputs[inner.path, inner.iteration, key] = self._among_sources(declared, run)
            if number:
                self._inputs[inner.path, inner.iteration, _NUMBER] = set(number)

    def come_out(self, holder: str, inside: Collection[str]) -> None:
        """What is true of an instance inside is true of the one that holds it."""
        for instances in (self.unknown, self.without_guess, self.failed):
            if not instances.isdisjoint(inside):
                instances.add(holder)

    def _among_sources(self, declared: Input, run: Run) -> set[str]:
        found: set[str] = set()
        for source in declared.sources:
            match source:
                case NodeOutput(node_id):
                    found |= {run.instance(node_id)} & self.unknown
                case PipelineInput(key):
                    found |= self._inputs.get((run.path, run.iteration, key), set())
        return found
