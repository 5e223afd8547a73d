"""The walk between the IR's dataclasses and the messages of `pipeline.proto`.

The schema's message, field and enum names are the dataclasses' names, so one short walk along
the message descriptors converts both ways; a new node field needs a line in each and none here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from typing import Any

from pipeline_lib.errors import InvalidPipelineError
from pipeline_lib.ir import (
    executors,
    expressions,
    inputs,
    kubernetes,
    node,
    pipeline,
    pipeline_pb2,
)
from pipeline_lib.ir.expressions import Literal

_CLASSES: Mapping[str, type] = {
    name: value
    for module in (expressions, inputs, executors, kubernetes, node, pipeline)
    for name, value in vars(module).items()
    if isinstance(value, type) and (is_dataclass(value) or issubclass(value, Enum))
}


def encode(value: Any, message: Any) -> Any:
    """Fill `message` with the dataclass `value`; the message."""
    if message.DESCRIPTOR.name == "Literal":
        return _encode_literal(value.value, message)
    if _is_union(message.DESCRIPTOR):
        member = _snake_case(type(value).__name__)
        getattr(message, member).SetInParent()
        encode(value, getattr(message, member))
        return message
    for name in message.DESCRIPTOR.fields_by_name:
        _encode_field(getattr(value, name), message, name)
    return message


def _encode_field(value: Any, message: Any, name: str) -> None:
    if value is None:
        return
    if isinstance(value, Mapping):
        entries = getattr(message, name)
        for key, item in value.items():
            if _is_scalar(item):
                entries[key] = _scalar(item)
            else:
                encode(item, entries[key])
    elif isinstance(value, tuple):
        items = getattr(message, name)
        for item in value:
            if _is_scalar(item):
                items.append(_scalar(item))
            else:
                encode(item, items.add())
    elif _is_scalar(value):
        setattr(message, name, _scalar(value))
    else:
        getattr(message, name).SetInParent()
        encode(value, getattr(message, name))


def _encode_literal(value: Any, message: Any) -> Any:
    match value:
        case None:
            pass
        case bool():
            message.bool_value = value
        case int():
            message.int_value = value
        case float():
            message.float_value = value
        case str():
            message.string_value = value
        case bytes():
            message.bytes_value = value
        case tuple():
            message.list_value.SetInParent()
            for item in value:
                _encode_literal(item, message.list_value.items.add())
        case Mapping():
            message.dict_value.SetInParent()
            for key, item in value.items():
                _encode_literal(item, message.dict_value.items[key])
    return message


def decode(message: Any) -> Any:
    """The dataclass that `message` stands for.

    Raises:
        InvalidPipelineError: it is of a kind that this release does not know, lacks a field, or
            describes what could not run.
    """
    descriptor = message.DESCRIPTOR
    if descriptor.name == "Literal":
        return Literal(_decode_literal(message))
    if _is_union(descriptor):
        member = message.WhichOneof("kind")
        if member is None:
            raise InvalidPipelineError(
                f"The pipeline holds an {descriptor.name} of a kind that this release does not "
                "know. Install a newer one."
            )
        return decode(getattr(message, member))
    values = {part.name: _decode_field(message, part) for part in descriptor.fields}
    _check_complete(descriptor.name, values)
    return _CLASSES[descriptor.name](**values)


def _check_complete(name: str, values: Mapping[str, Any]) -> None:
    for part in fields(_CLASSES[name]):
        required = part.default is MISSING and part.default_factory is MISSING
        if required and values[part.name] is None:
            raise InvalidPipelineError(
                f"The pipeline holds the message {name} without its field {part.name!r}."
            )


def _is_repeated(part: Any) -> bool:
    # protobuf 6 has it as a property, and warns of `label`; protobuf 4 has only `label`.
    repeated = getattr(part, "is_repeated", None)
    return bool(part.label == part.LABEL_REPEATED if repeated is None else repeated)


def _decode_field(message: Any, part: Any) -> Any:
    value = getattr(message, part.name)
    if part.message_type is not None and part.message_type.GetOptions().map_entry:
        item = part.message_type.fields_by_name["value"]
        return {key: _decode_item(value[key], item) for key in value}
    if _is_repeated(part):
        return tuple(_decode_item(item, part) for item in value)
    if part.has_presence and not message.HasField(part.name):
        return None
    return _decode_item(value, part)


def _decode_item(value: Any, part: Any) -> Any:
    if part.message_type is not None:
        return decode(value)
    if part.enum_type is not None:
        return _decode_enum(value, part.enum_type)
    return value


def _decode_enum(number: int, descriptor: Any) -> Any:
    for member in _CLASSES[descriptor.name]:  # type: ignore[attr-defined]
        if _number(member) == number:
            return member
    raise InvalidPipelineError(
        f"The pipeline holds the {descriptor.name} number {number}, which this release does not "
        "know. Install a newer one."
    )


def _decode_literal(message: Any) -> Any:
    kind = message.WhichOneof("value")
    if kind is None:
        return None
    if kind == "list_value":
        return [_decode_literal(item) for item in message.list_value.items]
    if kind == "dict_value":
        items = message.dict_value.items
        return {key: _decode_literal(items[key]) for key in sorted(items)}
    return getattr(message, kind)


def _is_union(descriptor: Any) -> bool:
    return "kind" in descriptor.oneofs_by_name


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (bool, int, float, str, bytes, Enum))


def _scalar(value: Any) -> Any:
    return _number(value) if isinstance(value, Enum) else value


def _number(member: Enum) -> int:
    enum = type(member).__name__
    name = f"{_snake_case(enum).upper()}_{member.name}"
    values = pipeline_pb2.DESCRIPTOR.enum_types_by_name[enum].values_by_name
    return int(values[name].number)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
