"""`tfx.utils.proto_utils`: protobuf messages as JSON and as dicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from google.protobuf import json_format
from google.protobuf.message import Message

MessageT = TypeVar("MessageT", bound=Message)


def proto_to_json(proto: Message) -> str:
    """A message as JSON, with its own field names, sorted."""
    return str(json_format.MessageToJson(proto, sort_keys=True, preserving_proto_field_name=True))


def proto_to_dict(proto: Message) -> dict[str, Any]:
    """A message as a dict, with its own field names."""
    return dict(json_format.MessageToDict(proto, preserving_proto_field_name=True))


def json_to_proto(json_str: str, proto: MessageT) -> MessageT:
    """Read JSON into `proto`, which is returned; fields that it does not have are skipped."""
    parsed: MessageT = json_format.Parse(json_str, proto, ignore_unknown_fields=True)
    return parsed


def dict_to_proto(json_dict: Mapping[str, Any], proto: MessageT) -> MessageT:
    """Read a dict into `proto`, which is returned; fields that it does not have are skipped."""
    parsed: MessageT = json_format.ParseDict(dict(json_dict), proto, ignore_unknown_fields=True)
    return parsed
