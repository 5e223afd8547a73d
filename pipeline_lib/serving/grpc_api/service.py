"""What a gRPC server needs in order to be a model server."""

from __future__ import annotations

from collections.abc import Mapping

import grpc
from grpc_health.v1.health import SERVICE_NAME as HEALTH_SERVICE
from grpc_health.v1.health import aio as health_aio
from grpc_health.v1.health_pb2 import HealthCheckResponse
from tensorflow_serving.apis.classification_pb2 import ClassificationRequest
from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataRequest
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest
from tensorflow_serving.apis.inference_pb2 import MultiInferenceRequest
from tensorflow_serving.apis.model_management_pb2 import ReloadConfigRequest
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.regression_pb2 import RegressionRequest

from pipeline_lib.serving.api.inference import Inference
from pipeline_lib.serving.grpc_api import model_service, prediction_service
from pipeline_lib.serving.grpc_api.health import health_handler
from pipeline_lib.serving.grpc_api.model_service import ModelService, Reload
from pipeline_lib.serving.grpc_api.prediction_service import PredictionService
from pipeline_lib.serving.grpc_api.unary import unary_handler
from pipeline_lib.serving.monitoring import RequestObserver

SERVICES = (prediction_service.SERVICE, model_service.SERVICE)
"""The full names of the services whose health is told, besides that of the whole server (`""`)."""


async def add_services(
    server: grpc.aio.Server,
    inference: Inference,
    reload: Reload,
    observer: RequestObserver | None = None,
) -> health_aio.HealthServicer:
    """Add PredictionService, ModelService and health checking to a server, before its start.

    Args:
        server: a server of `grpc.aio`.
        inference: answers requests for models.
        reload: changes what is served.
        observer: is told of the calls to Predict, Classify and Regress, as TensorFlow Serving
            counts these.

    Returns:
        The health of the server and its services, all SERVING. Its `enter_graceful_shutdown` says
        NOT_SERVING for good: what a server does that is about to stop.
    """
    health = health_aio.HealthServicer()
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(
                prediction_service.SERVICE,
                _prediction_handlers(PredictionService(inference, observer), observer),
            ),
            grpc.method_handlers_generic_handler(
                model_service.SERVICE, _model_handlers(ModelService(inference, reload))
            ),
            health_handler(health),
        )
    )
    for name in ("", *SERVICES, HEALTH_SERVICE):
        await health.set(name, HealthCheckResponse.SERVING)
    return health


def _prediction_handlers(
    service: PredictionService, observer: RequestObserver | None
) -> Mapping[str, grpc.RpcMethodHandler]:
    return {
        "Predict": unary_handler("Predict", PredictRequest, service.predict, observer),
        "Classify": unary_handler("Classify", ClassificationRequest, service.classify, observer),
        "Regress": unary_handler("Regress", RegressionRequest, service.regress, observer),
        "MultiInference": unary_handler(
            "MultiInference", MultiInferenceRequest, service.multi_inference
        ),
        "GetModelMetadata": unary_handler(
            "GetModelMetadata", GetModelMetadataRequest, service.get_model_metadata
        ),
    }


def _model_handlers(service: ModelService) -> Mapping[str, grpc.RpcMethodHandler]:
    return {
        "GetModelStatus": unary_handler(
            "GetModelStatus", GetModelStatusRequest, service.get_model_status
        ),
        "HandleReloadConfigRequest": unary_handler(
            "HandleReloadConfigRequest", ReloadConfigRequest, service.reload_config
        ),
    }
