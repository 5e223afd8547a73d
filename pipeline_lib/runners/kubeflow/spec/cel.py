"""Texts of CEL, the language of Kubeflow's conditions."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from pipeline_lib.ir.expressions import Operator
from pipeline_lib.ir.node import ParameterType

_COMPARISONS = frozenset(
    {Operator.EQUAL, Operator.NOT_EQUAL, Operator.LESS, Operator.LESS_OR_EQUAL}
    | {Operator.GREATER, Operator.GREATER_OR_EQUAL}
)
_EXACT = 2**53
"""Up to here every whole number is a double, which all of Kubeflow's numbers are."""
_BRACES = "{}"
"""Argo would take two of them for a template of its own."""


def is_comparison(operator: Operator) -> bool:
    """Whether CEL has the operator, between two values of one kind."""
    return operator in _COMPARISONS


def parameter(name: str) -> str:
    """The value of an input parameter of the task."""
    return f"inputs.parameter_values[{string(name)}]"


def comparison(operator: Operator, left: str, right: str) -> str:
    """Two values compared."""
    return f"{left} {operator.value} {right}"


def truth(value: str) -> str:
    """Whether a boolean value is true, as kfp writes it."""
    return f"{value} == true"


def negation(operand: str) -> str:
    """What is true where the operand is not."""
    return f"!{operand}" if operand.startswith("(") else f"!({operand})"


def conjunction(operands: Iterable[str]) -> str:
    """All of them."""
    return _joined(" && ", operands)


def disjunction(operands: Iterable[str]) -> str:
    """At least one of them."""
    return _joined(" || ", operands)


def is_exact(value: object) -> bool:
    """Whether a number is the same as a double that can be written down."""
    match value:
        case bool():
            return False
        case int():
            return abs(value) <= _EXACT
        case float():
            return math.isfinite(value)
    return False


def literal(value: object) -> tuple[str, ParameterType] | None:
    """A value as CEL writes it, and its kind; `None` where it has none.

    All numbers are of the kind `FLOAT`.
    """
    match value:
        case bool():
            return str(value).lower(), ParameterType.BOOL
        case str():
            return string(value), ParameterType.STRING
        case int() | float() if is_exact(value):
            return repr(float(value)), ParameterType.FLOAT
    return None


def string(text: str) -> str:
    """A text between quotes, with escapes where it needs them."""
    return "'" + "".join(map(_escaped, text)) + "'"


def _escaped(character: str) -> str:
    if character in "\\'":
        return f"\\{character}"
    if character.isprintable() and character not in _BRACES:
        return character
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"


def _joined(operator: str, operands: Iterable[Any]) -> str:
    texts = list(operands)
    return texts[0] if len(texts) == 1 else "(" + operator.join(texts) + ")"
