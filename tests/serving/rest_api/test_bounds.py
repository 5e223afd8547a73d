"""What no client can do: fill the memory, hold a request forever, stop the server."""

from __future__ import annotations

import asyncio
import gzip
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("tensorflow_serving")

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.rest_api import json_text, predict_request
from pipeline_lib.serving.rest_api.app import RestApp
from tests.serving.rest_api.running_server import RunningServer

PREDICT = "/v1/models/half_plus_two:predict"
GOOD = '{"instances": [2.0]}'
TOO_LONG = {"error": "The request body is longer than 2000000 bytes"}


def test_a_body_that_says_that_it_is_too_long(server: RunningServer) -> None:
    reply = server.raw(f"POST {PREDICT} HTTP/1.1\r\nContent-Length: 2000001\r\n\r\n".encode())
    assert reply.startswith(b"HTTP/1.1 413 ")
    assert reply.endswith(b'{"error": "The request body is longer than 2000000 bytes"}')


def test_a_client_that_sends_all_of_a_body_that_is_too_long_learns_why(
    server: RunningServer,
) -> None:
    reply = server.request("POST", PREDICT, b" " * 50_000_000)
    assert (reply.status, reply.json) == (413, TOO_LONG)


def test_a_body_that_turns_out_to_be_too_long(server: RunningServer) -> None:
    head = f"POST {PREDICT} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{2_000_001:x}\r\n"
    reply = server.raw(head.encode() + b" " * 2_000_001)
    assert reply.startswith(b"HTTP/1.1 413 ")
    assert reply.endswith(b'{"error": "The request body is longer than 2000000 bytes"}')


def test_a_body_that_is_too_long_when_unpacked(server: RunningServer) -> None:
    bomb = gzip.compress(b" " * 200_000_000, 9)
    assert len(bomb) < 200_000
    reply = server.request("POST", PREDICT, bomb, {"Content-Encoding": "gzip"})
    assert (reply.status, reply.json) == (413, TOO_LONG)


def test_a_body_of_just_the_allowed_length(server: RunningServer) -> None:
    assert server.post(PREDICT, GOOD.ljust(2_000_000)).json == {"predictions": [3.0]}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"no gzip", "Error -3 while decompressing data: incorrect header check"),
        (gzip.compress(GOOD.encode(), mtime=0)[:-9], "it is cut short"),
        (b"", "it is cut short"),
    ],
)
def test_a_body_that_is_not_the_gzip_it_says(
    server: RunningServer, body: bytes, fault: str
) -> None:
    reply = server.request("POST", PREDICT, body, {"Content-Encoding": "gzip"})
    message = f"Failed to uncompress the gzipped body: {fault}"
    assert (reply.status, reply.json) == (400, {"error": message})


def test_a_long_path(server: RunningServer) -> None:
    name = "n" * 30_000
    reply = server.get(f"/v1/models/{name}")
    assert (reply.status, reply.json) == (
        404,
        {"error": f"Could not find any versions of model {name}"},
    )


class Slow:
    """An `Inference` whose models never answer until they are let; the rest is the real one's."""

    def __init__(self, inference: Any) -> None:
        self.signatures = inference.signatures
        self.begun = threading.Event()
        self.error: Exception | None = None

    async def predict(self, *_: Any) -> Any:
        self.begun.set()
        if self.error is not None:
            raise self.error
        await asyncio.Event().wait()


class Requests:
    def __init__(self) -> None:
        self.ended: list[tuple[str, str, str, StatusCode]] = []
        self.one_ended = threading.Event()

    def request(
        self, model_name: str, api: str, entrypoint: str, status: StatusCode, seconds: float
    ) -> None:
        self.ended.append((model_name, api, entrypoint, status))
        self.one_ended.set()

    def examples(self, model_name: str, count: int) -> None:
        raise AssertionError("nobody classifies here")


@pytest.fixture
def slow(inference: Any) -> Slow:
    return Slow(inference)


@pytest.fixture
def requests() -> Requests:
    return Requests()


@pytest.fixture
def impatient(slow: Any, requests: Requests) -> Iterator[RunningServer]:
    """A server whose requests have half a second."""
    with RunningServer(RestApp(slow, observer=requests, timeout_s=0.5)) as running:
        yield running


def ended(status: StatusCode) -> tuple[str, str, str, StatusCode]:
    return ("half_plus_two", "predict", "REST", status)


