"""What the step of a node tells Kubeflow once the node has ended, for the conditions of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from pipeline_lib.ir.evaluation import Scope, evaluate
from pipeline_lib.ir.expressions import Expression, InputArtifacts, OutputArtifacts
from pipeline_lib.ir.inputs import NodeOutput
from pipeline_lib.ir.node import Node, ParameterType
from pipeline_lib.runners.kubeflow.spec import cel

_OF_NOTHING: Mapping[ParameterType, str] = {
    ParameterType.BOOL: "false",
    ParameterType.STRING: "",
    ParameterType.FLOAT: "0.0",
}


@dataclass(frozen=True)
class ToldValue:
    """One output parameter of a step.

    Attributes:
        expression: its value, from the outputs of the node and the parameters of the run.
        kind: of the value: `BOOL`, `STRING` or `FLOAT`, which is any number.
        whether_known: what is told is not the value but whether Kubeflow can hold it.
    """

    expression: Expression
    kind: ParameterType
    whether_known: bool = False

    @property
    def type(self) -> ParameterType:
        """Type of the output parameter."""
        return ParameterType.BOOL if self.whether_known else self.kind

    def text(self, scope: Scope | None) -> str:
        """What the step writes; it never raises.

        A value that cannot be had is told as one that is empty or false: whichever step the trigger
        then chooses evaluates the condition itself, and records what is wrong.

        Args:
            scope: the outputs and the run's parameters; `None` where the node has no outputs since
                it did not succeed.
        """
        text = None if scope is None else _text(self._value(scope), self.kind)
        if self.whether_known:
            return "false" if text is None else "true"
        return _OF_NOTHING[self.kind] if text is None else text

    def _value(self, scope: Scope) -> object:
        try:
            return evaluate(self.expression, scope)
        except Exception:  # whatever a file system raises
            return None


def _text(value: object, kind: ParameterType) -> str | None:
    """A value as an output parameter; `None` where it is of another kind, or not held exactly."""
    match value:
        case bool() if kind is ParameterType.BOOL:
            return str(value).lower()
        case str() if kind is ParameterType.STRING:
            return value
        case int() | float() if kind is ParameterType.FLOAT and cel.is_exact(value):
            return repr(float(value))
    return None


def of_outputs(expression: Expression, node: Node) -> Expression:
    """An expression of a node, as the one other node that it reads evaluates it."""
    if isinstance(expression, InputArtifacts):
        (source,) = node.inputs[expression.key].sources
        assert isinstance(source, NodeOutput), "only outputs of nodes are told"
        return OutputArtifacts(source.output_key)
    changed: dict[str, Any] = {
        part.name: _within(getattr(expression, part.name), node) for part in fields(expression)
    }
    return replace(expression, **changed)


def _within(value: object, node: Node) -> object:
    match value:
        case tuple():
            return tuple(_within(one, node) for one in value)
        case _ if isinstance(value, Expression):
            return of_outputs(value, node)
    return value
