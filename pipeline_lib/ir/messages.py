"""Any protobuf message as a plain mapping, and back: how authors' messages travel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import json_format


def message_to_mapping(message: Any) -> dict[str, Any]:
    """Any protobuf message as a plain mapping with the message's own field names."""
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


def message_of_fields(fields: Mapping[str, Any] | str, message_class: Any) -> Any:
    """A protobuf message of a mapping of its fields, or of its JSON text.

    Raises:
        ValueError: the message has no such fields, or the text is no JSON.
    """
    message = message_class()
    try:
        if isinstance(fields, str):
            return json_format.Parse(fields, message)
        return json_format.ParseDict(dict(fields), message)
    except json_format.ParseError as error:
        raise ValueError(str(error)) from error
