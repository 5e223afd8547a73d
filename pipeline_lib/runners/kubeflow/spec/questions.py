"""What a condition in CEL asks for: input parameters of the task that has the condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline_lib import ir
from pipeline_lib.runners.kubeflow.spec import cel
from pipeline_lib.runners.kubeflow.spec.told import ToldValue


@dataclass(frozen=True)
class FromNode:
    """A value that another node of the level is asked for."""

    node_id: str
    value: ToldValue


@dataclass(frozen=True)
class FromRun:
    """A parameter of the run."""

    parameter: str
    type: ir.ParameterType


Asked = FromNode | FromRun


def run_input(name: str) -> str:
    """Name of the input parameter that holds a parameter of the run."""
    return f"run-{name}"


class Questions:
    """Collects what is asked for, each once; what is asked gives its name in CEL."""

    def __init__(self) -> None:
        self._asked: dict[str, Asked] = {}
        self._names: dict[str, str] = {}

    def of_node(self, node_id: str, value: ToldValue) -> str:
        """Ask another node of the level for a value."""
        asked = FromNode(node_id, value)
        # By what they say: `1`, `1.0` and `True` are equal, and different questions.
        name = self._names.setdefault(repr(asked), f"told-{len(self._asked) + 1}")
        self._asked[name] = asked
        return cel.parameter(name)

    def of_run(self, parameter: str, type: ir.ParameterType) -> str:
        """Ask for a parameter of the run."""
        name = run_input(parameter)
        self._asked[name] = FromRun(parameter, type)
        return cel.parameter(name)

    def used_in(self, text: str) -> Mapping[str, Asked]:
        """By name of the input, what is asked for in a text; the rest could not be said."""
        return {name: one for name, one in self._asked.items() if cel.parameter(name) in text}
