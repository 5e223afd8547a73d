"""Python values in ML Metadata's messages."""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format
from ml_metadata.proto import metadata_store_pb2 as mlmd

_STRUCT_VALUE = "__value__"
"""Key under which TFX puts a JSON value that is no object into a struct."""


def set_value(message: mlmd.Value, value: Any) -> None:
    """Fill an ML Metadata value; what is no scalar becomes a struct, as TFX does it."""
    match value:
        case bool():
            message.bool_value = value
        case int():
            message.int_value = value
        case float():
            message.double_value = value
        case str():
            message.string_value = value
        case _:
            set_struct(message, value)


def set_struct(message: mlmd.Value, value: Any) -> None:
    """Fill an ML Metadata value with a struct, whatever the JSON value is."""
    struct = value if isinstance(value, dict) else {_STRUCT_VALUE: value}
    json_format.ParseDict(struct, message.struct_value)


def get_value(message: mlmd.Value) -> Any:
    """The Python value in an ML Metadata value."""
    kind = message.WhichOneof("value")
    if kind is None:
        return None
    if kind != "struct_value":
        return getattr(message, kind)
    struct = _with_integers(json_format.MessageToDict(message.struct_value))
    return struct[_STRUCT_VALUE] if set(struct) == {_STRUCT_VALUE} else struct


def _with_integers(value: Any) -> Any:
    """The value with integral numbers as `int`: a struct knows only floating-point numbers."""
    match value:
        case dict():
            return {key: _with_integers(item) for key, item in value.items()}
        case list():
            return [_with_integers(item) for item in value]
        case float() if value.is_integer():
            return int(value)
    return value
