"""Warm worker processes: each outlives a node, so that heavy libraries load once per worker."""

from __future__ import annotations

import os
import signal
import site
import sys
import sysconfig
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from pipeline_lib.errors import PipelineLibError
from pipeline_lib.metadata.store import ErrorRecord
from pipeline_lib.node.execute import remove_unpublished
from pipeline_lib.node.request import Canceled, ExecutionRequest, Failure, Outcome
from pipeline_lib.runners.local.bounded_log import shorten
from pipeline_lib.runners.local.capacity import physical_memory
from pipeline_lib.runners.local.fork_server import ForkServer
from pipeline_lib.runners.local.worker_handle import Worker

_MOST_ATTEMPTS = 3
_LEAST_MEMORY = 2 << 30
"""A worker that holds less is kept, also on a small machine: heavy libraries take half of it."""


class WorkerPool:
    """A workforce of up to `size` worker processes, each started when it is first needed.

    When the first execution begins, one more worker imports `modules`, those that the executors
    of the pipeline lie in: the next node that can run beside finds its libraries loaded. It is
    one and not all, because a process with TensorFlow takes most of a gigabyte.

    Args:
        kept_open: file descriptors that every process of the pool holds open as long as it lives.
    """

    def __init__(
        self, size: int, modules: Sequence[str] = (), kept_open: Sequence[int] = ()
    ) -> None:
        self.size = size
        self.threads = ThreadPoolExecutor(size, "plib-node")
        self._modules = modules
        self._kept_open = kept_open
        self._most_memory = max(_LEAST_MEMORY, physical_memory() // (2 * size))
        self._lock = threading.Lock()
        self._fork_server = self._new_fork_server()
        self._workers: list[Worker] = []
        self._idle: list[Worker] = []
        self._canceled = False

    def execute(self, request: ExecutionRequest) -> Outcome:
        """Execute a request on an idle worker, the one that worked last: it is the warmest.

        A worker that dies costs this one execution; another takes its place. So does one that is
        not as good as before: the executor has left processes behind, or much memory.
        """
        worker = self._take()
        if worker is None:
            return Canceled("interrupted")
        try:
            report = worker.execute(request)
        except TimeoutError:
            return self._failure(worker, request, "Timeout", _too_long(request))
        except (EOFError, OSError):
            has_ended = worker.has_ended_by_itself()
            return self._failure(worker, request, "WorkerDied", "" if has_ended else _CLOSED)
        except Exception as error:
            reason = f"What the worker process answered cannot be read: {error}"
            return self._failure(worker, request, "WorkerDied", reason)
        if report.is_fit:
            with self._lock:
                self._idle.append(worker)
        else:
            self._bury(worker)
        return report.outcome

    def cancel(self) -> None:
        """Kill all workers, and wait until the executions under way are recorded as canceled."""
        with self._lock:
            self._canceled = True
            for worker in self._workers:
                worker.kill()
        self.threads.shutdown(cancel_futures=True)

    def close(self) -> None:
        """Stop all workers, and all that they have started. May be called again."""
        self.cancel()
        self._fork_server.close()
        while self._workers:
            self._workers.pop().release()

    def _take(self) -> Worker | None:
        with self._lock:
            if self._canceled:
                return None
            if not self._workers and self.size > 1 and self._modules:
                warming = self._new_worker()
                warming.warm_up(self._modules)
                self._idle.insert(0, warming)
                return self._new_worker()
            while self._idle:
                worker = self._idle.pop()
                if worker.is_waiting():
                    return worker
                self._remove(worker)
            return self._new_worker()

    def _new_worker(self) -> Worker:
        for _ in range(_MOST_ATTEMPTS):
            try:
                worker = Worker(self._fork_server, self._most_memory)
            except ConnectionError:
                code = self._fork_server.close()
                self._fork_server = self._new_fork_server()
            else:
                self._workers.append(worker)
                return worker
        raise PipelineLibError(
            "No worker process can be started: the process that they are forked from has ended "
            f"{_MOST_ATTEMPTS} times, with code {code}."
        )

    def _new_fork_server(self) -> ForkServer:
        return ForkServer(_own_import_folders(), self._kept_open)

    def _failure(
        self, worker: Worker, request: ExecutionRequest, kind: str, reason: str
    ) -> Outcome:
        """Stop a worker, remove what it has written, and say why; by default how it ended."""
        exit_code = self._bury(worker)
        remove_unpublished(request)
        shorten(request.log_uri)
        if self._canceled:
            return Canceled("interrupted")
        return Failure(ErrorRecord(kind, reason or _how_it_ended(exit_code)))

    def _bury(self, worker: Worker) -> int | None:
        with self._lock:
            return self._remove(worker)

    def _remove(self, worker: Worker) -> int | None:
        self._workers.remove(worker)
        worker.kill()
        exit_code = worker.wait()
        worker.release()
        return exit_code


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


_CLOSED = (
    "The worker process has lost its connection to the runner: the executor has closed file "
    "descriptors that are not its own."
)


def _too_long(request: ExecutionRequest) -> str:
    return f"The node ran longer than {request.options.timeout:g} s."


def _how_it_ended(code: int | None) -> str:
    if code is None:
        return "The worker process ended before the node was done."
    if code < 0:
        hint = " It may have run out of memory." if -code == signal.SIGKILL else ""
        return f"The worker process was killed by {_name(-code)}.{hint}"
    return f"The worker process ended with exit code {code} before the node was done."


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # those for real-time use have none
        return f"signal {number}"
