"""The stand-in for Kubeflow Pipelines' API server, as a server."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.runners.kubeflow.client.kfp_api_definition import (
    OPERATIONS,
    Operation,
    RefusedError,
    answer_of,
)
from tests.runners.kubeflow.client.kfp_api_stub import KfpApiStub

# The server has it, and the definition does not.
_LOG_ROUTE = Operation.of("GET", "/apis/v1alpha1/runs/{run_id}/nodes/{node_id}/log", name="log")


@contextmanager
def kfp_api_stub(certificate: str | None = None) -> Iterator[KfpApiStub]:
    """A stand-in that listens on this machine, at `host`, while the block runs.

    Args:
        certificate: file with a certificate and its key: it speaks TLS.
    """
    stub = KfpApiStub()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            payload = self.rfile.read(int(self.headers["content-length"] or 0))
            if stub.login_page:
                self._send(200, "text/html", b"<html><body>Log in</body></html>")
                return
            try:
                content = _answer(stub, self.command, self.path, self.headers, payload)
                status = 200
            except RefusedError as refused:
                status, content = refused.status, {"error": str(refused), "message": str(refused)}
            if isinstance(content, str):
                self._send(status, "text/plain", content.encode())
            else:
                self._send(status, "application/json", json.dumps(content).encode())

        def _send(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = _answer  # noqa: N815 - the base class looks for these names
        do_POST = _answer  # noqa: N815
        do_DELETE = _answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub.host = f"http://127.0.0.1:{server.server_port}"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        stub.host = f"https://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(stub: KfpApiStub, verb: str, target: str, headers: Message, payload: bytes) -> Any:
    """Content of the answer to a request."""
    url = urlsplit(target)
    for operation in (*OPERATIONS, _LOG_ROUTE):
        in_path = operation.matches(verb, url.path)
        if in_path is None:
            continue
        stub.requests.append(operation.name)
        if stub.before_request is not None:
            stub.before_request(operation.name)
        stub.check(headers["authorization"], headers["cookie"])
        asked = dict(parse_qsl(url.query))
        unknown = asked.keys() - operation.queries
        if unknown and operation is not _LOG_ROUTE:
            raise RefusedError(400, f"the definition of the API has no parameters {unknown}")
        handle = getattr(stub, operation.name, None)
        if handle is None:
            raise RefusedError(501, f"the stand-in does not do {operation.name}")
        made = handle({**asked, **in_path}, _content(headers, payload))
        return made if operation is _LOG_ROUTE else answer_of(operation, made)
    raise RefusedError(404, f"the API has no {verb} {url.path}")


def _content(headers: Message, payload: bytes) -> Any:
    kind = headers["content-type"] or ""
    if kind.startswith("multipart/form-data"):
        message = BytesParser(policy=HTTP).parsebytes(
            f"content-type: {kind}\r\n\r\n".encode() + payload
        )
        part = next(iter(message.iter_parts()))
        assert part.get_param("name", header="content-disposition") == "uploadfile"
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        return content.decode()
    return json.loads(payload) if payload else None
