"""Asks a model server over gRPC: ours, TensorFlow Serving, or any that speaks its API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

import grpc
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.model_servers.answers import Answer, answer_of
from pipeline_lib.serving.model_servers.requests import (
    ModelRequest,
    classify_request,
    predict_request,
    regress_request,
)
from pipeline_lib.serving.servables.loader import Array
from pipeline_lib.serving.servables.servable import ModelReference, VersionState, VersionStatus

CHANNEL_OPTIONS = (
    # A server is asked while it starts: gRPC's own pauses grow to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 500),
    # Each client has its own connection, so that one which closes takes nobody else's with it.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # A proxy of the environment is for the world, not for a server that is told by its address.
    ("grpc.enable_http_proxy", 0),
)
"""How a channel to a model server is opened."""

DEFAULT_TIMEOUT_S = 30.0
"""Seconds that an answer may take where nobody says otherwise."""


class ModelServerClient:
    """A connection to one server; a context manager. Any number of threads may use it.

        with ModelServerClient("127.0.0.1:8500") as client:
            client.predict("penguin", {"x": np.zeros([1, 4], np.float32)})["logits"]

    Every method raises `ServingError` with the server's code and text, UNAVAILABLE where nobody
    answers and DEADLINE_EXCEEDED where the answer takes too long.

    Args:
        address: `HOST:PORT` of gRPC.
        timeout_s: seconds that an answer may take.
    """

    def __init__(self, address: str, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        self.address = address
        self._timeout_s = timeout_s
        self._channel = grpc.insecure_channel(address, options=CHANNEL_OPTIONS)
        predictions = PredictionServiceStub(self._channel)
        self._methods = {
            "Predict": predictions.Predict,
            "Classify": predictions.Classify,
            "Regress": predictions.Regress,
        }
        self._models = ModelServiceStub(self._channel)

    def __enter__(self) -> ModelServerClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def statuses(
        self, name: str, version: int | None = None, timeout_s: float | None = None
    ) -> tuple[VersionStatus, ...]:
        """How the versions of a model stand, or the one that is asked for."""
        request = GetModelStatusRequest()
        request.model_spec.name = name
        if version is not None:
            request.model_spec.version.value = version
        response = self._call(self._models.GetModelStatus, request, timeout_s)
        return tuple(_status(status) for status in response.model_version_status)

    def predict(
        self,
        name: str,
        inputs: Mapping[str, Array],
        signature_name: str = "",
        version: int | None = None,
        label: str | None = None,
        outputs: Sequence[str] = (),
    ) -> Mapping[str, Array]:
        """Call a signature with arrays; its outputs by name."""
        reference = ModelReference(name, version, label)
        return self.send(predict_request(reference, inputs, signature_name, outputs)).arrays

    def classify(
        self, name: str, examples: Sequence[bytes], signature_name: str = ""
    ) -> Mapping[str, Array]:
        """Classify serialized examples: `classes` and `scores`, a row for each."""
        request = classify_request(ModelReference(name), examples, signature_name)
        return self.send(request).arrays

    def regress(
        self, name: str, examples: Sequence[bytes], signature_name: str = ""
    ) -> Mapping[str, Array]:
        """Make a number of each serialized example: `outputs`."""
        return self.send(regress_request(ModelReference(name), examples, signature_name)).arrays

    def send(self, request: ModelRequest, timeout_s: float | None = None) -> Answer:
        """Send a request that is made already."""
        response = self._call(self._methods[request.method], request.message, timeout_s)
        return answer_of(response)

    def _call(self, method: Any, request: Any, timeout_s: float | None) -> Any:
        try:
            return method(request, timeout=self._timeout_s if timeout_s is None else timeout_s)
        except grpc.RpcError as error:
            raise serving_error(error) from error


def serving_error(error: Any) -> ServingError:
    """The error of a call, as the server meant it."""
    return ServingError(StatusCode(error.code().value[0]), error.details() or "")


def _status(status: Any) -> VersionStatus:
    error = None
    if status.status.error_code:
        error = ServingError(StatusCode(status.status.error_code), status.status.error_message)
    return VersionStatus(status.version, VersionState(status.state), error)
