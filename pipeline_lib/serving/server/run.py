"""Running a server in this process until it is told to end."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

import uvloop

from pipeline_lib.serving.server.addresses import write_ready_file
from pipeline_lib.serving.server.command import Announce
from pipeline_lib.serving.server.options import ServerOptions
from pipeline_lib.serving.server.ports import refuse_used

_log = logging.getLogger(__name__)

T = TypeVar("T")


def run(options: ServerOptions, announce: Announce) -> None:
    """Serve until SIGTERM or SIGINT; requests that are there then are finished.

    Args:
        options: what to serve, where and how.
        announce: called when requests may come.

    Raises:
        ServingError: it cannot be served; why.
    """
    if options.workers > 1:
        from pipeline_lib.serving.server.supervisor import supervise

        run_on_new_loop(supervise(options, announce))
    else:
        run_on_new_loop(_serve(options, announce))


def run_on_new_loop(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on an event loop of libuv's, the quickest there is."""
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main)
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()


def spare_the_garbage_collector() -> None:
    """Let it pass over all that is there now: TensorFlow's objects by the hundred thousand."""
    gc.collect()
    gc.freeze()


def end_without_waiting(code: int) -> NoReturn:
    """End the process though threads still load or call a model, which nothing can stop."""
    _log.warning("Ending, though models are still being loaded or called")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def stopping_by_signals() -> asyncio.Event:
    """An event that the first SIGTERM or SIGINT sets; a second one ends the process at once."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()

    def stop(signal_number: signal.Signals) -> None:
        _log.info("%s: finishing the requests that are there", signal_number.name)
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(one)
            signal.signal(one, signal.SIG_DFL)
        stopping.set()

    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop, one)
    return stopping


async def _serve(options: ServerOptions, announce: Announce) -> None:
    stopping = stopping_by_signals()
    refuse_used(options)
    # Here, because TensorFlow takes seconds to import.
    from pipeline_lib.serving.server.model_server import ModelServer

    server = ModelServer(options)
    starting = asyncio.ensure_future(server.start())
    stop = asyncio.ensure_future(stopping.wait())
    await asyncio.wait({starting, stop}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if starting.done():
            addresses = starting.result()
            spare_the_garbage_collector()
            if options.ready_file:
                write_ready_file(options.ready_file, addresses)
            announce(addresses)
            await stop
    finally:
        stop.cancel()
        ended = await server.stop()
        await asyncio.gather(starting, return_exceptions=True)
    if not ended:
        end_without_waiting(0)
