"""Turns of REST and gRPC on the event loop that both run on.

gRPC takes its calls one after the other, and each needs some rounds of the event loop to be taken,
a few more to be answered. uvicorn begins all requests that are there in each round. So many
requests over REST make the rounds long, and few calls of gRPC are taken in a second.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import grpc

from pipeline_lib.serving.rest_api.http_body import Receive, Scope, Send

_GRPC_SECONDS = 0.2
"""For so long after a call of gRPC another one is expected."""


class Turns:
    """Lets REST begin one request in a round of the event loop, while there are calls of gRPC.

    Without these all may begin: short rounds cost REST about a fifth of its rate.
    """

    def __init__(self) -> None:
        self._grpc_until = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()

    def grpc_called(self) -> None:
        """There is a call of gRPC."""
        self._grpc_until = asyncio.get_running_loop().time() + _GRPC_SECONDS

    async def wait(self) -> None:
        """Return when the next request of REST may begin."""
        loop = asyncio.get_running_loop()
        if not self._waiting and loop.time() >= self._grpc_until:
            return
        turn = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._next)
        self._waiting.append(turn)
        await turn

    def _next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                break
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._next)


class TakingTurns:
    """An ASGI application whose requests wait for their turns."""

    def __init__(
        self, app: Callable[[Scope, Receive, Send], Awaitable[None]], turns: Turns
    ) -> None:
        self._app = app
        self._turns = turns

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request when its turn is."""
        await self._turns.wait()
        await self._app(scope, receive, send)


class CallNotice(grpc.GenericRpcHandler):  # type: ignore[misc] # has no types
    """Tells of every call of gRPC, and handles none."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def service(self, handler_call_details: Any) -> None:
        """Tell."""
        self._turns.grpc_called()
