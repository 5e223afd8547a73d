"""What each operator of an expression does with its values.

A value that does not fit is a `TypeError`, whose text says which.
"""

from __future__ import annotations

import base64
import json
import operator
import os
from collections.abc import Callable, Mapping
from typing import Any

from pipeline_lib.ir.expressions import Operator


def _concat(*parts: Any) -> str:
    return "".join(map(_as_text, parts))


def _join(separator: Any, elements: Any, quote: Any = "") -> str:
    """Text between elements; `quote` goes around those that are text themselves."""
    if not isinstance(elements, list):
        raise TypeError(f"{elements!r} is no list")
    mark = _text(quote)
    return _text(separator).join(
        f"{mark}{one}{mark}" if isinstance(one, str) else _as_text(one) for one in elements
    )


def _join_path(first: Any, *parts: Any) -> str:
    return os.path.join(_text(first), *map(_text, parts))


def _dirname(path: Any) -> str:
    return os.path.dirname(_text(path))


def _base64(value: Any, url_safe: Any = True) -> str:
    payload = value if isinstance(value, bytes) else _text(value).encode()
    encode = base64.urlsafe_b64encode if truth(url_safe) else base64.b64encode
    return encode(payload).decode("ascii")


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _not(value: Any) -> bool:
    return not truth(value)


def truth(value: Any) -> bool:
    """The value of a condition.

    Raises:
        TypeError: it is neither true nor false.
    """
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _as_text(value: Any) -> str:
    if not isinstance(value, (str, bool, int, float)):
        raise TypeError(f"{value!r} has no text of its own")
    return str(value)


FUNCTIONS: Mapping[Operator, Callable[..., Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
    Operator.NOT: _not,
    Operator.CONCAT: _concat,
    Operator.JOIN: _join,
    Operator.JOIN_PATH: _join_path,
    Operator.DIRNAME: _dirname,
    Operator.BASE64: _base64,
    Operator.JSON: _json,
}
"""All but `and` and `or`, which need not look at all of their operands."""
