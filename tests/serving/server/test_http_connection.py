"""What holds a connection without asking for anything, and what fills memory before it asks."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

pytest.importorskip("uvicorn")

from pipeline_lib.serving.server.http_connection import (
    MOST_HEAD_BYTES,
    BoundedHttpConnection,
)
from pipeline_lib.serving.server.rest_server import RestServer

TOO_LONG = b'{"error": "The first line and the headers of the request are longer than 65536 bytes"}'
GET = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """Answer once the whole body is there."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


@asynccontextmanager
async def connected(
    monkeypatch: pytest.MonkeyPatch, seconds: float = 60.0
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server whose clients have so many seconds for a request's head."""
    monkeypatch.setattr("pipeline_lib.serving.server.rest_server._KEEP_ALIVE_SECONDS", seconds)
    listening = socket.create_server(("127.0.0.1", 0))
    server = RestServer(hello, listening, None, 0.1)
    await server.start()
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        await server.stop()


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"GET /", b"x" * 999),
        (b"GET / HTTP/1.1\r\na: ", b"x" * 999),
        (b"GET / HTTP/1.1", b"\r\na:b"),
    ],
)
def test_a_head_without_an_end_is_refused(
    monkeypatch: pytest.MonkeyPatch, start: bytes, piece: bytes
) -> None:
    async def scenario() -> None:
        async with connected(monkeypatch) as (reader, writer):
            # One byte too many and none that stays unread, or the answer is lost in a reset.
            writer.write((start + piece * 20_000)[: MOST_HEAD_BYTES + 1])
            answer = await asyncio.wait_for(reader.read(), 30)
            assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
            assert answer.endswith(b"\r\n\r\n" + TOO_LONG)

    asyncio.run(scenario())


def test_a_head_that_comes_byte_by_byte_is_not_waited_for_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scenario() -> None:
        async with connected(monkeypatch, 0.2) as (reader, writer):
            sending = asyncio.ensure_future(_drops(writer))
            with contextlib.suppress(ConnectionResetError):
                assert await asyncio.wait_for(reader.read(), 30) == b""
            await asyncio.wait_for(sending, 30)

    asyncio.run(scenario())


async def _drops(writer: asyncio.StreamWriter) -> None:
    """Send one byte after another, until the other side has had enough."""
    writer.write(b"GET / HTTP/1.1\r\na: ")
    with contextlib.suppress(ConnectionError):
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)


def test_a_connection_that_asks_for_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with connected(monkeypatch, 0.1) as (reader, _):
            assert await asyncio.wait_for(reader.read(), 30) == b""

    asyncio.run(scenario())


def test_a_body_may_take_longer_than_a_head(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with connected(monkeypatch, 0.1) as (reader, writer):
            writer.write(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\na")
            await asyncio.sleep(0.3)
            writer.write(b"bc")
            assert (await asyncio.wait_for(reader.read(), 30)).startswith(b"HTTP/1.1 200 OK")

    asyncio.run(scenario())


def test_long_bodies_and_many_requests_are_no_long_head(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        body = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 300000\r\n\r\n" + b"x" * 300_000
        async with connected(monkeypatch) as (reader, writer):
            writer.write((body + GET * 3) * 3)
            received = b""
            while received.count(b"HTTP/1.1 200 OK") < 12:
                received += await asyncio.wait_for(reader.read(65536), 30)
            assert received.count(b"HTTP/1.1") == 12

    asyncio.run(scenario())


def test_a_wish_for_another_protocol_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with connected(monkeypatch) as (reader, writer):
            writer.write(GET.replace(b"host", b"connection: upgrade\r\nupgrade: h2c\r\nhost"))
            assert (await reader.readline()) == b"HTTP/1.1 200 OK\r\n"

    asyncio.run(scenario())
    assert caplog.text == ""
    assert issubclass(BoundedHttpConnection, asyncio.Protocol)


def test_requests_whose_answers_nobody_reads_are_not_read_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most = 0

    class Noting(BoundedHttpConnection):
        def data_received(self, data: bytes) -> None:
            nonlocal most
            super().data_received(data)
            most = max(most, len(self.pipeline))

    monkeypatch.setattr("pipeline_lib.serving.server.rest_server.BoundedHttpConnection", Noting)

    async def scenario() -> None:
        async with connected(monkeypatch) as (reader, writer):
            requests = 40_000
            last = GET.replace(b"host: a", b"connection: close")
            writer.write(GET * (requests - 1) + last)
            answers = await asyncio.wait_for(reader.read(), 50)
            assert answers.count(b"hello") == requests

    asyncio.run(scenario())
    # As many as come with one read: 256 KiB.
    assert 0 < most <= 2**18 // len(GET) + 1
