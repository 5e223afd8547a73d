"""What a client makes of answers that no model server gives."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.model_servers.rest_client import RestClient
from pipeline_lib.serving.servables.servable import VersionState


@contextmanager
def answering(answer: bytes) -> Iterator[tuple[RestClient, list[bytes]]]:
    """A client of a server that answers one request with these bytes, and what it was asked."""
    asked: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            asked.append(connection.recv(65536))
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=[listening])
        thread.start()
        yield RestClient(f"http://127.0.0.1:{listening.getsockname()[1]}", 10), asked
        thread.join(10)


def http(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", StatusCode.UNAVAILABLE),
        (b"", StatusCode.UNAVAILABLE),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{", StatusCode.UNAVAILABLE),
        (http(b"<html>"), StatusCode.UNAVAILABLE),
        (http(b"[]"), StatusCode.UNKNOWN),
        (http(b'{"model_version_status": [{"version": "one"}]}'), StatusCode.UNKNOWN),
    ],
)
def test_what_is_no_model_server_is_refused(answer: bytes, code: StatusCode) -> None:
    with answering(answer) as (client, _), pytest.raises(ServingError) as caught:
        client.statuses("m")
    assert caught.value.code is code
    assert caught.value.message


def test_a_name_is_escaped_and_an_unknown_code_is_unknown() -> None:
    body = b"""{"model_version_status": [{"version": "1", "state": "END",
        "status": {"error_code": "UNAUTHENTICATED", "error_message": "who?"}}]}"""
    with answering(http(body)) as (client, asked):
        (status,) = client.statuses("my model/2", 1)
    assert asked[0].startswith(b"GET /v1/models/my%20model%2F2/versions/1 HTTP/1.1\r\n")
    assert status.state is VersionState.END
    assert status.error is not None
    assert (status.error.code, status.error.message) == (StatusCode.UNKNOWN, "who?")
