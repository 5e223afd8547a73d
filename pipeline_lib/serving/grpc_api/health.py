"""`grpc.health.v1.Health`, by grpcio's own servicer.

Requests are parsed here, as for the other services: where grpcio parses them, bytes that are no
message are answered with UNKNOWN and logged as a bug of the server.
"""

from __future__ import annotations

from typing import Any

import grpc
from grpc_health.v1.health import SERVICE_NAME
from grpc_health.v1.health import aio as health_aio
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from pipeline_lib.serving.errors import ServingError
from pipeline_lib.serving.grpc_api.unary import parsed


def health_handler(health: health_aio.HealthServicer) -> grpc.GenericRpcHandler:
    """The handler that answers what `health` knows."""

    async def check(raw: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> HealthCheckResponse:
        return await health.Check(await _request(raw, context), context)

    async def watch(raw: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        await health.Watch(await _request(raw, context), context)

    write = HealthCheckResponse.SerializeToString
    return grpc.method_handlers_generic_handler(
        SERVICE_NAME,
        {
            "Check": grpc.unary_unary_rpc_method_handler(check, response_serializer=write),
            "Watch": grpc.unary_stream_rpc_method_handler(watch, response_serializer=write),
        },
    )


async def _request(raw: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> HealthCheckRequest:
    try:
        return parsed(HealthCheckRequest, raw)
    except ServingError as error:
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, error.message)
        raise
