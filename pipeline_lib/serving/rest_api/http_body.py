"""The body of a request, within bounds.

Source of `Content-Encoding: gzip`: tensorflow_serving/util/net_http/server/internal/
evhttp_request.cc.
"""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_GZIP = 16 + zlib.MAX_WBITS
_DISCARDING_SECONDS = 1.0


class RefusedBodyError(Exception):
    """A body that is not read, or not to its end.

    Args:
        status: the HTTP status for it.
        message: the text for the client.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class DisconnectedError(Exception):
    """The client went away before its request was complete."""


async def read_body(scope: Scope, receive: Receive, max_bytes: int) -> bytes:
    """The whole body of a request, unpacked if it is gzip.

    Args:
        scope: the request, as ASGI has it.
        receive: gives the parts.
        max_bytes: the longest body, as it comes and as it is unpacked.

    Raises:
        RefusedBodyError: it is too long, or not the gzip that it says it is.
        DisconnectedError: the client went away.
    """
    packed = False
    for name, value in scope["headers"]:
        if name == b"content-length" and int(value) > max_bytes:
            raise _too_long(max_bytes)
        if name == b"content-encoding" and b"gzip" in value.lower():
            packed = True
    body = await _received(receive, max_bytes)
    return _unpacked(body, max_bytes) if packed else body


async def discard_body(scope: Scope, receive: Receive) -> None:
    """Read what is left of a refused body, for a second at most, and keep nothing of it.

    A connection that is closed while its client still sends is reset, and the client does not see
    why. One that asked first (`Expect: 100-continue`) has not sent anything.
    """
    if not any(name == b"expect" for name, _ in scope["headers"]):
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(_discarded(receive), _DISCARDING_SECONDS)


async def _discarded(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


async def _received(receive: Receive, max_bytes: int) -> bytes:
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        part = message.get("body", b"")
        length += len(part)
        if length > max_bytes:
            raise _too_long(max_bytes)
        if not message.get("more_body"):
            return b"".join([*parts, part]) if parts else part
        parts.append(part)


def _unpacked(body: bytes, max_bytes: int) -> bytes:
    unpacking = zlib.decompressobj(_GZIP)
    try:
        unpacked = unpacking.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise RefusedBodyError(400, f"Failed to uncompress the gzipped body: {error}") from None
    if len(unpacked) > max_bytes:
        raise _too_long(max_bytes)
    if not unpacking.eof:
        raise RefusedBodyError(400, "Failed to uncompress the gzipped body: it is cut short")
    return unpacked


def _too_long(max_bytes: int) -> RefusedBodyError:
    return RefusedBodyError(413, f"The request body is longer than {max_bytes} bytes")
