"""An HTTP server on the running event loop."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from pipeline_lib.serving.server.http_connection import BoundedHttpConnection

_KEEP_ALIVE_SECONDS = 75
"""How long an idle connection stays: clients that keep connections expect about a minute."""


class RestServer:
    """Serves an ASGI application.

    Args:
        app: the application.
        listening: a bound socket.
        tls: makes it secure.
        drain_seconds: how long requests may take to finish at the end.
    """

    def __init__(
        self,
        app: Any,
        listening: socket.socket,
        tls: ssl.SSLContext | None,
        drain_seconds: float,
    ) -> None:
        config = uvicorn.Config(
            app,
            loop="none",
            http=BoundedHttpConnection,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=drain_seconds,  # type: ignore[arg-type] # it may be a float
        )
        config.load()
        config.ssl = tls
        self._server = _Server(config)
        self._socket = listening
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen."""
        self._serving = asyncio.ensure_future(self._server.serve([self._socket]))
        while not self._server.started and not self._serving.done():
            await asyncio.sleep(0.001)  # uvicorn sets a flag and wakes nobody
        if self._serving.done():
            self._serving.result()

    async def stop(self) -> None:
        """Take no more requests, and finish those that are there."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process, which has more to end than this server."""
        yield
