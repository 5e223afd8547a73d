"""One JSON value as a tensor, with TensorFlow Serving's checks and texts.

A list of plain values becomes an array at once. Where that cannot be exact, or something is wrong,
the value is walked element by element, as TensorFlow Serving does.
Source: tensorflow_serving/util/json_tensor.cc (`FillTensorProto`, `GetDenseTensorShape`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from pipeline_lib.serving.api import data_types
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.rest_api import json_values
from pipeline_lib.serving.rest_api.json_text import value_text
from pipeline_lib.serving.servables.loader import Array

MOST_DIMENSIONS = 32
"""numpy's limit."""


def whole_tensor(value: Any, data_type: int) -> Array:
    """A JSON value, a list of lists or a single one, as a tensor.

    Args:
        value: what `json_text.parse_object` gave.
        data_type: number of the type in `tensorflow.DataType`.

    Raises:
        ServingError: INVALID_ARGUMENT, the value is no such tensor; UNIMPLEMENTED, JSON cannot
            express that type.
    """
    array = _at_once(value, data_type)
    if array is not None:
        return array
    shape = nested_shape(value, MOST_DIMENSIONS)
    return joined(flat_values(value, shape, data_type), shape, data_type)


def nested_shape(value: Any, most_dimensions: int) -> tuple[int, ...]:
    """The shape that the first element of each list tells.

    Raises:
        ServingError: INVALID_ARGUMENT, lists are nested deeper than that.
    """
    shape: list[int] = []
    while isinstance(value, list):
        if len(shape) == most_dimensions:
            raise _invalid(
                f"Encountered list at unexpected level: {len(shape)} expected < {len(shape)}"
            )
        shape.append(len(value))
        value = value[0] if value else None
    return tuple(shape)


def flat_values(value: Any, shape: tuple[int, ...], data_type: int) -> list[Any]:
    """The elements of a JSON value that has the shape, each checked and made fit for the type."""
    values: list[Any] = []
    _fill(values, value, 0, shape, json_values.converter(data_type))
    return values


def joined(values: list[Any], shape: tuple[int, ...], data_type: int) -> Array:
    """The array of elements that `flat_values` gave."""
    array = np.empty(len(values), data_types.NUMPY_TYPES[data_type])
    array[:] = values
    return array.reshape(shape)


def _at_once(value: Any, data_type: int) -> Array | None:
    """The tensor of a plain list, or `None` where elements must be looked at one by one."""
    flattened = _flattened(value) if isinstance(value, list) else None
    if flattened is None:
        return None
    values, shape = flattened
    types = set(map(type, values))
    array: Array | None = None
    if data_type == data_types.STRING:
        if types <= {str}:
            array = joined([text.encode() for text in values], shape, data_type)
    elif data_type == json_values.BOOL:
        if types <= {bool}:
            array = np.array(values, np.bool_)
    elif data_type in json_values.FLOATS:
        array = _floats(values, types, data_types.NUMPY_TYPES[data_type])
    elif data_type in json_values.INTEGERS:
        array = _integers(values, types, data_types.NUMPY_TYPES[data_type])
    return None if array is None else array.reshape(shape)


def _flattened(value: list[Any]) -> tuple[list[Any], tuple[int, ...]] | None:
    """The elements of a list of lists that is not ragged, and its shape."""
    shape = [len(value)]
    while value and type(value[0]) is list:
        size = len(value[0])
        if len(shape) == MOST_DIMENSIONS or set(map(type, value)) != {list}:
            return None
        if set(map(len, value)) != {size}:
            return None
        shape.append(size)
        value = list(itertools.chain.from_iterable(value))
    return value, tuple(shape)


def _floats(values: list[Any], types: set[type], wanted: data_types.DType) -> Array | None:
    if not types <= {int, float}:
        return None
    bound = (
        json_values.largest_exact_integer(wanted) + 1
        if int in types
        else json_values.first_infinite(wanted)
    )
    if values and not (max(values) < bound and min(values) > -bound):
        return None  # an integer may be too large to be exact, or a number infinite
    return np.array(values, wanted)


def _integers(values: list[Any], types: set[type], wanted: data_types.DType) -> Array | None:
    if not types <= {int}:
        return None
    info = np.iinfo(wanted)
    if values and not (max(values) <= int(info.max) and min(values) >= int(info.min)):
        return None
    return np.array(values, wanted)


def _fill(
    values: list[Any],
    value: Any,
    level: int,
    shape: tuple[int, ...],
    convert: Callable[[Any], Any],
) -> None:
    rank = len(shape)
    if not isinstance(value, list):
        if level != rank:
            raise _invalid(
                f"JSON Value: {value_text(value)} found at incorrect level: {level + 1}"
                f" in the JSON DOM. Expected at level: {rank}"
            )
        values.append(convert(value))
        return
    if level >= rank:
        raise _invalid(f"Encountered list at unexpected level: {level} expected < {rank}")
    if len(value) != shape[level]:
        raise _invalid(
            f"Encountered list at unexpected size: {len(value)} at level: {level}"
            f" expected size: {shape[level]}"
        )
    for element in value:
        _fill(values, element, level + 1, shape, convert)


def _invalid(message: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, message)
