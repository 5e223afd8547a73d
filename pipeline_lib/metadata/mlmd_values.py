"""Python values in ML Metadata's messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from google.protobuf import json_format, struct_pb2, wrappers_pb2
from ml_metadata.proto import metadata_store_pb2 as mlmd

_STRUCT_VALUE = "__value__"
"""Key under which TFX puts a JSON value that is no object into a struct."""

_EXACT_INTEGERS = 2**53
"""Up to here a floating-point number, which is all that a struct knows, holds each integer."""


def set_value(message: mlmd.Value, value: Any) -> None:
    """Fill an ML Metadata value; what is no scalar becomes a struct, as TFX does it.

    What a struct would change is packed.
    """
    match value:
        case bool():
            message.bool_value = value
        case int():
            message.int_value = value
        case float():
            message.double_value = value
        case str():
            message.string_value = value
        case _ if _is_kept_by_struct(value):
            set_struct(message, value)
        case _:
            pack(message, value)


def pack(message: mlmd.Value, value: Any) -> None:
    """Fill an ML Metadata value with JSON in a message that the store does not look into."""
    message.proto_value.Pack(wrappers_pb2.StringValue(value=json.dumps(value)))


def set_struct(message: mlmd.Value, value: Any) -> None:
    """Fill an ML Metadata value with a struct, whatever the JSON value is."""
    struct = value if isinstance(value, dict) else {_STRUCT_VALUE: value}
    json_format.ParseDict(struct, message.struct_value)


def get_value(message: mlmd.Value) -> Any:
    """The Python value in an ML Metadata value."""
    kind = message.WhichOneof("value")
    if kind is None:
        return None
    if kind == "proto_value":
        return _unpacked(message)
    if kind != "struct_value":
        return getattr(message, kind)
    struct = _fields(message.struct_value)
    return struct[_STRUCT_VALUE] if set(struct) == {_STRUCT_VALUE} else struct


def _fields(struct: struct_pb2.Struct) -> dict[str, Any]:
    return {key: _plain(value) for key, value in struct.fields.items()}


def _plain(value: struct_pb2.Value) -> Any:
    """A value of a struct, also an infinite number; integral numbers as `int`."""
    match value.WhichOneof("kind"):
        case "struct_value":
            return _fields(value.struct_value)
        case "list_value":
            return [_plain(item) for item in value.list_value.values]
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
    return None


def _unpacked(message: mlmd.Value) -> Any:
    """What was packed; of another tool's message, the message."""
    text = wrappers_pb2.StringValue()
    return json.loads(text.value) if message.proto_value.Unpack(text) else message.proto_value


def _is_kept_by_struct(value: Any) -> bool:
    match value:
        case Mapping():
            return set(value) != {_STRUCT_VALUE} and all(map(_is_kept_by_struct, value.values()))
        case list() | tuple():
            return all(map(_is_kept_by_struct, value))
        case bool():
            return True
        case int():
            return abs(value) <= _EXACT_INTEGERS
    return True
