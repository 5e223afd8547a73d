"""Parameters whose value only the run knows: `param=upstream.outputs["x"].future()[0].value`."""

from __future__ import annotations

from typing import Any

from pipeline_lib.dsl.parameter_types import ModuleFile, same_type, type_word
from pipeline_lib.dsl.placeholder import ValuePlaceholder
from pipeline_lib.dsl.placeholder_base import Placeholder
from pipeline_lib.dsl.placeholder_collections import future_value
from pipeline_lib.errors import AuthoringError


def checked_future_value(given: Any, declared: object, where: str) -> ValuePlaceholder:
    """What was given for a parameter as one future value.

    Args:
        given: a future value, or a list or dict that holds one.
        declared: type of the parameter.
        where: what messages begin with.

    Raises:
        AuthoringError: it is known now that it will not be of the declared type.
    """
    word = type_word(declared, where)
    if declared is ModuleFile:
        raise AuthoringError(
            f"{where} cannot be {given!r}: a user's module is read when the pipeline is compiled."
        )
    if isinstance(given, Placeholder) and not isinstance(given, ValuePlaceholder):
        raise AuthoringError(
            f"{where} takes {word}, got {given!r}, which is no value. "
            "Read its value, its uri or a property."
        )
    value = future_value(given, where)
    if not _can_be(value.value_type, declared):
        raise AuthoringError(f"{where} takes {word}, but {value!r} is {value.type_word}.")
    return value


def _can_be(value_type: type | None, declared: object) -> bool:
    if value_type is None or same_type(value_type, declared):
        return True
    return value_type is int and declared is float
