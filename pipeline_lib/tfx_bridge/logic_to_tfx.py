"""Comparisons and logic as TFX's placeholder expressions, which know fewer operators than ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from tfx.proto.orchestration import placeholder_pb2

from pipeline_lib.ir.expressions import Operator

Message: TypeAlias = placeholder_pb2.PlaceholderExpression

COMPARISONS: Mapping[Operator, tuple[str, bool]] = {
    Operator.EQUAL: ("EQUAL", False),
    Operator.NOT_EQUAL: ("EQUAL", True),
    Operator.LESS: ("LESS_THAN", False),
    Operator.GREATER_OR_EQUAL: ("LESS_THAN", True),
    Operator.GREATER: ("GREATER_THAN", False),
    Operator.LESS_OR_EQUAL: ("GREATER_THAN", True),
}
"""TFX's name of each comparison, and whether its opposite is meant: TFX has only these three."""


def compared(operator: Operator, left: Message, right: Message) -> Message:
    """A comparison, which is one of `COMPARISONS`."""
    name, is_opposite = COMPARISONS[operator]
    message = Message()
    comparison = message.operator.compare_op
    comparison.lhs.CopyFrom(left)
    comparison.rhs.CopyFrom(right)
    comparison.op = comparison.Operation.Value(name)
    return negated(message) if is_opposite else message


def negated(operand: Message) -> Message:
    """The opposite of something that is true or false."""
    message = Message()
    message.operator.unary_logical_op.expression.CopyFrom(operand)
    message.operator.unary_logical_op.op = placeholder_pb2.UnaryLogicalOperator.NOT
    return message


def both(operator: Operator) -> Callable[[Message, Message], Message]:
    """Joins two that are true or false: by AND or OR."""

    def join(left: Message, right: Message) -> Message:
        message = Message()
        logical = message.operator.binary_logical_op
        logical.lhs.CopyFrom(left)
        logical.rhs.CopyFrom(right)
        logical.op = logical.Operation.Value(operator.name)
        return message

    return join
