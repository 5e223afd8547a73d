"""The part of CEL that compiled conditions use, evaluated by way of Python's own expressions.

That the texts mean the same to CEL itself is tested where they are made.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

_TOKEN = re.compile(
    r"""\s*(?:(?P<input>inputs\.parameter_values\[)|(?P<text>'(?:\\.|[^'\\])*')
    |(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<word>true|false)
    |(?P<operator>&&|\|\||==|!=|<=|>=|[<>!()\]]))""",
    re.VERBOSE,
)
_OPERATORS = {"&&": " and ", "||": " or ", "!": " not "}


def is_true(condition: str, parameters: Mapping[str, Any]) -> bool:
    """Whether a condition holds for these input parameters."""
    value = eval(_in_python(condition), {"__builtins__": {}}, {"values": dict(parameters)})
    assert isinstance(value, bool), f"{condition} is {value!r}"
    return value


def _in_python(condition: str) -> str:
    words = []
    place = 0
    while place < len(condition):
        token = _TOKEN.match(condition, place)
        assert token is not None, f"{condition[place:]!r} is not in this part of CEL"
        place = token.end()
        match token.lastgroup:
            case "input":
                words.append("values[")
            case "text":
                words.append(repr(ast.literal_eval(token.group("text"))))
            case "word":
                words.append(token.group("word").capitalize())
            case "operator":
                operator = token.group("operator")
                words.append(_OPERATORS.get(operator, operator))
            case _:
                words.append(token.group("number"))
    return "".join(words)
