"""Checks of the options that an author gives to a node."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

from pipeline_lib import ir
from pipeline_lib.errors import AuthoringError

_SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGT]i?)?B?")
_FACTORS = {"": 1} | {
    f"{letter}{suffix}": base**power
    for power, letter in enumerate("KMGT", start=1)
    for suffix, base in (("", 1000), ("i", 1024))
}
_AUTHORS_WORD = {"max_retries": "retries"}
_MAY_BE_NEGATIVE = {"priority"}


def checked_options(where: str, *, memory: int | str, **given: Any) -> ir.NodeOptions:
    """The options as they go into the IR.

    Args:
        where: whose options they are, as a message names it.
        memory: bytes, or a size such as `"8Gi"`.
        given: the other fields of `ir.NodeOptions`.

    Raises:
        AuthoringError: a number is negative or of the wrong type, or the size cannot be read.
    """
    values = {**given, "memory": _bytes(memory, where)}
    declared = {part.name: part.type for part in fields(ir.NodeOptions)}
    for name, value in values.items():
        if value is not None:
            _check(name, value, str(declared[name]), where)
    return ir.NodeOptions(**values)


def _check(name: str, value: Any, declared: str, where: str) -> None:
    word = _AUTHORS_WORD.get(name, name)
    accepted = {"int": (int,), "float": (int, float)}.get(declared, (bool,))
    is_bool = isinstance(value, bool)
    if not isinstance(value, accepted) or (is_bool and bool not in accepted):
        expected = {"int": "a whole number", "float": "a number"}.get(declared, "True or False")
        raise AuthoringError(f"{where}: option {word!r} takes {expected}, got {value!r}.")
    if not is_bool and value < 0 and name not in _MAY_BE_NEGATIVE:
        raise AuthoringError(f"{where}: option {word!r} cannot be negative, got {value!r}.")


def _bytes(size: int | str, where: str) -> int:
    if not isinstance(size, str):
        return size
    parts = _SIZE.fullmatch(size.strip())
    if parts is None:
        raise AuthoringError(
            f"{where}: option 'memory' takes bytes or a size such as '512Mi' or '8Gi', "
            f"got {size!r}."
        )
    return int(float(parts[1]) * _FACTORS[parts[2] or ""])
