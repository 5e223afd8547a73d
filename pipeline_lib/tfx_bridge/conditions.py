"""One condition of a node of ours, and the several of TFX's."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline_lib.ir.expressions import Expression, Operation, Operator


def joined_by_and(expressions: Iterable[Expression]) -> Expression | None:
    """One condition of several; `None` of none."""
    given = tuple(expressions)
    if len(given) < 2:
        return given[0] if given else None
    return Operation(Operator.AND, given)


def split_at_and(condition: Expression | None) -> tuple[Expression, ...]:
    """The conditions that one joins, as TFX has them."""
    match condition:
        case None:
            return ()
        case Operation(Operator.AND, operands):
            return operands
    return (condition,)
