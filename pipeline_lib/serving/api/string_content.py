"""Strings in the bytes of a tensor: first the length of each, then all of them one after another.

Source: `DecodeStringList` of tensorflow/core/platform/tensor_coding.cc.
"""

from __future__ import annotations

import numpy as np

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.loader import Array

_LONGEST_VARINT = 5


def decode_strings(content: bytes, size: int) -> Array:
    """`size` strings as an array of `object`.

    Raises:
        ServingError: INVALID_ARGUMENT, the bytes do not hold that many strings.
    """
    if size > len(content):
        raise _refused(content, size)
    position = 0
    lengths = []
    for _ in range(size):
        length, position = _read_varint(content, position, size)
        lengths.append(length)
    if position + sum(lengths) != len(content):
        raise _refused(content, size)
    strings = np.empty(size, object)
    for index, length in enumerate(lengths):
        strings[index] = content[position : position + length]
        position += length
    return strings


def varint(value: int) -> bytes:
    """A number as protobuf writes it: seven bits a byte, the lowest first."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def _read_varint(content: bytes, start: int, size: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(content[start : start + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, start + index + 1
    raise _refused(content, size)


def _refused(content: bytes, size: int) -> ServingError:
    return ServingError(
        StatusCode.INVALID_ARGUMENT,
        f"A tensor cannot be read: its {len(content)} bytes of content do not hold {size} strings",
    )
