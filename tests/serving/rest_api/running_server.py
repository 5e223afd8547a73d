"""A real uvicorn in a thread, and plain HTTP requests to it."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple

import uvicorn

from pipeline_lib.serving.rest_api.app import RestApp


class Reply(NamedTuple):
    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class RunningServer:
    """Serves an application until the end of a `with` block."""

    def __init__(self, app: RestApp) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(app, http="httptools", loop="uvloop", log_config=None)
        config.ws, config.lifespan, config.access_log = "none", "off", False
        self._started = threading.Event()
        self._server = _Announced(config, self._started)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    def __enter__(self) -> RunningServer:
        self._thread.start()
        assert self._started.wait(30)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join(30)
        assert not self._thread.is_alive()

    def becomes_idle(self) -> bool:
        """Whether no request is left over after a while."""
        until = time.monotonic() + 10
        while self._server.server_state.tasks and time.monotonic() < until:
            time.sleep(0.005)  # uvicorn forgets a request just after its answer, and tells nobody
        return not self._server.server_state.tasks

    def request(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            raw = body.encode() if isinstance(body, str) else body
            connection.request(method, path, raw, dict(headers or {}))
            response = connection.getresponse()
            return Reply(response.status, response.read(), dict(response.getheaders()))
        finally:
            connection.close()

    def get(self, path: str) -> Reply:
        return self.request("GET", path)

    def post(self, path: str, body: bytes | str) -> Reply:
        return self.request("POST", path, body)

    def raw(self, sent: bytes, then_close: bool = False) -> bytes:
        """Send bytes as they are; all that comes until the server closes the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(sent)
            if then_close:
                return b""
            received = b""
            while part := connection.recv(65536):
                received += part
            return received


class _Announced(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: threading.Event) -> None:
        super().__init__(config)
        self._announced = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announced.set()
