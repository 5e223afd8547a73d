"""The body of a `:classify` or `:regress` request: examples as objects of features.

Source: tensorflow_serving/util/json_tensor.cc (`FillClassifyRegressRequestFromJson`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from tensorflow.core.example.example_pb2 import Example
from tensorflow.core.example.feature_pb2 import Feature

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.rest_api.json_text import type_text, value_text
from pipeline_lib.serving.rest_api.json_values import base64_bytes, first_infinite, is_base64

_KINDS = {None: "UNKNOWN", "bytes_list": "bytes", "float_list": "float", "int64_list": "int64"}
_INFINITE_FLOAT = first_infinite(np.dtype(np.float32))


def serialized_examples(document: Mapping[str, Any]) -> list[bytes]:
    """The examples of a request as `tf.train.Example`s, each with the context's features.

    Raises:
        ServingError: INVALID_ARGUMENT, the document holds no examples.
    """
    context = b""
    if "context" in document:
        context = _example(document["context"])
    fault = ""
    if "examples" not in document:
        fault = "When method is classify, key 'examples' is expected and was not found"
    elif not isinstance(document["examples"], list):
        fault = "Expecting 'examples' value to be an list/array"
    elif not document["examples"]:
        fault = "'examples' value is an empty array"
    if fault:
        raise _invalid(f"JSON Value: {value_text(document)} {fault}")
    # Serialized messages that follow each other are read as one, with the fields of both.
    return [context + _example(one) for one in document["examples"]]


def _example(value: Any) -> bytes:
    if not isinstance(value, dict):
        raise _invalid(f"Example must be JSON object but got JSON {type_text(value)}")
    example = Example()
    for name, content in value.items():
        feature = example.features.feature[name]
        for element in content if isinstance(content, list) else [content]:
            _add(element, name, feature)
    return bytes(example.SerializeToString())


def _add(value: Any, name: str, feature: Feature) -> None:
    if isinstance(value, str):
        _of_kind(feature, name, "bytes_list").append(value.encode())
    elif is_base64(value):
        _of_kind(feature, name, "bytes_list").append(base64_bytes(value))
    elif isinstance(value, float):
        values = _of_kind(feature, name, "float_list")
        if _INFINITE_FLOAT <= abs(value) < float("inf"):
            raise _invalid(
                f"Cannot convert JSON value: {value_text(value)} to float"
                " without loss of precision."
            )
        values.append(value)
    elif isinstance(value, int):  # and booleans
        values = _of_kind(feature, name, "int64_list")
        if value >= 2**63:
            raise _invalid(f"Feature: {name} has uint64 element. Only int64 is supported.")
        values.append(int(value))
    else:
        raise _invalid(f"Feature: {name} has element with unexpected JSON type: {type_text(value)}")


def _of_kind(feature: Feature, name: str, kind: str) -> Any:
    """The list to which a value is added; the first value of a feature decides its kind."""
    present = feature.WhichOneof("kind")
    if present not in (None, kind):
        raise _invalid(
            f"Unexpected element type in feature: {name} expecting type: {_KINDS[present]}"
        )
    return getattr(feature, kind).value


def _invalid(message: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, message)
