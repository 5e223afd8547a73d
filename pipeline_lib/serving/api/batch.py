"""Putting the inputs of several requests together, and taking the outputs apart again."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.loader import Array


def row_count(inputs: Mapping[str, Array]) -> int:
    """The size of the dimension along which requests are put together, the first of each input.

    Raises:
        ServingError: INVALID_ARGUMENT, the inputs have no such dimension in common.
            Source: tensorflow_serving/batching/batching_util.h.
    """
    if not inputs:
        raise _invalid("Batching Run() must have at least one input tensor")
    if not all(array.ndim for array in inputs.values()):
        raise _invalid("Batching Run() input tensors must have at least one dimension")
    sizes = {array.shape[0] for array in inputs.values()}
    if len(sizes) > 1:
        raise _invalid("Batching Run() input tensors must have equal 0th-dimension size")
    return int(sizes.pop())


def kind(inputs: Mapping[str, Array], any_length: bool) -> Hashable:
    """What the inputs of two requests must have in common to be put together.

    Args:
        inputs: of one request.
        any_length: sizes of dimensions may differ, for they are padded.
    """
    return tuple(
        (name, array.dtype.str, array.ndim if any_length else array.shape[1:])
        for name, array in sorted(inputs.items())
    )


def slices(inputs: Mapping[str, Array], sizes: Sequence[int]) -> list[dict[str, Array]]:
    """Cut the rows of one request into parts of these sizes."""
    ends = np.cumsum(sizes)
    return [
        {name: array[end - size : end] for name, array in inputs.items()}
        for size, end in zip(sizes, ends, strict=True)
    ]


def merge(requests: Sequence[Mapping[str, Array]], rows: int, pad: bool) -> dict[str, Array]:
    """One request made of many.

    Args:
        requests: all of one kind.
        rows: so many rows in all; what lacks is filled with the first row of the last request.
        pad: fill shorter dimensions up to the longest of all requests.
    """
    return {name: _merged([one[name] for one in requests], rows, pad) for name in requests[0]}


def split(outputs: Mapping[str, Array], sizes: Sequence[int], rows: int) -> list[dict[str, Array]]:
    """The part of the outputs that belongs to each request; the rows that were filled are dropped.

    Raises:
        ServingError: FAILED_PRECONDITION, the model does not give a row for each row.
            Source: tensorflow_serving/batching/batching_session.cc.
    """
    for array in outputs.values():
        if not array.ndim:
            raise _unfit("Batched output tensor has 0 dimensions")
        if array.shape[0] != rows:
            raise _unfit(
                "Batched output tensor's 0th dimension does not equal the sum of the 0th dimension "
                "sizes of the input tensors"
            )
    return slices(outputs, sizes)


def _merged(arrays: list[Array], rows: int, pad: bool) -> Array:
    if pad:
        longest = np.max([array.shape for array in arrays], axis=0)
        arrays = [_padded(array, longest) for array in arrays]
    missing = rows - sum(array.shape[0] for array in arrays)
    if missing:
        # TensorFlow Serving's choice: it is a row that the model can surely take.
        row = next(array[:1] for array in reversed(arrays) if array.shape[0])
        arrays = [*arrays, np.repeat(row, missing, axis=0)]
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _padded(array: Array, longest: Array) -> Array:
    """Filled up to these sizes, but for the first, with the array's first element."""
    missing = [(0, 0), *((0, wanted - size) for wanted, size in _beyond_rows(longest, array))]
    if not any(after for _, after in missing):
        return array
    if not array.size:
        raise _invalid("padding values for tensors with 0 elements is not supported")
    return np.pad(array, missing, constant_values=array.flat[0])


def _beyond_rows(longest: Array, array: Array) -> list[tuple[int, int]]:
    return [(int(a), b) for a, b in zip(longest[1:], array.shape[1:], strict=True)]


def _invalid(message: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, message)


def _unfit(message: str) -> ServingError:
    return ServingError(StatusCode.FAILED_PRECONDITION, message)
