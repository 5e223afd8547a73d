"""`tensorflow.serving.ModelService`.

Source: tensorflow_serving/apis/model_service.proto; model_service_impl.cc and
get_model_status_impl.cc, for codes and texts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from tensorflow_serving.apis.get_model_status_pb2 import (
    GetModelStatusRequest,
    GetModelStatusResponse,
)
from tensorflow_serving.apis.model_management_pb2 import ReloadConfigRequest, ReloadConfigResponse

from pipeline_lib.serving.api.inference import Inference
from pipeline_lib.serving.errors import StatusCode
from pipeline_lib.serving.grpc_api.model_specs import asked_version, missing_model_spec
from pipeline_lib.serving.servables.config_file import model_configs_from_proto
from pipeline_lib.serving.servables.model_config import ModelConfig

SERVICE = "tensorflow.serving.ModelService"
"""The full name of the service."""

Reload = Callable[[Sequence[ModelConfig]], Awaitable[None]]
"""Serves these models from now on, and no others; done when they are up, or raises."""


class ModelService:
    """Answers the messages of the service; each method raises `ServingError`.

    Args:
        inference: knows how the versions stand.
        reload: changes what is served.
    """

    def __init__(self, inference: Inference, reload: Reload) -> None:
        self._inference = inference
        self._reload = reload

    async def get_model_status(self, request: GetModelStatusRequest) -> GetModelStatusResponse:
        """Tell how the versions of a model stand; a label is not looked at."""
        if not request.HasField("model_spec"):
            raise missing_model_spec()
        spec = request.model_spec
        version = asked_version(spec, self._inference)
        response = GetModelStatusResponse()
        for status in self._inference.statuses(spec.name, version):
            wire = response.model_version_status.add()
            wire.version = status.version
            wire.state = status.state.value
            wire.status.error_code = status.error.code.value if status.error else 0
            wire.status.error_message = status.error.message if status.error else ""
        return response

    async def reload_config(self, request: ReloadConfigRequest) -> ReloadConfigResponse:
        """Serve what a configuration says; a failure is the status of the call."""
        await self._reload(model_configs_from_proto(request.config))
        response = ReloadConfigResponse()
        response.status.error_code = StatusCode.OK.value
        return response
