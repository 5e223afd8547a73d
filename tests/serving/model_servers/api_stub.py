"""A stub of an HTTP API: answers what a test has prepared and keeps what it was asked.

It stands in for Docker's daemon and for a Kubernetes API server, which machines that run the tests
need not have. What is shown with it is what we send and how we take the answers, no more.
"""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request: `body` is its JSON, `None` where there was none."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


Answer = tuple[int, Any]
"""HTTP status and body: bytes, or what is sent as JSON."""


@dataclass
class ApiStub:
    """What is answered, and what was asked.

    Attributes:
        answer: makes the answer to a request.
        asked: the requests, in their order.
    """

    answer: Callable[[Asked], Answer]
    asked: list[Asked] = field(default_factory=list)

    def names(self) -> list[str]:
        """Method and path of each request."""
        return [str(one) for one in self.asked]

    def of(self, name: str) -> Asked:
        """The one request with that method and path."""
        (found,) = (one for one in self.asked if str(one) == name)
        return found


@contextmanager
def on_unix_socket(stub: ApiStub, path: Path) -> Iterator[None]:
    """Answer at a UNIX socket."""
    with socketserver.ThreadingUnixStreamServer(str(path), _handler(stub)) as server:
        yield from _serving(server)


@contextmanager
def on_port(stub: ApiStub) -> Iterator[int]:
    """Answer at a free port of this machine."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(stub)) as server:
        for _ in _serving(server):
            yield server.server_address[1]


def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def _handler(stub: ApiStub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            url = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            query = {name: values[-1] for name, values in parse_qs(url.query).items()}
            asked = Asked(self.command, url.path, query, body)
            stub.asked.append(asked)
            status, answer = stub.answer(asked)
            payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            kind = "application/octet-stream" if isinstance(answer, bytes) else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(0 if status == 204 else len(payload)))
            self.end_headers()
            if status != 204:
                self.wfile.write(payload)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815

        def address_string(self) -> str:
            return "stub"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
