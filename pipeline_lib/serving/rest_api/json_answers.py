"""Answers as JSON: predictions, classes, values, the state of a model, its signatures.

Numbers are written with as few digits as make them again; `NaN`, `Infinity` and `-Infinity` as
such, which is not JSON and is TensorFlow Serving's way.
Source: tensorflow_serving/util/json_tensor.cc (`MakeJsonFromTensors`, `MakeJsonFrom...Result`),
model_servers/http_rest_api_util.cc (`ToJsonString`).
"""

from __future__ import annotations

import base64
import itertools
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson

from pipeline_lib.serving.api import data_types
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.loader import Array, Signature, TensorSpec
from pipeline_lib.serving.servables.servable import ServableId, VersionStatus

_NUMPY = orjson.OPT_SERIALIZE_NUMPY
_NULL = re.compile(rb"null")


def predictions(outputs: Mapping[str, Array]) -> bytes:
    """The answer in row form: one value for each row, or an object where there are more outputs.

    Raises:
        ServingError: INVALID_ARGUMENT, the outputs are no rows, or of a type JSON cannot express.
    """
    rows = _row_count(outputs)
    if len(outputs) == 1:
        ((name, array),) = outputs.items()
        return b'{"predictions": ' + _array(array, name) + b"}"
    cells = {name: [_fragment(row, name) for row in array] for name, array in outputs.items()}
    objects = [{name: cells[name][row] for name in cells} for row in range(rows)]
    return b'{"predictions": ' + orjson.dumps(objects) + b"}"


def columns(outputs: Mapping[str, Array]) -> bytes:
    """The answer in column form: the output, or an object where there are more.

    Raises:
        ServingError: INVALID_ARGUMENT, an output has a type that JSON cannot express.
    """
    if len(outputs) == 1:
        ((name, array),) = outputs.items()
        return b'{"outputs": ' + _array(array, name) + b"}"
    tensors = {name: _fragment(array, name) for name, array in outputs.items()}
    return b'{"outputs": ' + orjson.dumps(tensors) + b"}"


def classes(examples: Sequence[Sequence[tuple[str, float]]]) -> bytes:
    """The answer to `:classify`: pairs of label and score for each example."""
    if not examples:
        raise _invalid("Cannot convert empty ClassificationResults to JSON")
    pairs = [[(label, _score(score)) for label, score in one] for one in examples]
    return b'{"results": ' + orjson.dumps(pairs, option=_NUMPY) + b"}"


def values(examples: Sequence[float]) -> bytes:
    """The answer to `:regress`: a number for each example."""
    if not examples:
        raise _invalid("Cannot convert empty RegressionResults to JSON")
    return b'{"results": ' + _array(np.array(examples, np.float32), "") + b"}"


def model_status(versions: Sequence[VersionStatus]) -> bytes:
    """The answer to a request for the state of a model."""
    return orjson.dumps(
        {
            "model_version_status": [
                {
                    "version": str(one.version),
                    "state": one.state.name,
                    "status": {
                        "error_code": one.error.code.name if one.error else "OK",
                        "error_message": one.error.message if one.error else "",
                    },
                }
                for one in versions
            ]
        }
    )


def model_metadata(model: ServableId, signatures: Mapping[str, Signature]) -> bytes:
    """The answer to a request for the signatures of a model."""
    definitions = {
        name: {
            "inputs": {key: _tensor_info(spec) for key, spec in signature.inputs.items()},
            "outputs": {key: _tensor_info(spec) for key, spec in signature.outputs.items()},
            "method_name": signature.method_name,
        }
        for name, signature in signatures.items()
    }
    return orjson.dumps(
        {
            "model_spec": {
                "name": model.name,
                "signature_name": "",
                "version": str(model.version),
            },
            "metadata": {"signature_def": {"signature_def": definitions}},
        }
    )


def error(message: str) -> bytes:
    """The body of an answer that is no success."""
    return json.dumps({"error": message}).encode()


def _row_count(outputs: Mapping[str, Array]) -> int:
    if not outputs:
        raise _invalid("Cannot convert empty tensor map to JSON")
    rows = -1
    for name, array in outputs.items():
        if array.ndim == 0:
            raise _invalid(f"Tensor name: {name} has no shape information ")  # theirs, the blank
        if rows not in (-1, len(array)):
            raise _invalid(
                f"Tensor name: {name} has inconsistent batch size: {len(array)} expecting: {rows}"
            )
        rows = len(array)
    return rows


def _fragment(array: Any, name: str) -> orjson.Fragment:
    return orjson.Fragment(_array(np.asarray(array), name))


def _array(array: Array, name: str) -> bytes:
    if array.dtype.kind in "OSU":
        return orjson.dumps(_texts(array, name.endswith("_bytes")))
    try:
        # orjson takes arrays of one dimension and more, row by row in memory.
        text = orjson.dumps(np.ascontiguousarray(array), option=_NUMPY)
    except TypeError:
        type_name = data_types.type_name(data_types.data_type(array))
        raise _invalid(f"Failed to write JSON value for tensor type: {type_name}") from None
    if b"null" in text:  # what orjson writes for numbers that JSON does not have
        numbers = map(_unknown_to_json, itertools.filterfalse(math.isfinite, array.flat))
        text = _NULL.sub(lambda _: next(numbers), text)
    return text[1:-1] if array.ndim == 0 else text


def _unknown_to_json(number: float) -> bytes:
    if math.isnan(number):
        return b"NaN"
    return b"Infinity" if number > 0 else b"-Infinity"


def _texts(array: Array, as_base64: bool) -> Any:
    spelled = np.empty(array.size, object)
    spelled[:] = [_text(one, as_base64) for one in array.flat]
    return spelled.reshape(array.shape).tolist()


def _text(value: bytes | str, as_base64: bool) -> str | dict[str, str]:
    raw = value.encode() if isinstance(value, str) else value
    if not as_base64:
        try:
            return raw.decode()
        except UnicodeDecodeError:  # JSON has no other way to hold it
            pass
    return {"b64": base64.b64encode(raw).decode()}


def _score(score: float) -> Any:
    return np.float32(score) if math.isfinite(score) else orjson.Fragment(_unknown_to_json(score))


def _tensor_info(spec: TensorSpec) -> dict[str, Any]:
    return {
        "dtype": data_types.enum_name(spec.dtype),
        "tensor_shape": {
            "dim": [{"size": str(size), "name": ""} for size in spec.shape or ()],
            "unknown_rank": spec.shape is None,
        },
        "name": spec.name,
    }


def _invalid(message: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, message)
