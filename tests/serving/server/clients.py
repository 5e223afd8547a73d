"""Asking a server by gRPC."""

from __future__ import annotations

from typing import Any

import grpc
import tensorflow as tf
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub


def predict_request(model: str, x: Any) -> PredictRequest:
    request = PredictRequest()
    request.model_spec.name = model
    request.inputs["x"].CopyFrom(tf.make_tensor_proto(x, tf.float32))
    return request


def predict(channel: grpc.Channel, model: str, x: Any, timeout: float = 30) -> Any:
    """The output `y` as a list."""
    answer = PredictionServiceStub(channel).Predict(predict_request(model, x), timeout=timeout)
    return tf.make_ndarray(answer.outputs["y"]).tolist()
