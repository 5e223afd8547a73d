"""Warm worker processes: each outlives a node, so that heavy libraries load once per worker."""

from __future__ import annotations

import os
import signal
import site
import socket
import subprocess
import sys
import sysconfig
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection

from pipeline_lib.metadata.store import ErrorRecord
from pipeline_lib.node.execute import remove_unfinished
from pipeline_lib.node.request import Canceled, ExecutionRequest, Failure, Outcome


class Worker:
    """One worker process and the connection to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        lifeline_read, self._lifeline = os.pipe()
        with theirs:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "pipeline_lib.runners.local.worker",
                    str(theirs.fileno()),
                    str(lifeline_read),
                ],
                pass_fds=(theirs.fileno(), lifeline_read),
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(_own_import_folders())},
                start_new_session=True,
            )
        os.close(lifeline_read)
        self._connection = Connection(ours.detach())
        self._connection.send(sys.path)

    def execute(self, request: ExecutionRequest) -> Outcome:
        """Execute a request and wait for its outcome.

        Raises:
            EOFError, OSError: the process is gone.
        """
        self._connection.send(request)
        outcome: Outcome = self._connection.recv()
        return outcome

    def kill(self) -> None:
        """Kill the process and all that it started."""
        # Not poll(): a process that ended by itself may have left children behind, and until it
        # is waited for its id cannot have gone to another process.
        if self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Stop the process and release what belongs to it."""
        self.kill()
        self.process.wait()
        self._connection.close()
        os.close(self._lifeline)


class WorkerPool:
    """A workforce of `size` worker processes."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.threads = ThreadPoolExecutor(size, "plib-node")
        self._lock = threading.Lock()
        self._workers = [Worker() for _ in range(size)]
        self._idle = list(self._workers)
        self._canceled = False

    def execute(self, request: ExecutionRequest) -> Outcome:
        """Execute a request on an idle worker, the one that worked last: it is the warmest.

        A worker that dies costs this one execution; another takes its place.
        """
        worker = self._take()
        if worker is None:
            return Canceled("interrupted")
        try:
            outcome = worker.execute(request)
        except (EOFError, OSError):
            outcome = self._bury(worker)
            remove_unfinished(request)
            return outcome
        with self._lock:
            self._idle.append(worker)
        return outcome

    def cancel(self) -> None:
        """Kill all workers, and wait until the executions under way are recorded as canceled."""
        with self._lock:
            self._canceled = True
            for worker in self._workers:
                worker.kill()
        self.threads.shutdown(cancel_futures=True)

    def close(self) -> None:
        """Stop all workers."""
        self.threads.shutdown()
        for worker in self._workers:
            worker.close()

    def _take(self) -> Worker | None:
        with self._lock:
            if self._canceled:
                return None
            if not self._idle:
                worker = Worker()
                self._workers.append(worker)
                return worker
            return self._idle.pop()

    def _bury(self, worker: Worker) -> Outcome:
        with self._lock:
            self._workers.remove(worker)
            canceled = self._canceled
        worker.close()
        if canceled:
            return Canceled("interrupted")
        return Failure(ErrorRecord("WorkerDied", _how_it_ended(worker.process.returncode)))


def _own_import_folders() -> list[str]:
    """The part of `sys.path` that a new interpreter would not have by itself.

    Python's own folders stay out: an executor may start another Python, which inherits this.
    """
    standard_library = sysconfig.get_paths()["stdlib"]
    python_has = {
        "",
        standard_library,
        os.path.join(standard_library, "lib-dynload"),
        *site.getsitepackages(),
    }
    return [folder for folder in sys.path if folder not in python_has]


def _how_it_ended(code: int) -> str:
    if code < 0:
        name = signal.Signals(-code).name
        hint = " It may have run out of memory." if -code == signal.SIGKILL else ""
        return f"The worker process was killed by {name}.{hint}"
    return f"The worker process ended with exit code {code} before the node was done."
