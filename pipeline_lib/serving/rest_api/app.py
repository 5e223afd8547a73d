"""The REST API as an ASGI application, without a framework: every microsecond is a request's.

Source: tensorflow_serving/model_servers/http_server.cc, http_rest_api_handler.cc.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from pipeline_lib.serving.api.inference import DEFAULT_SIGNATURE, Inference
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.monitoring import RequestObserver
from pipeline_lib.serving.rest_api import (
    examples_request,
    json_answers,
    json_text,
    predict_request,
)
from pipeline_lib.serving.rest_api.http_body import (
    DisconnectedError,
    Receive,
    RefusedBodyError,
    Scope,
    Send,
    discard_body,
    read_body,
)
from pipeline_lib.serving.rest_api.routes import Route, route
from pipeline_lib.serving.rest_api.time_limit import TimeLimits
from pipeline_lib.serving.servables.loader import Signature
from pipeline_lib.serving.servables.servable import ModelReference

METRICS_PATH = "/monitoring/prometheus/metrics"
"""Where TensorFlow Serving shows its metrics, if it is not told another path."""

_LOG = logging.getLogger(__name__)
_JSON = (b"content-type", b"application/json")
_TEXT = (b"content-type", b"text/plain")
_QUICK_BYTES = 64 * 1024
"""A body that is no longer may be read on the event loop: it takes a few milliseconds at most."""
_METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH")
_HTTP_STATUS = {
    StatusCode.OK: 200,
    StatusCode.CANCELLED: 499,
    StatusCode.UNKNOWN: 500,
    StatusCode.INVALID_ARGUMENT: 400,
    StatusCode.DEADLINE_EXCEEDED: 504,
    StatusCode.NOT_FOUND: 404,
    StatusCode.ALREADY_EXISTS: 409,
    StatusCode.PERMISSION_DENIED: 403,
    StatusCode.RESOURCE_EXHAUSTED: 429,
    StatusCode.FAILED_PRECONDITION: 400,
    StatusCode.ABORTED: 409,
    StatusCode.OUT_OF_RANGE: 400,
    StatusCode.UNIMPLEMENTED: 501,
    StatusCode.INTERNAL: 500,
    StatusCode.UNAVAILABLE: 503,
    StatusCode.DATA_LOSS: 500,
}

T = TypeVar("T")


class _Answer(NamedTuple):
    status: int
    body: bytes
    content_type: tuple[bytes, bytes] = _JSON
    closes: bool = False


class RestApp:
    """Speaks TensorFlow Serving's REST API; an ASGI 3 application for HTTP.

    Args:
        inference: answers the requests.
        observer: is told of every request to predict, classify or regress.
        metrics_page: makes the page of the metrics; without it there is none.
        metrics_path: where that page is.
        max_body_bytes: the longest request body, as it comes and as it is unpacked.
        timeout_s: seconds that a request may take, its body included.
    """

    def __init__(
        self,
        inference: Inference,
        *,
        observer: RequestObserver | None = None,
        metrics_page: Callable[[], bytes] | None = None,
        metrics_path: str = METRICS_PATH,
        max_body_bytes: int = 64 * 2**20,
        timeout_s: float = 30.0,
    ) -> None:
        self._inference = inference
        self._observer = observer
        self._metrics_page = metrics_page
        self._metrics_path = metrics_path.encode()
        self._max_body_bytes = max_body_bytes
        self._time_limits = TimeLimits(timeout_s)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            raise NotImplementedError(f"this application speaks HTTP only, no {scope['type']}")
        try:
            answer = await self._answer(scope, receive)
        except DisconnectedError:
            return
        headers = [answer.content_type, (b"content-length", b"%d" % len(answer.body))]
        if answer.closes:
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, receive: Receive) -> _Answer:
        path, query = scope["raw_path"], scope["query_string"]
        answer = self._answer_outside_api(scope["method"], path, query)
        if answer is not None:
            return answer
        if query:
            path = b"%b?%b" % (path, query)
        started = time.perf_counter()
        code, asked = StatusCode.INTERNAL, None
        try:
            asked = route(scope["method"], path)
            answer = _Answer(200, await self._done(asked, scope, receive))
            code = StatusCode.OK
        except ServingError as error:
            code = error.code
            answer = _Answer(_HTTP_STATUS[code], json_answers.error(error.message))
        except RefusedBodyError as error:
            code = StatusCode.INVALID_ARGUMENT
            await discard_body(scope, receive)
            answer = _Answer(error.status, json_answers.error(error.message), closes=True)
        except DisconnectedError:
            code = StatusCode.CANCELLED
            raise
        except Exception as error:
            _LOG.exception("%s %s failed", scope["method"], path[:200].decode("utf-8", "replace"))
            text = f"Unexpected {type(error).__name__}; the server's log says more."
            answer = _Answer(500, json_answers.error(text))
        finally:
            if self._observer is not None and asked is not None and asked.is_inference:
                self._observer.request(
                    asked.reference.name,
                    asked.action,
                    "REST",
                    code,
                    time.perf_counter() - started,
                )
        return answer

    def _answer_outside_api(self, method: str, path: bytes, query: bytes) -> _Answer | None:
        """The answer to a request for metrics, or for what there is not; `None` for all others."""
        if method not in _METHODS:
            return _Answer(501, json_answers.error("Not Implemented"))
        if self._metrics_page is not None and path == self._metrics_path:
            return self._metrics(self._metrics_page, query)
        if path[:4].lower() != b"/v1/":
            return _Answer(404, json_answers.error("Not Found"))
        return None

    def _metrics(self, page: Callable[[], bytes], query: bytes) -> _Answer:
        if query:
            path = self._metrics_path.decode()
            found = f"{path}?{query.decode('utf-8', 'replace')}"
            text = f"Unexpected path: {found}. Should be {path}"
            return _Answer(400, text.encode(), _TEXT)
        return _Answer(200, page(), _TEXT)

    async def _done(self, asked: Route, scope: Scope, receive: Receive) -> bytes:
        """Do what is asked; the body of the answer."""
        if asked.action == "status":
            return self._status(asked)
        if asked.action == "metadata":
            return json_answers.model_metadata(*self._inference.signatures(asked.reference))
        limit = self._time_limits.begin()
        body = None
        try:
            body = await read_body(scope, receive, self._max_body_bytes)
            return await self._inferred(asked, body)
        except asyncio.CancelledError:
            if not limit.passed:  # the server ends, and has waited for this request long enough
                raise ServingError(StatusCode.UNAVAILABLE, "The server is stopping") from None
            if body is None:
                raise RefusedBodyError(408, "Timed out waiting for the request body") from None
            raise ServingError(
                StatusCode.DEADLINE_EXCEEDED, "Timed out waiting for notification"
            ) from None
        finally:
            self._time_limits.end(limit)

    async def _inferred(self, asked: Route, body: bytes) -> bytes:
        size = len(body)
        document = await _read(size, json_text.parse_object, body)
        signature_name = predict_request.signature_name(document)
        if asked.action == "predict":
            wanted = self._signature(asked.reference, signature_name).inputs
            inputs, in_rows = await _read(size, predict_request.arrays, document, wanted)
            prediction = await self._inference.predict(asked.reference, signature_name, inputs)
            if in_rows:
                return json_answers.predictions(prediction.outputs)
            return json_answers.columns(prediction.outputs)
        examples = await _read(size, examples_request.serialized_examples, document)
        if asked.action == "classify":
            classified = await self._inference.classify(asked.reference, signature_name, examples)
            answer = json_answers.classes(classified.classes)
        else:
            regressed = await self._inference.regress(asked.reference, signature_name, examples)
            answer = json_answers.values(regressed.values)
        if self._observer is not None:
            self._observer.examples(asked.reference.name, len(examples))
        return answer

    def _signature(self, reference: ModelReference, signature_name: str) -> Signature:
        _, signatures = self._inference.signatures(reference)
        name = signature_name or DEFAULT_SIGNATURE
        if name not in signatures:
            raise ServingError(
                StatusCode.INVALID_ARGUMENT,
                f'Serving signature name: "{name}" not found in signature def',
            )
        return signatures[name]

    def _status(self, asked: Route) -> bytes:
        name, version = asked.reference.name, asked.reference.version
        if asked.reference.label is not None:
            version = self._inference.signatures(asked.reference)[0].version
        return json_answers.model_status(self._inference.statuses(name, version))


async def _read(size: int, read: Callable[..., T], *arguments: Any) -> T:
    """Read a body of this size, in a thread if others would have to wait for it."""
    if size <= _QUICK_BYTES:
        return read(*arguments)
    return await asyncio.to_thread(read, *arguments)
