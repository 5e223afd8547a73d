"""Examples as arrays that an ordinary signature takes: features by the names of its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef, TensorInfo

from pipeline_lib.errors import DataError, did_you_mean


def input_arrays(
    signature_name: str, signature: SignatureDef, examples: Sequence[tf.train.Example]
) -> list[dict[str, Any]]:
    """Arguments for calls of a signature: one call with all rows, where it takes any number.

    An example that lacks a value is left out.

    Raises:
        DataError: an input has the name of no feature, or the values do not fit it.
    """
    _require_features(signature_name, signature, examples)
    rows = [_row(signature_name, signature, one) for one in examples]
    complete = [row for row in rows if row is not None]
    if not complete:
        raise DataError(
            f"Signature {signature_name!r} cannot be called: none of the {len(examples)} examples "
            f"has a value of each of its inputs {sorted(signature.inputs)}. Take more by "
            "request_spec.num_examples."
        )
    return _batched(signature, complete)


def _batched(signature: SignatureDef, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All rows as one batch, if the signature takes one and all rows have the same shape."""
    takes_any = all(_takes_any_number(info) for info in signature.inputs.values())
    shapes = {tuple(row[name].shape for name in sorted(row)) for row in rows}
    if not takes_any or len(shapes) > 1:
        return rows
    return [{name: np.concatenate([row[name] for row in rows]) for name in rows[0]}]


def _takes_any_number(info: TensorInfo) -> bool:
    shape = info.tensor_shape
    return bool(shape.unknown_rank or (shape.dim and shape.dim[0].size < 0))


def _row(
    signature_name: str, signature: SignatureDef, example: tf.train.Example
) -> dict[str, Any] | None:
    """The inputs of one example, each as a batch of one; `None` if a value is missing."""
    row = {}
    for name, info in signature.inputs.items():
        values = _values(example, name)
        array = _shaped(signature_name, name, _array(signature_name, name, values, info), info)
        if array is None:
            return None
        row[name] = array
    return row


def _array(signature_name: str, name: str, values: Sequence[Any], info: TensorInfo) -> Any:
    """The values in the type of the input."""
    dtype = tf.dtypes.as_dtype(info.dtype)
    if dtype == tf.string or not values:
        return np.array(values, dtype.as_numpy_dtype)
    given = np.array(values)
    with np.errstate(over="ignore", invalid="ignore"):
        array = given.astype(dtype.as_numpy_dtype)
    exact = dtype.is_integer or dtype.is_bool
    changed = array != given if exact else np.isinf(array) & np.isfinite(given)
    if changed.any():
        value = given[changed][0].item()
        raise DataError(
            f"Signature {signature_name!r} cannot be called: its input {name!r} takes "
            f"{dtype.name}, which {value!r} of the feature of that name does not fit."
        )
    return array


def _values(example: tf.train.Example, name: str) -> Sequence[Any]:
    feature = example.features.feature
    if name not in feature:
        return ()
    kind = feature[name].WhichOneof("kind")
    return getattr(feature[name], kind).value if kind else ()


def _shaped(signature_name: str, name: str, array: Any, info: TensorInfo) -> Any:
    """The values in the shape of the input; `None` if there are none and it needs some."""
    wanted = [dimension.size for dimension in info.tensor_shape.dim]
    shape = [-1] if info.tensor_shape.unknown_rank else list(wanted)
    if wanted and shape[0] < 0:
        shape[0] = 1  # the batch
    free = [place for place, size in enumerate(shape) if size < 0]
    if not array.size and not free and 0 not in shape:
        return None
    for place in free[1:]:
        shape[place] = 1
    try:
        return array.reshape(shape)
    except ValueError:
        raise DataError(
            f"Signature {signature_name!r} cannot be called: feature {name!r} has {array.size} "
            f"values, its input takes the shape {wanted}."
        ) from None


def _require_features(
    signature_name: str, signature: SignatureDef, examples: Sequence[tf.train.Example]
) -> None:
    kinds = {
        name: feature.WhichOneof("kind")
        for example in examples
        for name, feature in example.features.feature.items()
        if feature.WhichOneof("kind")
    }
    existing = {name for example in examples for name in example.features.feature}
    for name, info in signature.inputs.items():
        if name not in existing:
            raise DataError(
                f"Signature {signature_name!r} cannot be called: the examples have no feature for "
                f"its input {name!r}.{did_you_mean(name, existing)}"
            )
        dtype = tf.dtypes.as_dtype(info.dtype)
        if name in kinds and not _fits(kinds[name], dtype):
            raise DataError(
                f"Signature {signature_name!r} cannot be called: its input {name!r} takes "
                f"{dtype.name}, and the feature of that name is a {kinds[name]}."
            )


def _fits(kind: str, dtype: tf.DType) -> bool:
    """Whether values of a feature can be values of a tensor without being changed."""
    if kind == "bytes_list":
        return bool(dtype == tf.string)
    if kind == "float_list":
        return bool(dtype.is_floating or dtype.is_complex)
    return bool(dtype.is_floating or dtype.is_complex or dtype.is_integer or dtype.is_bool)
