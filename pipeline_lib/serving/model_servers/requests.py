"""Requests for a model, made once and sent any number of times, or put into a warm-up file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tensorflow.core.example.example_pb2 import Example
from tensorflow_serving.apis.classification_pb2 import ClassificationRequest
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog
from tensorflow_serving.apis.regression_pb2 import RegressionRequest

from pipeline_lib.serving.api.tensor_protos import fill_tensor_proto
from pipeline_lib.serving.servables.loader import Array
from pipeline_lib.serving.servables.servable import ModelReference

_LOGS = {"Predict": "predict_log", "Classify": "classify_log", "Regress": "regress_log"}


@dataclass(frozen=True)
class ModelRequest:
    """A request to `PredictionService`.

    Attributes:
        method: `Predict`, `Classify` or `Regress`.
        signature_name: the signature that it calls; empty for `serving_default`.
        message: the method's request message.
    """

    method: str
    signature_name: str
    message: Any

    def warmup_record(self) -> bytes:
        """The request as a record of a SavedModel's `assets.extra/tf_serving_warmup_requests`.

        Source: tensorflow_serving/apis/prediction_log.proto.
        """
        record = PredictionLog()
        getattr(record, _LOGS[self.method]).request.CopyFrom(self.message)
        serialized: bytes = record.SerializeToString()
        return serialized


def predict_request(
    reference: ModelReference,
    inputs: Mapping[str, Array],
    signature_name: str = "",
    outputs: Sequence[str] = (),
) -> ModelRequest:
    """A call of a signature with arrays; `outputs` names the wanted ones, all where it is empty."""
    message = PredictRequest(output_filter=outputs)
    _fill_model_spec(message.model_spec, reference, signature_name)
    for name, array in inputs.items():
        fill_tensor_proto(message.inputs[name], array)
    return ModelRequest("Predict", signature_name, message)


def classify_request(
    reference: ModelReference, examples: Sequence[bytes], signature_name: str = ""
) -> ModelRequest:
    """A classification of serialized examples."""
    return _examples_request(
        "Classify", ClassificationRequest(), reference, examples, signature_name
    )


def regress_request(
    reference: ModelReference, examples: Sequence[bytes], signature_name: str = ""
) -> ModelRequest:
    """A regression of serialized examples."""
    return _examples_request("Regress", RegressionRequest(), reference, examples, signature_name)


def _examples_request(
    method: str,
    message: Any,
    reference: ModelReference,
    examples: Sequence[bytes],
    signature_name: str,
) -> ModelRequest:
    _fill_model_spec(message.model_spec, reference, signature_name)
    message.input.example_list.examples.extend(Example.FromString(one) for one in examples)
    return ModelRequest(method, signature_name, message)


def _fill_model_spec(spec: Any, reference: ModelReference, signature_name: str) -> None:
    spec.name = reference.name
    spec.signature_name = signature_name
    if reference.version is not None:
        spec.version.value = reference.version
    if reference.label is not None:
        spec.version_label = reference.label
