"""What a worker process does: executes requests one after another until it is told to stop.

A worker is forked from the fork server and leads its own process group, so that whatever an
executor starts can be killed with it.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TextIO

from pipeline_lib.artifacts import files
from pipeline_lib.node.execute import execute
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.request import ExecutionRequest, Failure, Outcome

WORKER_PID = "PIPELINE_LIB_WORKER_PID"
"""Environment variable that holds a worker's process id: what an executor starts has another."""


@dataclass(frozen=True)
class WarmUp:
    """Asks a worker to import modules while no request is waiting."""

    modules: tuple[str, ...]


def serve(connection: int, lifeline: int) -> None:
    """Serve what arrives at the file descriptor `connection` until it closes.

    Args:
        connection: of a socket to the runner, which sends its `sys.path` first.
        lifeline: of a pipe that the runner holds open as long as it lives.
    """
    os.setpgid(0, 0)
    os.environ[WORKER_PID] = str(os.getpid())
    threading.Thread(target=_die_with_parent, args=(lifeline,), daemon=True).start()
    with Connection(connection) as runner, contextlib.suppress(EOFError):
        # What an executor forks must not hold the connection open: by its end the runner sees that
        # this process has died.
        os.register_at_fork(after_in_child=runner.close)
        sys.path[:] = runner.recv()
        modules: deque[str] = deque()
        while True:
            while modules and not runner.poll():
                _import_quietly(modules.popleft())
            match runner.recv():
                case WarmUp() as warm_up:
                    modules.extend(warm_up.modules)
                case request:
                    runner.send(_execute(request))


def _import_quietly(module: str) -> None:
    # A module that does not import fails the node that needs it, and is in that node's log.
    with _output_to(os.devnull), contextlib.suppress(BaseException):
        importlib.import_module(module)


def _execute(request: ExecutionRequest) -> Outcome:
    working_directory = os.getcwd()
    try:
        with _output_to(request.log_uri):
            return execute(request)
    except BaseException as error:
        return Failure(error_record(error))
    finally:
        # The next node's relative paths must not depend on what this one did.
        os.chdir(working_directory)


@contextlib.contextmanager
def _output_to(log_uri: str) -> Iterator[None]:
    """Send what this process and its children print to a file; a remote one is written last."""
    local = log_uri if files.is_local(log_uri) else f"/tmp/plib-{os.getpid()}.log"
    os.makedirs(os.path.dirname(local), exist_ok=True)
    with open(local, "wb") as log:
        saved = [os.dup(1), os.dup(2)]
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    sys.stdout, sys.stderr = _text_stream(1), _text_stream(2)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            # An executor may have closed them, or the disk may be full: its work is done.
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        for descriptor, original in zip((1, 2), saved, strict=True):
            os.dup2(original, descriptor)
            os.close(original)
        if local != log_uri:
            files.write_bytes(log_uri, files.read_bytes(local))


def _text_stream(descriptor: int) -> TextIO:
    """New for each node, which may have closed or replaced its own.

    It holds back no more than a line: what was printed is in the log if the process is killed.
    """
    return open(
        descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )


def _die_with_parent(lifeline: int) -> None:
    """The read ends when the runner is gone, however it went; nothing may outlive it."""
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)
