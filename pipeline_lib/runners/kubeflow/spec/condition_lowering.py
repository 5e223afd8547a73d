"""The condition of one node in CEL.

What reads one other node is told by that node's step as a boolean, so that it is decided by this
library's own evaluator. CEL joins such parts and compares what several nodes or the run's
parameters tell. What is said may be weaker than the condition and is never stronger: where it is
true the step of the node decides again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline_lib import ir
from pipeline_lib.ir.expressions import (
    LOOP_VALUE,
    ArtifactValue,
    EnvironmentVariable,
    ExecutionParameterValue,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    Operation,
    Operator,
    OutputArtifacts,
    RunInformation,
    RuntimeParameterValue,
    SourceFile,
    walk,
)
from pipeline_lib.runners.kubeflow.spec import cel
from pipeline_lib.runners.kubeflow.spec.questions import Asked, Questions
from pipeline_lib.runners.kubeflow.spec.told import ToldValue, of_outputs

_KINDS: Mapping[ir.ParameterType, ir.ParameterType] = {
    ir.ParameterType.INT: ir.ParameterType.FLOAT,
    ir.ParameterType.FLOAT: ir.ParameterType.FLOAT,
    ir.ParameterType.STRING: ir.ParameterType.STRING,
    ir.ParameterType.PATH: ir.ParameterType.STRING,
    ir.ParameterType.BOOL: ir.ParameterType.BOOL,
}
_VALUE_TYPES: Mapping[str, ir.ParameterType] = {
    "Integer": ir.ParameterType.FLOAT,
    "Float": ir.ParameterType.FLOAT,
    "String": ir.ParameterType.STRING,
    "Boolean": ir.ParameterType.BOOL,
}
"""Kinds of what value artifacts hold."""

_OWN = (
    EnvironmentVariable,
    ExecutionParameterValue,
    OutputArtifacts,
    RunInformation,
    SourceFile,
)
"""What the step of another node cannot read as the node itself would."""


class ConditionLowering:
    """Lowers the condition of one node.

    Args:
        node: the node.
        tellers: ids of the nodes of its level that can tell something.
        parameters: types of the run's parameters.
    """

    def __init__(
        self,
        node: ir.Node,
        tellers: Collection[str],
        parameters: Mapping[str, ir.ParameterType],
    ) -> None:
        self._node = node
        self._tellers = tellers
        self._parameters = parameters
        self._questions = Questions()

    def lowered(self) -> tuple[str, Mapping[str, Asked]] | None:
        """What CEL can say of it, and what is asked by name of the input; `None` for nothing."""
        if self._node.condition is None:
            return None
        text = self._lowered(self._node.condition, True)
        if text is None:
            return None
        asked = self._questions.used_in(text)
        return (text, asked) if asked else None

    def _lowered(self, expression: Expression, wanted: bool) -> str | None:
        """What must hold for a boolean expression to be as wanted."""
        producers = self._producers(expression)
        if producers is not None and len(producers) == 1:
            asked = expression if wanted else Operation(Operator.NOT, (expression,))
            value = self._told(asked, ir.ParameterType.BOOL)
            return cel.truth(self._questions.of_node(producers.pop(), value))
        match expression:
            case Operation(Operator.NOT, (operand,)):
                return self._lowered(operand, not wanted)
            case Operation(Operator.AND | Operator.OR as operator, operands):
                parts = [self._lowered(operand, wanted) for operand in operands]
                return _joined(parts, all_of_them=(operator is Operator.AND) is wanted)
            case Operation(operator, (left, right)) if cel.is_comparison(operator):
                return self._compared(operator, left, right, wanted)
        read = self._operand(expression)
        if read is None or read.kind is not ir.ParameterType.BOOL:
            return None
        text = cel.truth(read.text)
        return _unless(read.doubts, text if wanted else cel.negation(text))

    def _compared(
        self, operator: Operator, left: Expression, right: Expression, wanted: bool
    ) -> str | None:
        one, other = self._operand(left), self._operand(right)
        if one is None or other is None or one.kind is not other.kind:
            return None
        text = cel.comparison(operator, one.text, other.text)
        return _unless(one.doubts + other.doubts, text if wanted else cel.negation(text))

    def _operand(self, expression: Expression) -> _Operand | None:
        """A value of a kind that is known when the pipeline is compiled."""
        match expression:
            case Literal(value):
                found = cel.literal(value)
                return _Operand(*found) if found else None
            case RuntimeParameterValue(name) if not name.endswith(LOOP_VALUE):
                return self._parameter_operand(name)
            case ArtifactValue(Index(InputArtifacts(key))):
                kind = _VALUE_TYPES.get(self._node.inputs[key].type.name)
                return self._told_operand(expression, kind) if kind else None
        return None

    def _parameter_operand(self, name: str) -> _Operand | None:
        declared = self._parameters.get(name)
        if declared is None or declared not in _KINDS:
            return None
        return _Operand(self._questions.of_run(name, declared), _KINDS[declared])

    def _told_operand(self, expression: Expression, kind: ir.ParameterType) -> _Operand | None:
        producers = self._producers(expression)
        if not producers:
            return None
        node_id = producers.pop()
        value = self._told(expression, kind)
        known = self._questions.of_node(node_id, replace(value, whether_known=True))
        doubt = cel.negation(cel.truth(known))
        return _Operand(self._questions.of_node(node_id, value), kind, (doubt,))

    def _producers(self, expression: Expression) -> set[str] | None:
        """The nodes that an expression reads; `None` where their steps cannot evaluate it."""
        found: set[str] = set()
        for one in walk(expression):
            if isinstance(one, _OWN):
                return None
            if isinstance(one, InputArtifacts):
                match self._node.inputs[one.key].sources:
                    case (ir.NodeOutput(node_id),) if node_id in self._tellers:
                        found.add(node_id)
                    case _:
                        return None
        return found

    def _told(self, expression: Expression, kind: ir.ParameterType) -> ToldValue:
        return ToldValue(of_outputs(expression, self._node), kind)


@dataclass(frozen=True)
class _Operand:
    """One side of a comparison.

    Attributes:
        text: its value, in CEL.
        kind: of the value.
        doubts: each of them, if it holds, makes the value one that is not to be relied upon.
    """

    text: str
    kind: ir.ParameterType
    doubts: tuple[str, ...] = ()


def _unless(doubts: tuple[str, ...], text: str) -> str:
    return cel.disjunction([*dict.fromkeys(doubts), text])


def _joined(parts: Sequence[str | None], all_of_them: bool) -> str | None:
    """What can be said of parts that must all hold, or one of which must hold."""
    known = [part for part in parts if part is not None]
    if all_of_them:
        return cel.conjunction(known) if known else None
    return cel.disjunction(known) if len(known) == len(parts) else None
