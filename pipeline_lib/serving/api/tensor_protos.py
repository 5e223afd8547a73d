"""`TensorProto` to array and back, as TensorFlow's C++ does it.

A tensor comes either as bytes (`tensor_content`) or as a list of values (`float_val`, ...), which
may be shorter than the tensor: its last value then stands for all that are missing. Nothing that a
client can send makes this crash, or take more memory than the request itself by more than
`MAX_FILLED_BYTES`.

Source: tensorflow/core/framework/tensor.proto and tensor.cc (`FromProto`, `AsProtoField`).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.framework.tensor_shape_pb2 import TensorShapeProto

from pipeline_lib.serving.api.data_types import NUMPY_TYPES, STRING, DType, data_type
from pipeline_lib.serving.api.string_content import decode_strings, varint
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.loader import Array

MAX_FILLED_BYTES = 64 * 1024 * 1024
"""How large a tensor may be, in bytes, that is not sent in full but filled with its last value."""

_LARGEST_SIZE = 2**56
_LONGEST_KEPT_SHAPE = 64
_BOOL = 10
_HALVES = frozenset({14, 19})
_EIGHTHS = frozenset({24, 25})
_QUARTERS = frozenset({29, 30})
_COMPLEX = frozenset({8, 18})

_VALUE_FIELDS: Mapping[int, str] = {
    **dict.fromkeys((3, 4, 5, 6, 11, 12, 13, 15, 16, 17, 29, 30), "int_val"),
    **dict.fromkeys(_HALVES, "half_val"),
    **dict.fromkeys(_EIGHTHS, "float8_val"),
    1: "float_val",
    2: "double_val",
    STRING: "string_val",
    8: "scomplex_val",
    9: "int64_val",
    _BOOL: "bool_val",
    18: "dcomplex_val",
    22: "uint32_val",
    23: "uint64_val",
}

# Where the values on the wire are the array's own bytes, these are given to the message as they
# are: for a thousand values a hundred times as fast as adding one after another.
_LENGTH_DELIMITED = 2
_PACKED: Mapping[int, bytes] = {
    number: varint(TensorProto.DESCRIPTOR.fields_by_name[field].number << 3 | _LENGTH_DELIMITED)
    for number, field in _VALUE_FIELDS.items()
    if number in (1, 2, _BOOL, *_COMPLEX, *_EIGHTHS)
}


def to_array(tensor: TensorProto) -> Array:
    """The array that a tensor means, perhaps read-only and sharing memory with it.

    Raises:
        ServingError: INVALID_ARGUMENT, the message is no tensor; the text says why.
    """
    number = tensor.dtype
    dtype = NUMPY_TYPES.get(number)
    if dtype is None:
        raise _refused(f"tensors of data type {number} cannot be sent")
    shape, size = _shape(tensor.tensor_shape)
    content = tensor.tensor_content
    if not content:
        flat = _from_values(tensor, number, dtype, size)
    elif number == STRING:
        flat = decode_strings(content, size)
    else:
        flat = _from_content(content, number, dtype, size)
    try:
        return flat.reshape(shape)
    except ValueError:
        raise _refused(f"numpy has no arrays of shape {list(shape)}") from None


def to_tensor_proto(array: Array) -> TensorProto:
    """The tensor that holds an array, as a list of values (TensorFlow Serving's own choice).

    Raises:
        ServingError: INTERNAL, an array of that type has no place in a tensor.
    """
    tensor = TensorProto()
    fill_tensor_proto(tensor, array)
    return tensor


def fill_tensor_proto(tensor: TensorProto, array: Array) -> None:
    """Put an array into a tensor that is still empty; see `to_tensor_proto`."""
    number = data_type(array)
    if number is None:
        raise ServingError(
            StatusCode.INTERNAL, f"An output is an array of {array.dtype}, which no tensor can hold"
        )
    tag = _PACKED.get(number)
    packed = b""
    if tag is not None and array.size:
        content = array.tobytes()
        packed = tag + varint(len(content)) + content
    tensor.MergeFromString(_without_values(number, array.shape) + packed)
    if tag is None:
        getattr(tensor, _VALUE_FIELDS[number]).extend(_values(array, number))


@functools.lru_cache(1024)
def _without_values(number: int, shape: tuple[int, ...]) -> bytes:
    """A tensor's type and shape; those of a model's answers come again and again."""
    tensor = TensorProto(dtype=number)
    tensor.tensor_shape.SetInParent()  # a scalar's shape is there, and empty
    for size in shape:
        tensor.tensor_shape.dim.add().size = size
    serialized: bytes = tensor.SerializeToString()
    return serialized


def _shape(wire: TensorShapeProto) -> tuple[tuple[int, ...], int]:
    # To look at each dimension costs more than all the rest, and a few shapes come again and again.
    serialized = wire.SerializeToString()
    if len(serialized) <= _LONGEST_KEPT_SHAPE:
        return _kept_shape(serialized)
    return _checked_shape(wire)


@functools.lru_cache(1024)
def _kept_shape(serialized: bytes) -> tuple[tuple[int, ...], int]:
    return _checked_shape(TensorShapeProto.FromString(serialized))


def _checked_shape(wire: TensorShapeProto) -> tuple[tuple[int, ...], int]:
    shape = tuple(dimension.size for dimension in wire.dim)
    if wire.unknown_rank or (shape and min(shape) < 0):
        raise _refused("its shape is not known in full")
    size = math.prod(shape)
    if size > _LARGEST_SIZE:
        raise _refused("its shape is too large")
    return shape, size


def _from_content(content: bytes, number: int, dtype: DType, size: int) -> Array:
    if len(content) != size * dtype.itemsize:
        if not size:
            return np.empty(0, dtype)
        raise _refused(
            f"its content has {len(content)} bytes and its shape needs {size * dtype.itemsize}"
        )
    if number == _BOOL:
        truths = np.frombuffer(content, np.uint8)
        if truths.max() > 1:
            raise _refused("its content has bytes that are neither 0 nor 1")
        return truths.view(np.bool_)
    return np.frombuffer(content, dtype)


def _from_values(tensor: TensorProto, number: int, dtype: DType, size: int) -> Array:
    values = getattr(tensor, _VALUE_FIELDS[number])
    if number == STRING:
        array = np.empty(len(values), object)
        array[:] = values
    else:
        array = _numbers(values, number, dtype)
    return array if len(array) == size else _filled(array, size)


def _numbers(values: Any, number: int, dtype: DType) -> Array:
    if number in _HALVES:
        return np.array(values, np.int64).astype(np.uint16).view(dtype)
    if number in _EIGHTHS:
        return np.frombuffer(values, dtype)
    if number in _COMPLEX:
        parts = np.array(values, np.float32 if number == 8 else np.float64)
        return parts[: len(parts) // 2 * 2].view(dtype)
    if dtype.names:
        return np.array(values, np.int64).astype(dtype[0]).view(dtype)
    if dtype.itemsize < 4:
        return np.array(values, np.int64).astype(dtype)
    return np.fromiter(values, dtype, len(values))


def _filled(array: Array, size: int) -> Array:
    if not size:
        return array[:0]
    if len(array) > size:
        raise _refused(f"it has {len(array)} values and its shape needs {size}")
    if size * array.itemsize > MAX_FILLED_BYTES:
        raise _refused(
            f"it has {len(array)} values and its shape needs {size}, more than are filled in"
        )
    filled = np.empty(size, array.dtype)
    filled[: len(array)] = array
    if len(array):
        filled[len(array) :] = array[-1]
    else:
        filled[:] = b"" if array.dtype.hasobject else np.zeros((), array.dtype)
    return filled


def _values(array: Array, number: int) -> list[Any]:
    flat = array.ravel()
    if number in _HALVES:
        flat = flat.view(np.uint16)
    elif flat.dtype.names:
        flat = flat.view(flat.dtype[0])
    elif number in _QUARTERS:
        flat = flat.astype(np.int8)
    values: list[Any] = flat.tolist()
    if number == STRING:
        return [value.encode() if isinstance(value, str) else value for value in values]
    return values


def _refused(why: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, f"A tensor cannot be read: {why}")
