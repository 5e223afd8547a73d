"""Starting several workers, keeping them alive, and letting them act as one server.

The supervisor itself serves nothing and does not load TensorFlow: it keeps the ports, which the
workers share, and passes on what one worker is told and all must know. Each worker looks for new
versions by itself, and tells of its own versions only: after a version is AVAILABLE in one it may
take the others a poll and a load longer.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import logging
import math
import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.model_config import ModelConfig
from pipeline_lib.serving.server.addresses import Addresses, write_ready_file
from pipeline_lib.serving.server.channel import (
    AllReloaded,
    Channel,
    Failed,
    Reload,
    ReloadAll,
    Reloaded,
    Start,
    Started,
    Stop,
)
from pipeline_lib.serving.server.command import Announce
from pipeline_lib.serving.server.options import ANY_PORT, ServerOptions
from pipeline_lib.serving.server.ports import port_of, reserve
from pipeline_lib.serving.server.run import stopping_by_signals

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
    with _ports(options) as options, _shared_metrics():
        supervisor = _Supervisor(options)
        stop = asyncio.ensure_future(stopping_by_signals().wait())
        serving = asyncio.ensure_future(supervisor.serve(announce))
        await asyncio.wait({stop, serving}, return_when=asyncio.FIRST_COMPLETED)
        supervisor.stop()
        stop.cancel()
        await serving


@dataclass(eq=False)
class _Worker:
    number: int
    process: asyncio.subprocess.Process
    channel: Channel
    started: bool = False
    since: float = field(default_factory=time.monotonic)


@dataclass
class _Reloading:
    """A change of the models that is under way."""

    asker: _Worker
    asked_number: int
    configs: Sequence[ModelConfig]
    waiting: set[_Worker]
    error: ServingError | None = None


class _Supervisor:
    def __init__(self, options: ServerOptions) -> None:
        self._options = options
        self._workers: set[_Worker] = set()
        self._configs: Sequence[ModelConfig] | None = None
        self._reloads: dict[int, _Reloading] = {}
        self._numbers = itertools.count()
        self._stopping = asyncio.Event()
        self._addresses: Addresses | None = None
        self._failure: ServingError | None = None
        self._deaths = 0

    async def serve(self, announce: Announce) -> None:
        """Keep all workers alive until `stop`, or until they cannot be."""
        self._announce = announce
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
            self._forget(worker)
            if not self._stopping.is_set():
                await self._replace(worker, code)

    async def _start(self, number: int) -> _Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            command = (sys.executable, "-m", "pipeline_lib.serving.server.worker")
            process = await asyncio.create_subprocess_exec(
                *command, str(theirs.fileno()), pass_fds=(theirs.fileno(),)
            )
        worker = _Worker(number, process, await Channel.over(ours))
        worker.channel.send(Start(self._options, self._configs))
        self._workers.add(worker)
        if self._stopping.is_set():
            worker.channel.send(Stop())
        return worker

    async def _replace(self, worker: _Worker, code: int) -> None:
        """Say that a worker has died, and wait a moment, or give up if they all die."""
        if time.monotonic() - worker.since > _STEADY_SECONDS and worker.started:
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

    async def _listen(self, worker: _Worker) -> None:
        while (message := await worker.channel.receive()) is not None:
            if isinstance(message, Started):
                self._has_started(worker, message.addresses)
            elif isinstance(message, Failed):
                # A worker that replaces another may find a version broken that was not before.
                if self._addresses is None:
                    self._fail(message.error)
                else:
                    _log.error("Worker %d: %s", worker.number, message.error)
            elif isinstance(message, ReloadAll):
                self._reload_all(worker, message)
            elif isinstance(message, Reloaded):
                self._has_reloaded(worker, message)
        worker.channel.close()

    def _has_started(self, worker: _Worker, addresses: Addresses) -> None:
        worker.started = True
        worker.since = time.monotonic()
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

    def _fail(self, error: ServingError) -> None:
        self._failure = self._failure or error
        self.stop()

    def _reload_all(self, asker: _Worker, message: ReloadAll) -> None:
        number = next(self._numbers)
        waiting = set(self._workers)
        self._reloads[number] = _Reloading(asker, message.number, message.configs, waiting)
        for worker in waiting:
            worker.channel.send(Reload(number, message.configs))

    def _has_reloaded(self, worker: _Worker, message: Reloaded) -> None:
        reloading = self._reloads[message.number]
        reloading.error = reloading.error or message.error
        self._answered(message.number, worker)

    def _forget(self, worker: _Worker) -> None:
        """Wait no more for a worker that has died; the next one starts with what is known then."""
        for number in list(self._reloads):
            self._answered(number, worker)

    def _answered(self, number: int, worker: _Worker) -> None:
        reloading = self._reloads[number]
        reloading.waiting.discard(worker)
        if not reloading.waiting:
            del self._reloads[number]
            if reloading.error is None:
                self._configs = reloading.configs
            answer = AllReloaded(reloading.asked_number, reloading.error)
            reloading.asker.channel.send(answer)


@contextlib.contextmanager
def _ports(options: ServerOptions) -> Iterator[ServerOptions]:
    """Keep the ports, and give what each worker is told: their numbers, and its share of limits."""
    with contextlib.ExitStack() as kept:

        def numbered(flag: str, port: int) -> int:
            if not port:
                return 0
            wanted = 0 if port == ANY_PORT else port
            return port_of(kept.enter_context(reserve(flag, options.host, wanted)))

        yield dataclasses.replace(
            options,
            port=numbered("--port", options.port),
            rest_api_port=numbered("--rest_api_port", options.rest_api_port),
            max_in_flight=math.ceil(options.max_in_flight / options.workers),
            max_requests_per_second=options.max_requests_per_second / options.workers,
        )


@contextlib.contextmanager
def _shared_metrics() -> Iterator[None]:
    """A directory through which the metrics of all workers are summed up."""
    with tempfile.TemporaryDirectory(prefix="plib-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        try:
            yield
        finally:
            del os.environ["PROMETHEUS_MULTIPROC_DIR"]


def _ending(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
