"""Types of parameters, and whether a value fits."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from typing import Any

from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.pipeline import ParameterType


class ModuleFile(str):
    """Type of a parameter that holds the path of the user's Python file.

    The file and the modules beside it that it imports travel with the pipeline by content.
    """


class InputPath(str):
    """Type of a parameter that holds the path or URI of data from outside the pipeline.

    The content at the path, not the path, decides whether a cached result can be used.
    """


_PARAMETER_TYPES: Mapping[object, ParameterType] = {
    int: ParameterType.INT,
    float: ParameterType.FLOAT,
    str: ParameterType.STRING,
    bool: ParameterType.BOOL,
    list: ParameterType.JSON,
    dict: ParameterType.JSON,
    ModuleFile: ParameterType.MODULE,
    InputPath: ParameterType.PATH,
}
_PYTHON_TYPES: Mapping[ParameterType, tuple[type, ...]] = {
    ParameterType.INT: (int,),
    ParameterType.FLOAT: (float, int),
    ParameterType.STRING: (str,),
    ParameterType.BOOL: (bool,),
    ParameterType.JSON: (list, dict, tuple, str, int, float, bool),
    ParameterType.MODULE: (str,),
    ParameterType.PATH: (str,),
}


def parameter_type(declared: object, where: str) -> ParameterType:
    """The parameter type that a Python type stands for.

    Raises:
        AuthoringError: no parameter can be of that type; the message begins with `where`.
    """
    found = _PARAMETER_TYPES.get(typing.get_origin(declared) or declared)
    if found is None:
        raise AuthoringError(
            f"{where} cannot be of type {declared!r}: "
            "int, float, str, bool, list and dict are allowed."
        )
    return found


def checked_value(value: Any, declared: ParameterType, where: str) -> Any:
    """`value` as it goes into the IR: messages as plain mappings, integers for floats as floats.

    Raises:
        AuthoringError: `value` is not of the declared type; the message begins with `where`.
    """
    if declared is ParameterType.JSON and hasattr(value, "DESCRIPTOR"):
        from pipeline_lib.ir.serde import message_to_mapping

        return message_to_mapping(value)
    is_bool = isinstance(value, bool) and bool not in _PYTHON_TYPES[declared]
    if is_bool or not isinstance(value, _PYTHON_TYPES[declared]):
        raise AuthoringError(
            f"{where} takes {declared.value}, got {value!r} of type {type(value).__name__}."
        )
    if declared is ParameterType.FLOAT:
        return float(value)
    if declared is ParameterType.JSON:
        return _plain(value, where)
    return str(value) if isinstance(value, str) else value


def _plain(value: Any, where: str) -> Any:
    """A JSON value with lists for tuples; refuses what JSON cannot say."""
    match value:
        case Mapping():
            return {_key(key, where): _plain(item, where) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item, where) for item in value]
        case None | bool() | int() | float() | str():
            return value
    if hasattr(value, "DESCRIPTOR"):
        from pipeline_lib.ir.serde import message_to_mapping

        return message_to_mapping(value)
    raise AuthoringError(
        f"{where} holds {value!r} of type {type(value).__name__}, which JSON cannot express."
    )


def _key(key: object, where: str) -> str:
    if not isinstance(key, str):
        raise AuthoringError(f"{where} has the key {key!r}; keys must be strings.")
    return key
