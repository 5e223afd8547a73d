from __future__ import annotations

from typing import Any

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest, ModelVersionStatus
from tensorflow_serving.apis.model_management_pb2 import ReloadConfigRequest
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub

from pipeline_lib.serving.servables.model_config import ModelConfig
from tests.serving.grpc_api.running_server import RunningServer


@pytest.fixture
def stub(server: RunningServer) -> ModelServiceStub:
    return ModelServiceStub(server.channel)


def refused(call: Any, request: Any, code: grpc.StatusCode, text: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        call(request, timeout=20)
    assert (caught.value.code(), caught.value.details()) == (code, text)


def status_request(name: str, version: int | None = None) -> GetModelStatusRequest:
    request = GetModelStatusRequest()
    request.model_spec.name = name
    if version is not None:
        request.model_spec.version.value = version
    return request


@pytest.mark.parametrize("version", [None, 1])
def test_the_status_of_versions_is_told(stub: ModelServiceStub, version: int | None) -> None:
    response = stub.GetModelStatus(status_request("dense", version), timeout=20)
    (status,) = response.model_version_status
    assert (status.version, status.state) == (1, ModelVersionStatus.AVAILABLE)
    assert (status.status.error_code, status.status.error_message) == (0, "")


def test_unknown_models_and_versions_have_no_status(stub: ModelServiceStub) -> None:
    refused(
        stub.GetModelStatus,
        GetModelStatusRequest(),
        grpc.StatusCode.INVALID_ARGUMENT,
        "Missing ModelSpec",
    )
    refused(
        stub.GetModelStatus,
        status_request("nobody"),
        grpc.StatusCode.NOT_FOUND,
        "Could not find any versions of model nobody",
    )
    refused(
        stub.GetModelStatus,
        status_request("dense", 5),
        grpc.StatusCode.NOT_FOUND,
        "Could not find version 5 of model dense",
    )


def test_a_configuration_is_passed_on(server: RunningServer, stub: ModelServiceStub) -> None:
    request = ReloadConfigRequest()
    request.config.model_config_list.config.add(
        name="m", base_path="/models/m", model_platform="tensorflow"
    )
    response = stub.HandleReloadConfigRequest(request, timeout=20)
    assert (response.status.error_code, response.status.error_message) == (0, "")
    assert server.reloaded[-1] == (ModelConfig("m", "/models/m"),)


def test_a_configuration_can_be_refused(stub: ModelServiceStub) -> None:
    request = ReloadConfigRequest()
    refused(
        stub.HandleReloadConfigRequest,
        request,
        grpc.StatusCode.INVALID_ARGUMENT,
        "ServerModelConfig type not supported by HandleReloadConfigRequest."
        " Only ModelConfigList is currently supported",
    )
    request.config.model_config_list.config.add(
        name="m", base_path="/refused", model_platform="tensorflow"
    )
    refused(
        stub.HandleReloadConfigRequest,
        request,
        grpc.StatusCode.INVALID_ARGUMENT,
        "This configuration is refused",
    )


@pytest.mark.parametrize(
    "service",
    ["", "tensorflow.serving.PredictionService", "tensorflow.serving.ModelService"],
)
def test_the_server_and_its_services_are_healthy(server: RunningServer, service: str) -> None:
    health = HealthStub(server.channel)
    answer = health.Check(HealthCheckRequest(service=service), timeout=20)
    assert answer.status == HealthCheckResponse.SERVING
    (first, *_) = (next(iter(health.Watch(HealthCheckRequest(service=service), timeout=20))),)
    assert first.status == HealthCheckResponse.SERVING


def test_an_unknown_service_has_no_health(server: RunningServer) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        HealthStub(server.channel).Check(HealthCheckRequest(service="nobody"), timeout=20)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
