"""Parameters that are declared with a protobuf message.

As in TFX an executor gets such a parameter as JSON text: `json_format.Parse(text, Input())`;
a function component gets the message.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline_lib.dsl.parameter_types import checked_value
from pipeline_lib.errors import AuthoringError


def is_message_class(declared: object) -> bool:
    """Whether it is the class of a protobuf message."""
    return isinstance(declared, type) and hasattr(declared, "DESCRIPTOR")


def held_type(declared: Any) -> Any:
    """Type of a parameter's value as it travels to the executor."""
    return str if is_message_class(declared) else declared


def checked_held_value(given: Any, declared: Any, where: str) -> Any:
    """What an author passed, as it travels to the executor: a message as its JSON text.

    Raises:
        AuthoringError: it is not of the declared type; the message begins with `where`.
    """
    if is_message_class(declared):
        return _message_text(given, declared, where)
    return checked_value(given, declared, where)


def _message_text(given: Any, declared: Any, where: str) -> Any:
    """A message, a mapping of its fields or its JSON text, as JSON text."""
    from pipeline_lib.ir.messages import message_of_fields, message_to_mapping

    if isinstance(given, declared):
        return json.dumps(message_to_mapping(given), sort_keys=True)
    if not isinstance(given, (Mapping, str)):
        raise AuthoringError(
            f"{where} takes a message {declared.__name__}, a mapping of its fields or its JSON "
            f"text, got {given!r} of type {type(given).__name__}."
        )
    try:
        message = message_of_fields(given, declared)
    except ValueError as error:
        raise AuthoringError(
            f"{where} takes a message {declared.__name__}, got {given!r}: {error}"
        ) from error
    return (
        given if isinstance(given, str) else json.dumps(message_to_mapping(message), sort_keys=True)
    )


def given_message(value: Any, declared: Any) -> Any:
    """What a function gets for the value of a parameter: a message for the text of one."""
    if value is None or not is_message_class(declared):
        return value
    from pipeline_lib.ir.messages import message_of_fields

    return message_of_fields(value, declared)
