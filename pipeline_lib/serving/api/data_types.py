"""The types of tensors: their numbers on the wire, their names in texts, and numpy's types.

Source: tensorflow/core/framework/types.proto and types.cc (`DataTypeString`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ml_dtypes
import numpy as np

DType = np.dtype[Any]
"""A type of numpy."""

STRING = 7
"""The number of `DT_STRING`: arrays of `object` whose elements are `bytes`."""

FLOAT = 1
"""The number of `DT_FLOAT`."""

NUMPY_TYPES: Mapping[int, DType] = {
    FLOAT: np.dtype(np.float32),
    2: np.dtype(np.float64),
    3: np.dtype(np.int32),
    4: np.dtype(np.uint8),
    5: np.dtype(np.int16),
    6: np.dtype(np.int8),
    STRING: np.dtype(object),
    8: np.dtype(np.complex64),
    9: np.dtype(np.int64),
    10: np.dtype(np.bool_),
    11: np.dtype([("qint8", np.int8)]),
    12: np.dtype([("quint8", np.uint8)]),
    13: np.dtype([("qint32", np.int32)]),
    14: np.dtype(ml_dtypes.bfloat16),
    15: np.dtype([("qint16", np.int16)]),
    16: np.dtype([("quint16", np.uint16)]),
    17: np.dtype(np.uint16),
    18: np.dtype(np.complex128),
    19: np.dtype(np.float16),
    22: np.dtype(np.uint32),
    23: np.dtype(np.uint64),
    24: np.dtype(ml_dtypes.float8_e5m2),
    25: np.dtype(ml_dtypes.float8_e4m3fn),
    29: np.dtype(ml_dtypes.int4),
    30: np.dtype(ml_dtypes.uint4),
}
"""numpy's type for each type that a request or a response can hold, by its number."""

_NUMBERS: Mapping[DType, int] = {dtype: number for number, dtype in NUMPY_TYPES.items()}

_NAMES: Mapping[int, str] = {
    **{number: str(dtype) for number, dtype in NUMPY_TYPES.items()},
    FLOAT: "float",
    2: "double",
    STRING: "string",
    19: "half",
    20: "resource",
    21: "variant",
    **{n: NUMPY_TYPES[n].descr[0][0] for n in (11, 12, 13, 15, 16)},
}


def data_type(array: np.ndarray[Any, Any]) -> int | None:
    """The number of an array's type in `tensorflow.DataType`; `None` if no tensor can have it."""
    return _NUMBERS.get(array.dtype)


def type_name(number: int | None) -> str:
    """How TensorFlow's texts name a type: `float`, `double`, `string`, `int64`, ..."""
    return _NAMES.get(number or 0, "unknown")


def enum_name(number: int | None) -> str:
    """How the enumeration names a type: `DT_FLOAT`, `DT_STRING`, ..."""
    return f"DT_{type_name(number).upper()}"
