"""The program of a worker process: executes requests one after another until it is told to stop.

Started as `python -m pipeline_lib.runners.local.worker SOCKET LIFELINE`, with the numbers of two
inherited file descriptors. The worker leads its own process group, so that whatever an executor
starts can be killed with it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection

from pipeline_lib.artifacts import files
from pipeline_lib.node.execute import execute
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.request import ExecutionRequest, Failure, Outcome

WORKER_PID = "PIPELINE_LIB_WORKER_PID"
"""Environment variable that holds a worker's process id: what an executor starts has another."""


def main() -> None:
    """Serve requests until the connection closes."""
    socket, lifeline = map(int, sys.argv[1:])
    os.environ[WORKER_PID] = str(os.getpid())
    # What an executor has printed must be in its log even if the process is killed.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    threading.Thread(target=_die_with_parent, args=(lifeline,), daemon=True).start()
    with Connection(socket) as connection:
        sys.path[:] = connection.recv()
        while True:
            try:
                request = connection.recv()
            except EOFError:
                return
            connection.send(_serve(request))


def _serve(request: ExecutionRequest) -> Outcome:
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
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            # An executor may have closed it, or the disk may be full: neither undoes its work.
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        for descriptor, original in zip((1, 2), saved, strict=True):
            os.dup2(original, descriptor)
            os.close(original)
        if local != log_uri:
            files.write_bytes(log_uri, files.read_bytes(local))


def _die_with_parent(lifeline: int) -> None:
    """The read ends when the runner is gone, however it went; nothing may outlive it."""
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
