"""What a worker process does: executes requests one after another until it is told to stop.

A worker is forked from the fork server and leads its own process group, so that whatever an
executor starts can be killed with it.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import select
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import NoReturn, TextIO

from pipeline_lib.artifacts import files
from pipeline_lib.execution.process_tree import adopt_orphans, has_living_children
from pipeline_lib.node.execute import execute, remove_unpublished
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.request import ExecutionRequest, Failure, Outcome
from pipeline_lib.runners.local.bounded_log import BoundedLog
from pipeline_lib.runners.local.in_worker import become_worker
from pipeline_lib.runners.local.process_state import ProcessState, note_what_imports_set

_LOOK_AT_LOG = 1.0
"""Seconds between two looks at how large the log has become."""

_current_log: BoundedLog | None = None


@dataclass(frozen=True)
class WarmUp:
    """Asks a worker to import modules while no request is waiting."""

    modules: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """A worker's answer to a request.

    Attributes:
        is_fit: whether the process is as good as before; if not, no other node should get it.
    """

    outcome: Outcome
    is_fit: bool


def serve(connection: int, lifeline: int, most_memory: int) -> NoReturn:
    """Serve what arrives at the file descriptor `connection` until it closes; never return.

    Args:
        connection: of a socket to the runner, which sends its `sys.path` first.
        lifeline: of a pipe that the runner holds open as long as it lives.
        most_memory: bytes; a worker that holds more after a node is not fit for another.
    """
    exit_code = 1
    try:
        os.setpgid(0, 0)
        become_worker()
        adopt_orphans()
        note_what_imports_set()
        threading.Thread(target=_watch, args=(lifeline,), daemon=True).start()
        _serve(Connection(connection), most_memory)
        exit_code = 0
    except BaseException:
        # The fork server's own code is further up: it must not go on in this process.
        traceback.print_exc()
    finally:
        os._exit(exit_code)


def _serve(runner: Connection, most_memory: int) -> None:
    # What an executor forks must not hold the connection open: by its end the runner sees that
    # this process has died.
    os.register_at_fork(after_in_child=runner.close)
    modules: deque[str] = deque()
    with contextlib.suppress(EOFError, ConnectionResetError):
        sys.path[:] = runner.recv()
        while True:
            while modules and not runner.poll():
                _import_quietly(modules.popleft())
            match runner.recv():
                case WarmUp() as warm_up:
                    modules.extend(warm_up.modules)
                case request:
                    runner.send_bytes(_report(request, most_memory))


def _import_quietly(module: str) -> None:
    # A module that does not import fails the node that needs it, and is in that node's log.
    with _output_to(os.devnull), contextlib.suppress(BaseException):
        importlib.import_module(module)


def _report(request: ExecutionRequest, most_memory: int) -> memoryview:
    """Execute a request; the pickled report."""
    before = ProcessState.now()
    outcome = _execute(request)
    is_restored = before.restore()
    is_fit = is_restored and not has_living_children() and _memory() < most_memory
    try:
        return ForkingPickler.dumps(Report(outcome, is_fit))
    except Exception as error:
        remove_unpublished(request)
        return ForkingPickler.dumps(Report(Failure(error_record(error)), is_fit))


def _execute(request: ExecutionRequest) -> Outcome:
    try:
        with _output_to(request.log_uri):
            return execute(request)
    except BaseException as error:
        remove_unpublished(request)
        return Failure(error_record(error))


@contextlib.contextmanager
def _output_to(log_uri: str) -> Iterator[None]:
    """Send what this process and its children print to a file; a remote one is written last."""
    global _current_log
    local = log_uri if files.is_local(log_uri) else f"/tmp/plib-{os.getpid()}.log"
    os.makedirs(os.path.dirname(local), exist_ok=True)
    with open(local, "ab") as log:
        saved = [os.dup(1), os.dup(2)]
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    sys.stdout, sys.stderr = own_streams = _text_stream(1), _text_stream(2)
    _current_log = BoundedLog(local)
    try:
        yield
    finally:
        for stream in {*own_streams, sys.stdout, sys.stderr}:
            # An executor may have closed or replaced them, or the disk may be full: its work is
            # done.
            with contextlib.suppress(Exception):
                stream.flush()
        for descriptor, original in zip((1, 2), saved, strict=True):
            os.dup2(original, descriptor)
            os.close(original)
        _current_log.finish()
        _current_log = None
        if local != log_uri:
            files.write_bytes(log_uri, files.read_bytes(local))
            os.remove(local)


def _text_stream(descriptor: int) -> TextIO:
    """New for each node, which may have closed or replaced its own.

    It holds back no more than a line: what was printed is in the log if the process is killed.
    """
    return open(
        descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )


def _watch(lifeline: int) -> None:
    """Bound the log, and end with the runner, however that went; nothing may outlive it."""
    with contextlib.suppress(OSError):  # an executor has closed what was not its own
        while not select.select([lifeline], [], [], _LOOK_AT_LOG)[0]:
            log = _current_log
            if log is not None:
                log.free_middle()
    os.killpg(0, signal.SIGKILL)


def _memory() -> int:
    """Bytes that this process holds in memory."""
    with open("/proc/self/statm", "rb") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