def test_a_model_that_takes_too_long(impatient: RunningServer, requests: Requests) -> None:
    reply = impatient.post(PREDICT, GOOD)
    assert (reply.status, reply.json) == (504, {"error": "Timed out waiting for notification"})
    assert requests.ended == [ended(StatusCode.DEADLINE_EXCEEDED)]
    assert impatient.becomes_idle()


def test_a_body_that_never_ends(impatient: RunningServer, requests: Requests) -> None:
    head = f"POST {PREDICT} HTTP/1.1\r\nContent-Length: 100\r\n\r\n"
    reply = impatient.raw(head.encode() + b'{"instances"')
    assert reply.startswith(b"HTTP/1.1 408 ")
    assert reply.endswith(b'{"error": "Timed out waiting for the request body"}')
    assert requests.ended == [ended(StatusCode.INVALID_ARGUMENT)]
    assert impatient.becomes_idle()


def test_a_long_body_is_not_read_on_the_event_loop(
    impatient: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: list[threading.Thread] = []
    parse, arrays = json_text.parse_object, predict_request.arrays

    def parse_noting(body: bytes) -> Any:
        readers.append(threading.current_thread())
        return parse(body)

    def arrays_noting(*arguments: Any) -> Any:
        readers.append(threading.current_thread())
        return arrays(*arguments)

    monkeypatch.setattr(json_text, "parse_object", parse_noting)
    monkeypatch.setattr(predict_request, "arrays", arrays_noting)
    for rows in (10, 100_000):
        impatient.post(PREDICT, '{"instances": [' + "1," * rows + "1]}")
    loop, also_loop, *others = readers
    assert loop is also_loop
    assert len(others) == 2
    assert loop not in others


def test_a_client_that_goes_away(impatient: RunningServer, requests: Requests) -> None:
    head = f"POST {PREDICT} HTTP/1.1\r\nContent-Length: 100\r\n\r\n"
    impatient.raw(head.encode() + b'{"instances"', then_close=True)
    assert requests.one_ended.wait(10)
    assert requests.ended == [ended(StatusCode.CANCELLED)]
    assert impatient.becomes_idle()


def test_what_nobody_foresaw(
    impatient: RunningServer, slow: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    slow.error = ZeroDivisionError("secret")
    with caplog.at_level(logging.ERROR, logger="pipeline_lib.serving.rest_api.app"):
        reply = impatient.post(PREDICT, GOOD)
    assert (reply.status, reply.json) == (
        500,
        {"error": "Unexpected ZeroDivisionError; the server's log says more."},
    )
    assert [record.getMessage() for record in caplog.records] == [f"POST {PREDICT} failed"]
    assert caplog.records[0].exc_info is not None
    assert impatient.becomes_idle()


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("CANCELLED", 499),
        ("UNKNOWN", 500),
        ("INVALID_ARGUMENT", 400),
        ("DEADLINE_EXCEEDED", 504),
        ("NOT_FOUND", 404),
        ("ALREADY_EXISTS", 409),
        ("PERMISSION_DENIED", 403),
        ("RESOURCE_EXHAUSTED", 429),
        ("FAILED_PRECONDITION", 400),
        ("ABORTED", 409),
        ("OUT_OF_RANGE", 400),
        ("UNIMPLEMENTED", 501),
        ("INTERNAL", 500),
        ("UNAVAILABLE", 503),
        ("DATA_LOSS", 500),
    ],
)
def test_http_status_of_each_code(
    impatient: RunningServer, slow: Slow, requests: Requests, code: str, status: int
) -> None:
    slow.error = ServingError(StatusCode[code], "as told")
    reply = impatient.post(PREDICT, GOOD)
    assert (reply.status, reply.json) == (status, {"error": "as told"})
    assert requests.ended == [ended(StatusCode[code])]


def test_without_metrics_there_is_no_page(impatient: RunningServer) -> None:
    reply = impatient.get("/monitoring/prometheus/metrics")
    assert (reply.status, reply.json) == (404, {"error": "Not Found"})


def test_only_http_is_spoken(inference: Any) -> None:
    async def never() -> Any:
        raise AssertionError

    async def nothing(_: Any) -> None:
        raise AssertionError

    with pytest.raises(NotImplementedError) as caught:
        asyncio.run(RestApp(inference)({"type": "websocket"}, never, nothing))
    assert str(caught.value) == "this application speaks HTTP only, no websocket"
