"""A gRPC server on the running event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import grpc
from grpc_health.v1.health import aio as health_aio

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.server.options import ANY_PORT, ServerOptions
from pipeline_lib.serving.server.ports import address
from pipeline_lib.serving.server.turns import CallNotice, Turns

AddServices = Callable[[grpc.aio.Server], Awaitable[health_aio.HealthServicer]]


class GrpcServer:
    """Serves what `add_services` adds.

    Args:
        options: where to listen, and how large a request may be.
        credentials: make it secure.
        shared_port: other processes of this server listen on the same port.
        turns: what REST on the same loop waits for.
    """

    def __init__(
        self,
        options: ServerOptions,
        credentials: grpc.ServerCredentials | None,
        shared_port: bool = False,
        turns: Turns | None = None,
    ) -> None:
        self._options = options
        self._credentials = credentials
        self._server = grpc.aio.server(
            options=(
                ("grpc.so_reuseport", int(shared_port)),
                ("grpc.max_receive_message_length", options.max_request_bytes),
                ("grpc.max_send_message_length", -1),
                *options.channel_arguments,
            )
        )
        if turns is not None:
            self._server.add_generic_rpc_handlers((CallNotice(turns),))
        self._health: health_aio.HealthServicer | None = None

    async def start(self, add_services: AddServices) -> int | None:
        """Begin to listen; the port, if it listens on one.

        Raises:
            ServingError: UNAVAILABLE, the port or path is in use or may not be had.
        """
        self._health = await add_services(self._server)
        port = None
        if self._options.port:
            port = self._listen_on_port()
        if self._options.grpc_socket_path:
            self._listen(f"unix:{self._options.grpc_socket_path}", self._options.grpc_socket_path)
        await self._server.start()
        return port

    async def stop(self, drain_seconds: float) -> None:
        """Tell that it is ending, take no more calls, and finish those that are there."""
        if self._health is not None:
            await self._health.enter_graceful_shutdown()
        await self._server.stop(drain_seconds)

    def _listen_on_port(self) -> int:
        wanted = 0 if self._options.port == ANY_PORT else self._options.port
        place = address(self._options.host, wanted)
        return self._listen(place, place)

    def _listen(self, place: str, shown: str) -> int:
        try:
            if self._credentials is None:
                port = self._server.add_insecure_port(place)
            else:
                port = self._server.add_secure_port(place, self._credentials)
        except RuntimeError:
            port = 0
        if not port:
            raise ServingError(StatusCode.UNAVAILABLE, f"gRPC cannot listen on {shown}.")
        return int(port)
