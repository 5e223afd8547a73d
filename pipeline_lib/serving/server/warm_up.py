"""Playing a model's warm-up requests, before anybody else may call it.

The first call of a signature takes TensorFlow far longer than those after it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

from tensorflow_serving.apis.classification_pb2 import ClassificationRequest
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog
from tensorflow_serving.apis.regression_pb2 import RegressionRequest

from pipeline_lib.serving.api.model_inference import ModelInference
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.grpc_api.prediction_service import PredictionService
from pipeline_lib.serving.servables.handles import Handle
from pipeline_lib.serving.servables.loader import Array, Servable
from pipeline_lib.serving.servables.servable import ModelReference, ServableId, VersionStatus
from pipeline_lib.serving.servables.warmup import warm_up_requests

_RequestT = TypeVar("_RequestT", PredictRequest, ClassificationRequest, RegressionRequest)


class WarmUpObserver(Protocol):
    """Is told of warm-ups."""

    def warmup(self, model_path: str, status: StatusCode, seconds: float) -> None:
        """The model at `model_path` was warmed up, or could not be."""


def warming_up(observer: WarmUpObserver) -> Callable[[Servable, str], None]:
    """What plays the requests that lie in a version's directory, and tells how it went."""

    def warm_up(servable: Servable, path: str) -> None:
        start = time.perf_counter()
        status = StatusCode.OK
        requests = 0
        try:
            for request in warm_up_requests(path):
                requests += 1
                asyncio.run(_play(request, servable))
        except ServingError as error:
            status = error.code
            raise
        finally:
            if requests or status is not StatusCode.OK:
                observer.warmup(path, status, time.perf_counter() - start)

    return warm_up


async def _play(log: PredictionLog, servable: Servable) -> None:
    """Answer one request, which need not name the model; a record without one does nothing.

    Source: tensorflow_serving/servables/tensorflow/saved_model_warmup.cc (`RunWarmupRequest`).
    """
    service = PredictionService(ModelInference(_OnlyServable(servable), _CallsHere()))
    kind = log.WhichOneof("log_type")
    if kind == "predict_log":
        await service.predict(_naming_a_model(log.predict_log.request))
    elif kind == "classify_log":
        await service.classify(_naming_a_model(log.classify_log.request))
    elif kind == "regress_log":
        await service.regress(_naming_a_model(log.regress_log.request))
    elif kind == "multi_inference_log":
        await service.multi_inference(log.multi_inference_log.request)
    elif kind is not None:
        number = PredictionLog.DESCRIPTOR.fields_by_name[kind].number
        raise ServingError(StatusCode.UNIMPLEMENTED, f"Unsupported log_type for warmup: {number}")


def _naming_a_model(request: _RequestT) -> _RequestT:
    request.model_spec.name = request.model_spec.name or "the one that is loaded"
    return request


class _OnlyServable:
    """Means the version that is loaded, whatever a request names. Implements `Servables`."""

    def __init__(self, servable: Servable) -> None:
        self._handle = Handle(ServableId("", 0), servable)

    @contextmanager
    def handle(self, reference: ModelReference) -> Iterator[Handle]:
        yield self._handle

    def statuses(self, name: str, version: int | None = None) -> tuple[VersionStatus, ...]:
        return ()


class _CallsHere:
    """Calls the model in this thread, which is the one that loads. Implements `ModelCalls`."""

    async def run(
        self,
        handle: Handle,
        signature_name: str,
        inputs: Mapping[str, Array],
        outputs: Sequence[str] = (),
    ) -> dict[str, Array]:
        return handle.servable.run(signature_name, inputs, outputs)
