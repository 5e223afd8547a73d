"""One gRPC call: bytes are parsed, a method answers, and whatever goes wrong becomes a status."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.monitoring import RequestObserver

_LOG = logging.getLogger(__name__)

_LONGEST_TEXT = 1024
"""Bytes of a status's text that a client gets.

Source: tensorflow_serving/model_servers/grpc_status_util.cc
"""

_GRPC_CODES = {code.value[0]: code for code in grpc.StatusCode}

RequestT = TypeVar("RequestT", bound=Message)


def unary_handler(
    api: str,
    request_type: type[RequestT],
    method: Callable[[RequestT], Awaitable[Message]],
    observer: RequestObserver | None = None,
) -> grpc.RpcMethodHandler:
    """A handler that parses, answers and reports by itself.

    gRPC's own deserializer would answer UNKNOWN to bytes that are no message; here the client is
    told what is wrong. A call is not begun once its deadline has passed.

    Args:
        api: name of the method.
        request_type: the message that the method takes.
        method: makes the response; raises `ServingError` with what the client gets.
        observer: is told how each call ended; for methods whose request has a `model_spec`.
    """

    async def handle(raw: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> bytes:
        started = time.perf_counter()
        request: Any = None
        try:
            _check_deadline(context)
            request = parsed(request_type, raw)
            response = (await method(request)).SerializeToString()
            error = None
        except ServingError as refused:
            error = refused
        except Exception as bug:
            error = _unexpected(api, bug)
        if observer is not None:
            model_name = "" if request is None else request.model_spec.name
            code = StatusCode.OK if error is None else error.code
            observer.request(model_name, api, "GRPC", code, time.perf_counter() - started)
        if error is not None:
            await context.abort(_GRPC_CODES[error.code.value], _shortened(error.message))
        return response

    return grpc.unary_unary_rpc_method_handler(handle)


def _check_deadline(context: grpc.aio.ServicerContext[Any, Any]) -> None:
    remaining = context.time_remaining()
    if remaining is not None and remaining <= 0:
        raise ServingError(
            StatusCode.DEADLINE_EXCEEDED, "The deadline passed before the call was begun"
        )


def parsed(request_type: type[RequestT], raw: bytes) -> RequestT:
    """The message that the bytes of a request hold.

    Raises:
        ServingError: INVALID_ARGUMENT, they hold none.
    """
    try:
        return request_type.FromString(raw)
    except DecodeError:
        raise ServingError(
            StatusCode.INVALID_ARGUMENT,
            f"The request is not a {request_type.DESCRIPTOR.full_name}: its bytes cannot be parsed",
        ) from None


def _unexpected(api: str, bug: Exception) -> ServingError:
    _LOG.error("%s failed", api, exc_info=bug)
    return ServingError(
        StatusCode.INTERNAL, f"{api} failed: {type(bug).__name__}; the server's log says more"
    )


def _shortened(text: str) -> str:
    encoded = text.encode(errors="replace")
    if len(encoded) <= _LONGEST_TEXT:
        return text
    return encoded[:_LONGEST_TEXT].decode(errors="ignore") + "...TRUNCATED"
