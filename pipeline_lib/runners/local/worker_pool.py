"""Warm worker processes: each outlives a node, so that heavy libraries load once per worker."""

from __future__ import annotations

import contextlib
import os
import signal
import site
import socket
import sys
import sysconfig
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection

from pipeline_lib.metadata.store import ErrorRecord
from pipeline_lib.node.execute import remove_unfinished
from pipeline_lib.node.request import Canceled, ExecutionRequest, Failure, Outcome
from pipeline_lib.runners.local.fork_server import ForkServer
from pipeline_lib.runners.local.worker import WarmUp


class Worker:
    """One worker process and the connection to it."""

    def __init__(self, fork_server: ForkServer) -> None:
        self._fork_server = fork_server
        ours, theirs = socket.socketpair()
        lifeline, self._lifeline = os.pipe()
        with theirs:
            self.pid = fork_server.fork_worker(theirs.fileno(), lifeline)
        os.close(lifeline)
        self._connection = Connection(ours.detach())
        self._connection.send(sys.path)
        self._exit_code: int | None = None

    def warm_up(self, modules: Sequence[str]) -> None:
        """Let the worker import modules while it has nothing else to do."""
        self._connection.send(WarmUp(tuple(modules)))

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
        # A process that ended by itself may have left children behind, and until it is waited for
        # its id cannot have gone to another process.
        if self._exit_code is None:
            with contextlib.suppress(ProcessLookupError):  # the fork server has died before it
                os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> int:
        """Stop the process and release what belongs to it; how it ended."""
        self.kill()
        if self._exit_code is None:
            self._exit_code = self._fork_server.wait(self.pid)
            self._connection.close()
            os.close(self._lifeline)
        return self._exit_code


class WorkerPool:
    """A workforce of up to `size` worker processes, each started when it is first needed.

    When the first execution begins, one more worker imports `modules`, those that the executors
    of the pipeline lie in: the next node that can run beside finds its libraries loaded. It is
    one and not all, because a process with TensorFlow takes most of a gigabyte.
    """

    def __init__(self, size: int, modules: Sequence[str] = ()) -> None:
        self.size = size
        self.threads = ThreadPoolExecutor(size, "plib-node")
        self._modules = modules
        self._lock = threading.Lock()
        self._fork_server = ForkServer(_own_import_folders())
        self._workers: list[Worker] = []
        self._idle: list[Worker] = []
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
        self._fork_server.close()

    def _take(self) -> Worker | None:
        with self._lock:
            if self._canceled:
                return None
            if not self._workers and self.size > 1 and self._modules:
                warming = self._new_worker()
                warming.warm_up(self._modules)
                worker = self._new_worker()
                self._idle.append(warming)
                return worker
            return self._idle.pop() if self._idle else self._new_worker()

    def _new_worker(self) -> Worker:
        worker = Worker(self._fork_server)
        self._workers.append(worker)
        return worker

    def _bury(self, worker: Worker) -> Outcome:
        with self._lock:
            self._workers.remove(worker)
            canceled = self._canceled
            exit_code = worker.close()
        if canceled:
            return Canceled("interrupted")
        return Failure(ErrorRecord("WorkerDied", _how_it_ended(exit_code)))


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
