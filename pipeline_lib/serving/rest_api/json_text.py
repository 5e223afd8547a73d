"""JSON as TensorFlow Serving reads it, and JSON values as its error texts show them.

`NaN`, `Infinity` and `-Infinity` are numbers. The texts are RapidJSON's.
Source: tensorflow_serving/util/json_tensor.cc (`ParseJson`, `JsonValueToString`) and RapidJSON's
error/en.h.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np
import orjson

from pipeline_lib.serving.errors import ServingError, StatusCode

LONGEST_SHOWN = 2000
"""So many characters of a value are shown in an error, and then an ellipsis."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ERRORS = {  # Python's text of an error: RapidJSON's
    "Expecting value": "Invalid value.",
    "Expecting property name enclosed in double quotes": "Missing a name for object member.",
    "Expecting ':' delimiter": "Missing a colon after a name of object member.",
    "Extra data": "The document root must not be followed by other values.",
    "Unterminated string starting at": "Missing a closing quotation mark in string.",
    "Invalid \\escape": "Invalid escape character in string.",
    "Invalid \\uXXXX escape": "Incorrect hex digit after \\u escape in string.",
    "Invalid control character at": "Invalid encoding in string.",
}
_NUMBER_ERRORS = {
    ".": "Miss fraction part in number.",
    "e": "Miss exponent in number.",
    "E": "Miss exponent in number.",
}
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_LARGEST_FLOAT = float(np.finfo(np.float32).max)
_INDENTED = json.JSONEncoder(indent=4, ensure_ascii=False)


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body: numbers beyond 64 bits are `float`.

    Raises:
        ServingError: INVALID_ARGUMENT, it is not JSON, or not an object.
    """
    if not body:
        raise _invalid("JSON Parse error: The document is empty")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        value = _parse_slowly(body)
    if not isinstance(value, dict):
        raise _invalid(f"JSON Value: {value_text(value)} Is not object")
    return value


def value_text(value: Any) -> str:
    """A JSON value as error texts show it; cut where it is longer than `LONGEST_SHOWN`."""
    if isinstance(value, float):
        return _decimal_text(value)
    text = ""
    for part in _INDENTED.iterencode(value):
        text += part
        if len(text) > LONGEST_SHOWN:
            return text[:LONGEST_SHOWN] + "..."
    return text


def type_text(value: Any) -> str:
    """The name of a JSON value's type, as error texts show it."""
    if value is None or isinstance(value, bool):
        return {None: "Null", True: "True", False: "False"}[value]
    names = {dict: "Object", list: "Array", str: "String", int: "Number", float: "Number"}
    return names[type(value)]


def _parse_slowly(body: bytes) -> Any:
    """Parse what orjson does not take: `NaN`, `Infinity`, or an error to be told precisely."""
    start = len(_BYTE_ORDER_MARK) if body.startswith(_BYTE_ORDER_MARK) else 0
    try:
        text = body[start:].decode()
    except UnicodeDecodeError as error:
        raise _parse_error("Invalid encoding in string.", start + error.start) from None
    try:
        value = json.loads(text, parse_int=_number, parse_float=_number)
    except json.JSONDecodeError as error:
        offset = start + len(text[: error.pos].encode())
        raise _parse_error(_rapidjson_text(error, text), offset) from None
    except _TooBigNumberError as error:
        offset = start + body[start:].find(str(error).encode())
        raise _parse_error("Number too big to be stored in double.", offset) from None
    except RecursionError:
        raise _invalid("JSON Parse error: Lists or objects are nested too deep.") from None
    if "\\u" in text:
        _refuse_lone_surrogates(text, start)
    return value


class _TooBigNumberError(Exception):
    """A number whose text is the message is beyond the largest double."""


def _number(text: str) -> int | float:
    if len(text) < 22 and not ("." in text or "e" in text or "E" in text):
        number = int(text)
        if -(2**63) <= number < 2**64:
            return number
    decimal = float(text)
    if math.isinf(decimal):
        raise _TooBigNumberError(text)
    return decimal


def _refuse_lone_surrogates(text: str, start: int) -> None:
    for match in _TOKEN.finditer(text):
        if "\\u" in match[0]:
            try:
                json.loads(match[0]).encode()
            except UnicodeEncodeError:
                offset = start + len(text[: match.start()].encode())
                raise _parse_error("The surrogate pair in string is invalid.", offset) from None


def _rapidjson_text(error: json.JSONDecodeError, text: str) -> str:
    if not text.strip():
        return "The document is empty."
    if error.msg == "Expecting ',' delimiter":
        found = text[error.pos : error.pos + 1]
        if found in _NUMBER_ERRORS and text[error.pos - 1].isdigit():
            return _NUMBER_ERRORS[found]
        if _container(text[: error.pos]) == "{":
            return "Missing a comma or } after an object member."
        return "Missing a comma or ] after an array element."
    return _ERRORS.get(error.msg, "Unspecific syntax error.")


def _container(text: str) -> str:
    """The bracket that is open at the end of a text."""
    still_open: list[str] = []
    for token in _TOKEN.findall(text):
        if token in "[{":
            still_open.append(token)
        elif token in "]}":
            still_open.pop()
    return still_open[-1]


def _decimal_text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    kind, digits = (np.float32, 9) if abs(value) <= _LARGEST_FLOAT else (np.float64, 17)
    number = kind(value)
    text = f"{float(number):g}"
    if kind(text) != number:
        text = f"{float(number):.{digits}g}"
    return text if "." in text or "e" in text else f"{text}.0"


def _parse_error(text: str, offset: int) -> ServingError:
    return _invalid(f"JSON Parse error: {text} at offset: {offset}")


def _invalid(message: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, message)
