"""A whole model server on the running event loop: models, gRPC and REST."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.grpc_api.service import add_services
from pipeline_lib.serving.servables.config_file import read_model_configs
from pipeline_lib.serving.servables.model_config import ModelConfig
from pipeline_lib.serving.server.addresses import Addresses
from pipeline_lib.serving.server.assembly import ServerParts, assemble
from pipeline_lib.serving.server.grpc_server import GrpcServer
from pipeline_lib.serving.server.options import ANY_PORT, ServerOptions
from pipeline_lib.serving.server.ports import bind, port_of
from pipeline_lib.serving.server.rest_server import RestServer
from pipeline_lib.serving.server.tls import grpc_credentials, ssl_context
from pipeline_lib.serving.server.turns import TakingTurns, Turns

_log = logging.getLogger(__name__)

_SETTLE_SECONDS = 0.2

_NO_TRANSITION = (  # TensorFlow Serving's words
    "Cannot transition to requested config. It is only legal to transition from one "
    "ModelConfigList to another."
)

Reload = Callable[[Sequence[ModelConfig]], Awaitable[None]]


class ModelServer:
    """Serves models by gRPC and REST, from `start` to `stop`.

    Requests, and calls of models that are quick, are answered on the event loop; loading, looking
    for versions and slow calls happen in threads.

    Args:
        options: what to serve, where and how.
        shared_ports: other processes of this server listen on the same ports, which are given.
        reload: what a request to change the models does; without it they are changed here.

    Raises:
        ServingError: a configuration file is missing or wrong.
    """

    def __init__(
        self,
        options: ServerOptions,
        *,
        shared_ports: bool = False,
        reload: Reload | None = None,
    ) -> None:
        self._options = options
        self._shared_ports = shared_ports
        self._configs = configured_models(options)
        self._parts: ServerParts = assemble(options)
        self._reload = reload or self.reload
        self._grpc: GrpcServer | None = None
        self._rest: RestServer | None = None
        self._turns = Turns()
        self._repeated: list[asyncio.Task[None]] = []

    async def start(self, configs: Sequence[ModelConfig] | None = None) -> Addresses:
        """Load the models, then listen; the addresses are where requests may come.

        Args:
            configs: the models to serve in place of those that the options name.

        Raises:
            ServingError: no version of a model could be loaded, or a port cannot be had.
        """
        listening = self._bind_rest()
        try:
            await self.reload(self._configs if configs is None else configs)
            rest_port = await self._start_rest(listening)
            grpc_port = await self._start_grpc()
        except BaseException:
            if listening is not None:
                listening.close()
            raise
        if self._options.model_config_file and self._options.model_config_file_poll_wait_seconds:
            self._repeated.append(asyncio.ensure_future(self._poll_config_file()))
        self._repeated.append(asyncio.ensure_future(self._settle_metrics()))
        return Addresses(
            self._options.host,
            grpc_port,
            rest_port,
            self._options.grpc_socket_path or None,
            self._parts.tls is not None,
            self._options.rest_api_tls,
        )

    async def reload(self, configs: Sequence[ModelConfig]) -> None:
        """Serve these models and no others.

        Raises:
            ServingError: the configuration is refused, or a new model could not be loaded.
        """
        await asyncio.to_thread(self._parts.core.reload, configs)
        self._configs = tuple(configs)

    async def stop(self) -> bool:
        """Take no more requests, finish those that are there, and unload the models.

        Returns:
            Whether all has ended; if not, threads still load or call a model.
        """
        for task in self._repeated:
            task.cancel()
        endings = []
        if self._grpc is not None:
            endings.append(self._grpc.stop(self._options.drain_seconds))
        if self._rest is not None:
            endings.append(self._rest.stop())
        await asyncio.gather(*endings)
        self._parts.metrics.settle()
        ended = await asyncio.to_thread(self._parts.core.stop, self._options.drain_seconds)
        if ended:
            self._parts.calls.close()
        return ended

    def _bind_rest(self) -> socket.socket | None:
        """The socket of REST: bound before the models are loaded, so that an error comes soon."""
        wanted = self._options.rest_api_port
        if not wanted:
            return None
        port = 0 if wanted == ANY_PORT else wanted
        return bind("--rest_api_port", self._options.host, port, self._shared_ports)

    async def _start_rest(self, listening: socket.socket | None) -> int | None:
        if listening is None:
            return None
        tls = self._parts.tls if self._options.rest_api_tls else None
        self._rest = RestServer(
            TakingTurns(self._parts.rest_app, self._turns),
            listening,
            None if tls is None else ssl_context(tls),
            self._options.drain_seconds,
        )
        await self._rest.start()
        return port_of(listening)

    async def _start_grpc(self) -> int | None:
        if not self._options.port and not self._options.grpc_socket_path:
            return None
        tls = self._parts.tls
        self._grpc = GrpcServer(
            self._options,
            None if tls is None else grpc_credentials(tls),
            self._shared_ports,
            self._turns,
        )
        return await self._grpc.start(
            lambda server: add_services(
                server, self._parts.inference, self._reload, self._parts.metrics
            )
        )

    async def _settle_metrics(self) -> None:
        """Let the other workers of the server see what this one has counted."""
        while True:
            await asyncio.sleep(_SETTLE_SECONDS)
            self._parts.metrics.settle()

    async def _poll_config_file(self) -> None:
        """Read the file of the models again and again; a wrong one changes nothing."""
        while True:
            await asyncio.sleep(self._options.model_config_file_poll_wait_seconds)
            try:
                configs = await asyncio.to_thread(
                    read_model_configs, self._options.model_config_file
                )
                if configs is None and self._configs:
                    raise ServingError(StatusCode.FAILED_PRECONDITION, _NO_TRANSITION)
                if configs is not None and configs != self._configs:
                    await self.reload(configs)
            except ServingError as error:
                _log.error("%s: %s", self._options.model_config_file, error.message)


def configured_models(options: ServerOptions) -> tuple[ModelConfig, ...]:
    """The models that the options name.

    Raises:
        ServingError: the file of the models is missing or wrong.
    """
    if options.model_config_file:
        return read_model_configs(options.model_config_file) or ()
    path = options.model_base_path
    return (ModelConfig(options.model_name, path if "://" in path else _absolute(path)),)


def _absolute(path: str) -> str:
    return os.fspath(Path(path).absolute())
