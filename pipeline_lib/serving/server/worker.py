"""One of several processes that serve the same models on the same ports.

python -m pipeline_lib.serving.server.worker FILE_DESCRIPTOR
"""

from __future__ import annotations

import asyncio
import itertools
import signal
import socket
import sys
from collections.abc import Sequence

from pipeline_lib.serving.errors import ServingError
from pipeline_lib.serving.servables.model_config import ModelConfig
from pipeline_lib.serving.server.channel import (
    AllReloaded,
    Channel,
    Failed,
    Reload,
    ReloadAll,
    Reloaded,
    Start,
    Started,
)
from pipeline_lib.serving.server.command import log_to_stderr
from pipeline_lib.serving.server.run import (
    end_without_waiting,
    run_on_new_loop,
    spare_the_garbage_collector,
)


async def work(end: socket.socket) -> int:
    """Serve what the supervisor says, until it says stop or is gone; the exit code."""
    channel = await Channel.over(end)
    start = await channel.receive()
    if not isinstance(start, Start):
        return 1
    try:
        worker = _Worker(channel, start)
    except ServingError as error:
        channel.send(Failed(error))
        return 1
    return await worker.work()


class _Worker:
    def __init__(self, channel: Channel, start: Start) -> None:
        # Here, because TensorFlow takes seconds to import.
        from pipeline_lib.serving.server.model_server import ModelServer

        self._channel = channel
        self._configs = start.configs
        self._server = ModelServer(start.options, shared_ports=True, reload=self._reload_all)
        self._numbers = itertools.count()
        self._asked: dict[int, asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def work(self) -> int:
        starting = asyncio.ensure_future(self._start())
        listening = asyncio.ensure_future(self._listen())
        await asyncio.wait({starting, listening}, return_when=asyncio.FIRST_COMPLETED)
        failed = starting.done() and not starting.result()
        if not failed:
            await listening
        if not await self._server.stop():
            end_without_waiting(1 if failed else 0)
        await asyncio.gather(starting, return_exceptions=True)
        return 1 if failed else 0

    async def _start(self) -> bool:
        try:
            addresses = await self._server.start(self._configs)
        except ServingError as error:
            self._channel.send(Failed(error))
            return False
        spare_the_garbage_collector()
        self._channel.send(Started(addresses))
        return True

    async def _listen(self) -> None:
        """Do what the supervisor says, until it says stop or is gone."""
        while isinstance(message := await self._channel.receive(), Reload | AllReloaded):
            if isinstance(message, Reload):
                task = asyncio.ensure_future(self._reload(message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            else:
                asked = self._asked.pop(message.number)
                if asked.cancelled():
                    continue
                if message.error is None:
                    asked.set_result(None)
                else:
                    asked.set_exception(message.error)

    async def _reload(self, message: Reload) -> None:
        error = None
        try:
            await self._server.reload(message.configs)
        except ServingError as refused:
            error = refused
        self._channel.send(Reloaded(message.number, error))

    async def _reload_all(self, configs: Sequence[ModelConfig]) -> None:
        """What a request to change the models does: all workers change them."""
        number = next(self._numbers)
        asked = self._asked[number] = asyncio.get_running_loop().create_future()
        self._channel.send(ReloadAll(number, configs))
        await asked


def main() -> None:
    """Work, and end with its exit code. The supervisor decides what a signal means."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)
    log_to_stderr()
    end = socket.socket(fileno=int(sys.argv[1]))
    sys.exit(run_on_new_loop(work(end)))


if __name__ == "__main__":
    main()
