"""No bytes from a client stop the server or make it answer that it is at fault."""

from __future__ import annotations

import http.client
import json
import random
import time
from collections import Counter
from collections.abc import Callable

import pytest

pytest.importorskip("tensorflow_serving")

from tests.serving.rest_api.running_server import RunningServer

SECONDS = 3.0
BODIES = [
    b'{"instances": [1.0, 2.0, 5.0]}',
    b'{"signature_name": "serving_default", "inputs": {"x": [[1, 2], [3, 4]]}}',
    b'{"instances": [{"weight": 0.5, "count": 4}, {"count": 20, "weight": NaN}]}',
    b'{"inputs": [{"b64": "/w=="}, "\\u00e9", "\\ud83d\\ude00"]}',
    b'{"signature_name": "regress_x_to_y", "context": {"x": 1.0}, "examples": [{"x": 2.5}, {}]}',
    b'{"signature_name": "classify_x_to_classes", "examples": [{"x": [Infinity]}]}',
]
PIECES = [
    b"[", b"]", b"{", b"}", b",", b":", b'"', b"\\", b"\\u", b"\\ud800", b"\x00", b"\xff", b"\xc3",
    b"NaN", b"-Infinity", b"null", b"true", b"1e999", b"-0", b"1e-400", b"99999999999999999999",
    b"16777217", b'{"b64": "x"}', b"[" * 2000, b"\xef\xbb\xbf", b'"instances"', b'"inputs"', b"\n",
]  # fmt: skip
PATHS = ["half_plus_two", "two_by_two", "strings", "dense", "none", "half_plus_two/versions/1"]
SEGMENTS = [
    "/", "/v1", "/v1/", "models", "/half_plus_two", "/versions/", "1", "-1", "9" * 30, "/labels/",
    "stable", ":predict", ":classify", "/metadata", "%2e%2e", "..", "%00", "%ff", "%", "?", "a=b",
    "//", ";", "~", "n" * 3000, "%C3%A4",
]  # fmt: skip


def broken_body(chance: random.Random) -> bytes:
    body = bytearray(chance.choice(BODIES))
    for _ in range(chance.randint(0, 4)):
        start = chance.randrange(len(body) + 1)
        end = min(len(body), start + chance.choice([0, 0, 1, 1, 5]))
        body[start:end] = chance.choice([*PIECES, b"", bytes([chance.randrange(256)])])
    return bytes(body)


def random_value(chance: random.Random, depth: int = 0) -> object:
    kind = chance.randrange(9 if depth < 5 else 7)
    if kind == 7:
        return [random_value(chance, depth + 1) for _ in range(chance.randint(0, 3))]
    if kind == 8:
        names = ["x", "b64", "weight", "count", "text", "", "ä"]
        return {chance.choice(names): random_value(chance, depth + 1) for _ in range(2)}
    return [None, True, chance.randint(-(2**70), 2**70), chance.random(), "a", float("nan"), 3][
        kind
    ]


def whole_document(chance: random.Random) -> bytes:
    keys = ["instances", "inputs", "examples", "context", "signature_name"]
    document = {key: random_value(chance) for key in chance.sample(keys, chance.randint(1, 3))}
    return json.dumps(document).encode()


def asked_by_body(chance: random.Random) -> tuple[str, str, bytes]:
    body = chance.choice([broken_body, broken_body, whole_document])(chance)
    method = chance.choice(["predict", "predict", "classify", "regress"])
    return "POST", f"/v1/models/{chance.choice(PATHS)}:{method}", body


def asked_by_path(chance: random.Random) -> tuple[str, str, bytes]:
    path = "/v1/models" * chance.randint(0, 1)
    path += "".join(chance.choice(SEGMENTS) for _ in range(chance.randint(1, 6)))
    method = chance.choice(["GET", "GET", "POST", "POST", "PUT", "HEAD", "OPTIONS", "TRACE"])
    return method, path if path.startswith("/") else "/" + path, chance.choice([b"", *BODIES])


@pytest.mark.parametrize("asked", [asked_by_body, asked_by_path])
def test_no_request_is_the_servers_fault(
    server: RunningServer,
    asked: Callable[[random.Random], tuple[str, str, bytes]],
    record_property: Callable[[str, object], None],
) -> None:
    chance = random.Random(20260101)
    statuses: Counter[int] = Counter()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and statuses.total() < 20_000:
        method, path, body = asked(chance)
        connection.request(method, path, body)
        response = connection.getresponse()
        answer = response.read()
        statuses[response.status] += 1
        if response.status != 200 and method != "HEAD":
            assert list(json.loads(answer)) == ["error"], (method, path, body)
        # 501: TRACE is no method of this API.
        assert response.status < 500 or method == "TRACE", (method, path, body, answer)
    connection.close()
    record_property("requests", statuses.total())
    print(f"{statuses.total()} requests: {dict(sorted(statuses.items()))}")  # noqa: T201
    assert statuses[200] > 0
    assert statuses[400] > 0
    reply = server.post("/v1/models/half_plus_two:predict", '{"instances": [2.0]}')
    assert reply.json == {"predictions": [3.0]}


def test_no_bytes_on_the_wire_stop_the_server(server: RunningServer) -> None:
    chance = random.Random(20260102)
    head = b"POST /v1/models/half_plus_two:predict HTTP/1.1\r\nContent-Length: 20\r\n\r\n"
    until = time.monotonic() + SECONDS / 2
    while time.monotonic() < until:
        sent = bytearray(head + b'{"instances": [2.0]}')
        for _ in range(chance.randint(1, 6)):
            sent[chance.randrange(len(sent))] = chance.randrange(256)
        server.raw(bytes(sent), then_close=True)
    reply = server.post("/v1/models/half_plus_two:predict", '{"instances": [2.0]}')
    assert reply.json == {"predictions": [3.0]}
