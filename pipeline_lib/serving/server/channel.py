"""Messages between the supervisor and a worker, over a pair of sockets."""

from __future__ import annotations

import asyncio
import pickle
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_lib.serving.errors import ServingError
from pipeline_lib.serving.servables.model_config import ModelConfig
from pipeline_lib.serving.server.addresses import Addresses
from pipeline_lib.serving.server.options import ServerOptions

_LENGTH = struct.Struct("!I")


@dataclass(frozen=True)
class Start:
    """To a new worker: serve this.

    Attributes:
        options: what all workers were told.
        configs: the models that a request has changed them to since; `None` if there was none.
    """

    options: ServerOptions
    configs: Sequence[ModelConfig] | None


@dataclass(frozen=True)
class Started:
    """From a worker: requests may come."""

    addresses: Addresses


@dataclass(frozen=True)
class Failed:
    """From a worker: it cannot serve, and another one could not either."""

    error: ServingError


@dataclass(frozen=True)
class ReloadAll:
    """From a worker that was asked to change the models: let all workers do so."""

    number: int
    configs: Sequence[ModelConfig]


@dataclass(frozen=True)
class AllReloaded:
    """To that worker: they have, or not."""

    number: int
    error: ServingError | None


@dataclass(frozen=True)
class Reload:
    """To each worker: change the models."""

    number: int
    configs: Sequence[ModelConfig]


@dataclass(frozen=True)
class Reloaded:
    """From each worker: it has, or not."""

    number: int
    error: ServingError | None


@dataclass(frozen=True)
class Stop:
    """To a worker: finish the requests that are there, and end."""


Message = Start | Started | Failed | ReloadAll | AllReloaded | Reload | Reloaded | Stop


class Channel:
    """One end of it. Both ends are processes of this library and of this user."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def over(cls, end: socket.socket) -> Channel:
        """The end that this socket is."""
        return cls(*await asyncio.open_connection(sock=end))

    def send(self, message: Message) -> None:
        """Send a message; if the other end is gone, nothing happens."""
        data = pickle.dumps(message)
        if not self._writer.is_closing():
            self._writer.write(_LENGTH.pack(len(data)) + data)

    async def receive(self) -> Message | None:
        """The next message; `None` when the other end is gone."""
        try:
            (length,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
            message: Message = pickle.loads(await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        return message

    def close(self) -> None:
        """Close this end."""
        self._writer.close()
