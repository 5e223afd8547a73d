"""Tensors as TensorFlow writes them into files: type, shape and values."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

_TYPES: Mapping[int, tuple[str, str]] = {
    1: ("float32", "f"),
    2: ("float64", "d"),
    3: ("int32", "i"),
    4: ("uint8", "B"),
    5: ("int16", "h"),
    6: ("int8", "b"),
    7: ("string", ""),
    9: ("int64", "q"),
    10: ("bool", "?"),
    14: ("bfloat16", ""),
    19: ("float16", "e"),
    22: ("uint32", "I"),
    23: ("uint64", "Q"),
}
"""Name of each `tensorflow.DataType`, and how `struct` reads one."""

_FIELDS = ("float_val", "double_val", "int_val", "int64_val", "bool_val", "string_val")


def type_name(dtype: int) -> str:
    """Name of a `tensorflow.DataType`."""
    return _TYPES.get(dtype, (f"type {dtype}", ""))[0]


def shape_text(shape: Any) -> str:
    """`? x 4`; `scalar` where there is no dimension."""
    if shape.unknown_rank:
        return "any"
    return " x ".join("?" if dim.size < 0 else str(dim.size) for dim in shape.dim) or "scalar"


def values(tensor: Any) -> list[Any]:
    """The tensor's values, flat."""
    given = next((list(getattr(tensor, name)) for name in _FIELDS if getattr(tensor, name)), [])
    code = _TYPES.get(tensor.dtype, ("", ""))[1]
    if given or not code:
        # One value stands for all where they are equal.
        return given * (_size(tensor) if len(given) == 1 else 1)
    return [one for (one,) in struct.iter_unpack(f"<{code}", tensor.tensor_content)]


def _size(tensor: Any) -> int:
    size = 1
    for dim in tensor.tensor_shape.dim:
        size *= dim.size
    return size
