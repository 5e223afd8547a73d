"""Executing a node in its container: in a worker process, its log on the terminal as it grows."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace

from pipeline_lib.artifacts import files
from pipeline_lib.node.request import ExecutionRequest, Outcome
from pipeline_lib.runners.local.worker_pool import WorkerPool

_LOOK_AT_LOG = 0.2
"""Seconds between two looks at what is new in the log."""

_BLOCK = 1 << 16


def execute_in_worker(request: ExecutionRequest) -> Outcome:
    """Execute a request in a process of its own, which may die or be stopped at its timeout."""
    # Started here: a node that is served from the cache needs none.
    with _local_log(request) as local, closing(WorkerPool(1)) as pool, _shown(local.log_uri):
        return pool.execute(local)


@contextmanager
def _local_log(request: ExecutionRequest) -> Iterator[ExecutionRequest]:
    """The request with a log on this machine, which is copied to its place in the end."""
    if files.is_local(request.system_dir):
        yield request
        return
    folder = tempfile.mkdtemp(prefix="plib-")
    local = replace(request, system_dir=folder)
    try:
        yield local
    finally:
        with suppress(FileNotFoundError), open(local.log_uri, "rb") as log:
            files.write_bytes(request.log_uri, log.read())
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _shown(log: str) -> Iterator[None]:
    """Show what is written to a local file, as it is written."""
    ended = threading.Event()
    thread = threading.Thread(target=_show, args=(log, ended), name="plib-log")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _show(log: str, ended: threading.Event) -> None:
    place = 0
    is_last = False
    while not is_last:
        is_last = ended.wait(_LOOK_AT_LOG)
        with suppress(OSError), open(log, "rb") as stream:
            stream.seek(place)
            while block := stream.read(_BLOCK):
                place += len(block)
                sys.stdout.buffer.write(block)
            sys.stdout.flush()
