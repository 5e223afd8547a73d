"""One JSON value as an element of a tensor: what each type takes, and how it refuses the rest.

Source: tensorflow_serving/util/json_tensor.cc (`AddValueToTensor`, `JsonDecodeBase64Object`).
"""

from __future__ import annotations

import base64
import binascii
import functools
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from pipeline_lib.serving.api import data_types
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.rest_api.json_text import type_text, value_text

FLOATS = (1, 2, 19)
"""The numbers of float, double and half."""

INTEGERS = (3, 4, 5, 6, 9, 17, 22, 23)
"""The numbers of the integers, signed and unsigned, of 8 to 64 bits."""

BOOL = 10
"""The number of bool."""

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


def is_base64(value: Any) -> bool:
    """Whether a value stands for bytes: an object of one text, `b64`."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("b64"), str)


def base64_bytes(value: Any) -> bytes:
    """The bytes that a `{"b64": ...}` object stands for; padding and blanks are as one likes.

    Raises:
        ServingError: INVALID_ARGUMENT, it is no such object, or not base64.
    """
    if not is_base64(value):
        raise _invalid(f"JSON Value: {value_text(value)} not formatted correctly for base64 data")
    text = re.sub(r"[ \t\r\n\f\v]", "", value["b64"])
    bare = text.rstrip("=")
    try:
        if not _BASE64.fullmatch(text):
            raise binascii.Error
        return base64.b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        raise _invalid("Unable to base64 decode") from None


@functools.cache
def first_infinite(wanted: data_types.DType) -> float:
    """The smallest double that is rounded to infinity.

    TensorFlow Serving refuses every double above the type's largest number, so that it does not
    read its own `3.40282347e+38` again.
    """
    info = np.finfo(wanted)
    return float(info.max) + 2.0 ** (info.maxexp - 2 - info.nmant)


@functools.cache
def largest_exact_integer(wanted: data_types.DType) -> int:
    """The largest integer that a float type takes: all bits of its mantissa are set."""
    return int(2 ** (np.finfo(wanted).nmant + 1)) - 1


def converter(data_type: int) -> Callable[[Any], Any]:
    """What makes a JSON value fit for a type, given by its number, or refuses it.

    It raises a `ServingError`: INVALID_ARGUMENT, the type does not take the value; UNIMPLEMENTED,
    JSON cannot express the type.
    """
    if data_type == data_types.STRING:
        return _text
    name = data_types.type_name(data_type)
    if data_type in FLOATS:
        wanted = data_types.NUMPY_TYPES[data_type]
        largest_integer, infinite = largest_exact_integer(wanted), first_infinite(wanted)
        return lambda value: _float(value, name, largest_integer, infinite)
    if data_type in INTEGERS:
        info = np.iinfo(data_types.NUMPY_TYPES[data_type])
        allowed = range(int(info.min), int(info.max) + 1)
        return lambda value: _integer(value, name, allowed)
    if data_type == BOOL:
        return _boolean
    return lambda value: _unimplemented(value, name)


def _float(value: Any, name: str, largest_integer: int, infinite: float) -> float:
    if type(value) is int:
        fits = abs(value) <= largest_integer
    elif type(value) is float:
        fits = not math.isfinite(value) or abs(value) < infinite
    else:
        raise _wrong_type(value, name)
    if not fits:
        raise _invalid(
            f"Cannot convert JSON value: {value_text(value)} to {name} without loss of precision."
        )
    return float(value)


def _integer(value: Any, name: str, allowed: range) -> int:
    if type(value) is not int or value not in allowed:
        raise _wrong_type(value, name)
    return value


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise _wrong_type(value, "bool")
    return value


def _text(value: Any) -> bytes:
    if isinstance(value, dict):
        return base64_bytes(value)
    if not isinstance(value, str):
        raise _wrong_type(value, "string")
    return value.encode()


def _unimplemented(value: Any, name: str) -> None:
    if isinstance(value, dict):
        raise _wrong_type(value, name)
    raise ServingError(
        StatusCode.UNIMPLEMENTED, f"Conversion of JSON Value: {value_text(value)} to type: {name}"
    )


def _wrong_type(value: Any, name: str) -> ServingError:
    return _invalid(
        f"JSON Value: {value_text(value)} Type: {type_text(value)} is not of expected type: {name}"
    )


def _invalid(message: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, message)
