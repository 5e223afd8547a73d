from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

import grpc
import pytest
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from pipeline_lib.serving.errors import StatusCode
from pipeline_lib.serving.servables.handles import Handle
from pipeline_lib.serving.servables.loader import Array, Signature, TensorSpec
from pipeline_lib.serving.servables.servable import ModelReference, ServableId, VersionStatus
from tests.serving.grpc_api.running_server import RunningServer


class BrokenServable:
    """A servable with a bug, whose calls wait until they may go on."""

    signatures: Mapping[str, Signature] = {
        "serving_default": Signature("m", {}, {"y": TensorSpec("y:0", 1, ())})
    }

    def __init__(self) -> None:
        self.runs = 0
        self.called = threading.Event()
        self.may_go_on = threading.Event()

    def run(
        self, signature_name: str, inputs: Mapping[str, Array], outputs: Sequence[str] = ()
    ) -> dict[str, Array]:
        self.runs += 1
        self.called.set()
        self.may_go_on.wait(20)
        raise ZeroDivisionError("a bug")

    def close(self) -> None:
        pass


class OneServable:
    def __init__(self, servable: BrokenServable) -> None:
        self.servable = servable

    def handle(self, reference: ModelReference) -> AbstractContextManager[Handle]:
        return nullcontext(Handle(ServableId("m", 1), self.servable))

    def statuses(self, name: str, version: int | None = None) -> tuple[VersionStatus, ...]:
        return ()


@pytest.fixture
def broken() -> BrokenServable:
    return BrokenServable()


@pytest.fixture
def server(broken: BrokenServable) -> Iterator[RunningServer]:
    with RunningServer(OneServable(broken)) as running:
        yield running
        broken.may_go_on.set()


@pytest.fixture
def request_() -> PredictRequest:
    request = PredictRequest()
    request.model_spec.name = "m"
    return request


def test_a_bug_is_an_internal_error_and_logged(
    server: RunningServer,
    broken: BrokenServable,
    request_: PredictRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken.may_go_on.set()
    with caplog.at_level(logging.ERROR), pytest.raises(grpc.RpcError) as caught:
        PredictionServiceStub(server.channel).Predict(request_, timeout=20)
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert caught.value.details() == (
        "Predict failed: ZeroDivisionError; the server's log says more"
    )
    assert server.observed.requests == [("m", "Predict", "GRPC", StatusCode.INTERNAL)]
    (record,) = [record for record in caplog.records if record.message == "Predict failed"]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ZeroDivisionError)


def test_a_call_whose_deadline_has_passed_is_not_run(
    server: RunningServer, broken: BrokenServable, request_: PredictRequest
) -> None:
    free = threading.Event()
    broken.may_go_on.set()
    server.in_loop(lambda: free.wait(20))
    stub = PredictionServiceStub(server.channel)
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(request_, timeout=0.2)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    free.set()
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(request_, timeout=20)
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert broken.runs == 1


def test_other_calls_go_on_while_a_model_is_slow(
    server: RunningServer, broken: BrokenServable, request_: PredictRequest
) -> None:
    stub = PredictionServiceStub(server.channel)
    slow = stub.Predict.future(request_, timeout=20)
    assert broken.called.wait(20)
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(PredictRequest(), timeout=20)
    assert caught.value.details() == "Missing ModelSpec"
    assert not slow.done()
    broken.may_go_on.set()
    assert slow.code() is grpc.StatusCode.INTERNAL
