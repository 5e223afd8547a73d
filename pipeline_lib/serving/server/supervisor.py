"""Starting several workers, keeping them alive, and letting them act as one server.

The supervisor itself serves nothing and does not load TensorFlow: it keeps the ports, which the
workers share, and passes on what one worker is told and all must know. Each worker looks for new
versions by itself, and tells of its own versions only: after a version is AVAILABLE in one it may
take the others a poll and a load longer.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.server.addresses import Addresses, write_ready_file
from pipeline_lib.serving.server.channel import (
    Failed,
    ReloadAll,
    Reloaded,
    Start,
    Started,
    Stop,
)
from pipeline_lib.serving.server.command import Announce
from pipeline_lib.serving.server.options import ServerOptions
from pipeline_lib.serving.server.reloading import Reloads
from pipeline_lib.serving.server.run import stopping_by_signals
from pipeline_lib.serving.server.sharing import shared_by_workers, shared_metrics
from pipeline_lib.serving.server.worker_process import WorkerProcess

_log = logging.getLogger(__name__)

_MOST_DEATHS = 5
"""So many workers may die one after the other before any has served for `_STEADY_SECONDS`."""

_STEADY_SECONDS = 10.0
_LONGEST_PAUSE = 5.0


async def supervise(options: ServerOptions, announce: Announce) -> None:
    """Serve with several workers until SIGTERM or SIGINT.

    Args:
        options: what to serve, where and how.
        announce: called when requests may come.

    Raises:
        ServingError: it cannot be served; why.
    """
    with shared_by_workers(options) as options, shared_metrics():
        supervisor = _Supervisor(options, announce)
        stop = asyncio.ensure_future(stopping_by_signals().wait())
        serving = asyncio.ensure_future(supervisor.serve())
        await asyncio.wait({stop, serving}, return_when=asyncio.FIRST_COMPLETED)
        supervisor.stop()
        stop.cancel()
        await serving


class _Supervisor:
    def __init__(self, options: ServerOptions, announce: Announce) -> None:
        self._options = options
        self._announce = announce
        self._workers: set[WorkerProcess] = set()
        self._reloads = Reloads()
        self._stopping = asyncio.Event()
        self._addresses: Addresses | None = None
        self._failure: ServingError | None = None
        self._deaths = 0

    async def serve(self) -> None:
        """Keep all workers alive until `stop`, or until they cannot be."""
        await asyncio.gather(*(self._keep(n) for n in range(self._options.workers)))
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Let all workers finish their requests and end."""
        self._stopping.set()
        for worker in self._workers:
            worker.channel.send(Stop())

    async def _keep(self, number: int) -> None:
        """Run a worker, and another one when it has died."""
        while not self._stopping.is_set():
            worker = await self._start(number)
            await self._listen(worker)
            code = await worker.process.wait()
            self._workers.discard(worker)
            self._reloads.forget(worker.channel)
            if not self._stopping.is_set():
                await self._replace(worker, code)

    async def _start(self, number: int) -> WorkerProcess:
        worker = await WorkerProcess.begin(number)
        worker.channel.send(Start(self._options, self._reloads.configs))
        self._workers.add(worker)
        if self._stopping.is_set():
            worker.channel.send(Stop())
        return worker

    async def _replace(self, worker: WorkerProcess, code: int) -> None:
        """Say that a worker has died, and wait a moment, or give up if they all die."""
        if worker.served_for(_STEADY_SECONDS):
            self._deaths = 0
        self._deaths += 1
        _log.error("Worker %d (process %d) %s", worker.number, worker.process.pid, _ending(code))
        if self._deaths > _MOST_DEATHS:
            self._fail(
                ServingError(
                    StatusCode.INTERNAL,
                    f"{self._deaths} workers have died one after the other; "
                    f"the last {_ending(code)}.",
                )
            )
            return
        pause = min(0.1 * 2 ** (self._deaths - 1), _LONGEST_PAUSE)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), pause)

    async def _listen(self, worker: WorkerProcess) -> None:
        while (message := await worker.channel.receive()) is not None:
            match message:
                case Started(addresses):
                    self._has_started(worker, addresses)
                case Failed(error):
                    self._has_failed(worker, error)
                case ReloadAll():
                    workers = [one.channel for one in self._workers]
                    self._reloads.begin(worker.channel, message, workers)
                case Reloaded():
                    self._reloads.answered(worker.channel, message)
        worker.channel.close()

    def _has_started(self, worker: WorkerProcess, addresses: Addresses) -> None:
        worker.has_started()
        if self._addresses is None and self._all_started():
            self._addresses = addresses
            try:
                if self._options.ready_file:
                    write_ready_file(self._options.ready_file, addresses)
            except ServingError as error:
                self._fail(error)
                return
            self._announce(addresses)

    def _all_started(self) -> bool:
        started = sum(worker.started for worker in self._workers)
        return started == self._options.workers

    def _has_failed(self, worker: WorkerProcess, error: ServingError) -> None:
        """Give up, unless this worker replaces another: it may find a version newly broken."""
        if self._addresses is None:
            self._fail(error)
        else:
            _log.error("Worker %d: %s", worker.number, error)

    def _fail(self, error: ServingError) -> None:
        self._failure = self._failure or error
        self.stop()


def _ending(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
