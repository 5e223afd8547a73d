"""The figures of a load test, and the load itself against a gRPC server that counts."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import numpy as np
import pytest

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.model_servers.load import Figures, Load, put_under_load
from pipeline_lib.serving.model_servers.requests import predict_request
from pipeline_lib.serving.servables.servable import ModelReference

REQUESTS = [
    predict_request(ModelReference("m"), {"x": np.zeros(1, np.float32)}, name)
    for name in ("one", "other")
]


class Counting(grpc.GenericRpcHandler):
    """Answers Predict with nothing, or with an error after so many; counts who is on the way."""

    def __init__(self) -> None:
        self.answered = self.on_the_way = self.most_on_the_way = 0
        self.fail_after = math.inf
        self._lock = threading.Lock()

    def service(self, details: Any) -> Any:
        return grpc.unary_unary_rpc_method_handler(self._answer)

    def _answer(self, payload: bytes, context: Any) -> bytes:
        with self._lock:
            self.answered += 1
            self.on_the_way += 1
            self.most_on_the_way = max(self.most_on_the_way, self.on_the_way)
            fails = self.answered > self.fail_after
        with self._lock:
            self.on_the_way -= 1
        if fails:
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too much")
        return b""


@pytest.fixture
def counting() -> Iterator[tuple[Counting, str]]:
    handler = Counting()
    server = grpc.server(ThreadPoolExecutor(8), handlers=(handler,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield handler, f"127.0.0.1:{port}"
    server.stop(None).wait()


def test_percentiles() -> None:
    figures = Figures(seconds=2.0, latencies_ms=[float(n) for n in range(100, 0, -1)])
    assert [figures.percentile_ms(p) for p in (50, 99, 100)] == [50.0, 99.0, 100.0]
    assert figures.requests_per_second == 50.0
    assert math.isnan(Figures().percentile_ms(50))
    assert Figures().requests_per_second == 0.0
    assert Figures(latencies_ms=[7.0]).percentile_ms(1) == 7.0


def test_as_many_as_are_answered(counting: tuple[Counting, str]) -> None:
    handler, address = counting
    figures = put_under_load(address, REQUESTS, Load(0.3, 4, None, 10.0))
    assert figures.failed == 0
    assert len(figures.latencies_ms) == handler.answered > 8
    assert 1 <= handler.most_on_the_way <= 4
    assert figures.seconds >= 0.3


def test_at_a_given_rate(counting: tuple[Counting, str]) -> None:
    handler, address = counting
    figures = put_under_load(address, REQUESTS, Load(0.5, 4, 40.0, 10.0))
    # Twenty are due in that time; a machine that is busy may not get to the last of them.
    assert 1 <= len(figures.latencies_ms) == handler.answered <= 20


def test_errors_are_counted(counting: tuple[Counting, str]) -> None:
    handler, address = counting
    handler.fail_after = 1
    figures = put_under_load(address, REQUESTS, Load(0.2, 1, None, 10.0))
    assert len(figures.latencies_ms) == 1
    assert figures.failed == handler.answered - 1
    assert isinstance(figures.first_error, ServingError)
    assert figures.first_error.code is StatusCode.RESOURCE_EXHAUSTED
    assert figures.first_error.message == "too much"
    assert figures.failed_signature == "other"
