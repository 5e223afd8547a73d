"""Types of parameters, and whether a value fits."""

from __future__ import annotations

import os
import typing
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.node import ParameterType

if TYPE_CHECKING:
    # A plain `str` is given for either, and is what a function gets.
    ModuleFile: TypeAlias = str
    InputPath: TypeAlias = str
else:

    class ModuleFile(str):
        """Type of a parameter that holds the path of the user's Python file.

        The file and the modules beside it that it imports travel with the pipeline by content.
        """

    class InputPath(str):
        """Type of a parameter that holds the path or URI of data from outside the pipeline.

        The content at the path, not the path, decides whether a cached result can be used.
        """


class ProtoMessage(Protocol):
    """A protobuf message, which is taken for a mapping of its fields."""

    @property
    def DESCRIPTOR(self) -> Any:
        """Of the message's type."""


_TYPES: Mapping[object, tuple[ParameterType, tuple[type, ...]]] = {
    int: (ParameterType.INT, (int,)),
    float: (ParameterType.FLOAT, (float, int)),
    str: (ParameterType.STRING, (str,)),
    bool: (ParameterType.BOOL, (bool,)),
    list: (ParameterType.LIST, (list, tuple)),
    dict: (ParameterType.DICT, (Mapping,)),
    ModuleFile: (ParameterType.MODULE, (str, os.PathLike)),
    InputPath: (ParameterType.PATH, (str, os.PathLike)),
}
"""For each type that a parameter can be declared with, its type in the IR and what is accepted."""


def parameter_type(declared: object, where: str) -> ParameterType:
    """The parameter type that a Python type stands for.

    Raises:
        AuthoringError: no parameter can be of that type; the message begins with `where`.
    """
    return _accepted(declared, where)[0]


def type_word(declared: object, where: str) -> str:
    """The declared type in a message."""
    return parameter_type(declared, where).value


def same_type(one: object, other: object) -> bool:
    """Whether a value of one declared type can stand for one of the other."""
    text = {str, InputPath}
    return _bare(one) is _bare(other) or {_bare(one), _bare(other)} <= text


def can_be_read_as(given: object, declared: object) -> bool:
    """Whether a run can make a value of the declared type from one of the other.

    Text is read as the JSON of a list or dict, 0 and 1 as false and true.
    """
    read = {list: str, dict: str, bool: int}
    return same_type(given, declared) or read.get(_bare(declared)) is _bare(given)


def checked_value(value: Any, declared: object, where: str) -> Any:
    """`value` as it goes into the IR: messages as plain mappings, integers for floats as floats.

    Raises:
        AuthoringError: `value` is not of the declared type; the message begins with `where`.
    """
    kind, accepted = _accepted(declared, where)
    plain = _plain_message(value) if kind.is_json else value
    is_bool = isinstance(plain, bool) and bool not in accepted
    if is_bool or not isinstance(plain, accepted):
        raise AuthoringError(
            f"{where} takes {type_word(declared, where)}, got {value!r} "
            f"of type {type(value).__name__}."
        )
    match kind:
        case ParameterType.FLOAT:
            return float(value)
        case ParameterType.MODULE | ParameterType.PATH:
            return os.fspath(value)
        case _:
            return plain_json(plain, where)


def plain_json(value: Any, where: str) -> Any:
    """A JSON value with lists for tuples and mappings for protobuf messages.

    Raises:
        AuthoringError: JSON cannot express it; the message begins with `where`.
    """
    match _plain_message(value):
        case Mapping() as mapping:
            return {_key(key, where): plain_json(item, where) for key, item in mapping.items()}
        case list() | tuple() as items:
            return [plain_json(item, where) for item in items]
        case int() if not -(2**63) <= value < 2**63:
            raise AuthoringError(f"{where} holds {value}, which does not fit into 64 bits.")
        case None | bool() | int() | float() | str() as scalar:
            return scalar
    raise AuthoringError(
        f"{where} holds {value!r} of type {type(value).__name__}, which JSON cannot express."
    )


def _accepted(declared: object, where: str) -> tuple[ParameterType, tuple[type, ...]]:
    found = _TYPES.get(_bare(declared))
    if found is None:
        raise AuthoringError(
            f"{where} cannot be of type {declared!r}: "
            "int, float, str, bool, list and dict are allowed."
        )
    return found


def _bare(declared: Any) -> Any:
    """`list` of `list[int]`."""
    return typing.get_origin(declared) or declared


def _plain_message(value: Any) -> Any:
    if not hasattr(value, "DESCRIPTOR"):
        return value
    from pipeline_lib.ir.messages import message_to_mapping

    return message_to_mapping(value)


def _key(key: object, where: str) -> str:
    if not isinstance(key, str):
        raise AuthoringError(f"{where} has the key {key!r}; keys must be strings.")
    return key
