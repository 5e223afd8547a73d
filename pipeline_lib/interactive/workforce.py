"""Who does the work of a context's runs: this process for the session's own code, else workers."""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from io import TextIOBase
from typing import TextIO, cast

from pipeline_lib import ir
from pipeline_lib.artifacts import files
from pipeline_lib.execution.main_module import main_module_name
from pipeline_lib.interactive.session_code import place_in_session
from pipeline_lib.interactive.workers_modules import WorkersModules, module_parts
from pipeline_lib.ir.executors import ClassExecutor, FunctionExecutor
from pipeline_lib.node.execute import remove_unpublished, run_executor
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.request import ExecutionRequest, Failure, Outcome
from pipeline_lib.runners.local.worker_pool import WorkerPool
from pipeline_lib.runners.local.workforce import CallingThread, Workforce


class ContextWorkers:
    """Worker processes that stay warm from run to run, and are renewed where they have to be.

    They are when a module that one may have imported was edited since, and when the session has
    another working directory, environment or `sys.path`.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._pool: WorkerPool | None = None
        self._closing: weakref.finalize[..., ContextWorkers] | None = None
        self._surroundings: object = None
        self._modules = WorkersModules()

    def pool_for(self, pipeline: ir.Pipeline) -> WorkerPool:
        """The pool that runs the nodes of a pipeline."""
        code = module_parts(pipeline)
        surroundings = _surroundings()
        if surroundings != self._surroundings or self._modules.are_edited(code):
            self.close()
        if self._pool is None:
            self._pool = WorkerPool(self._size)
            self._surroundings = surroundings
            self._modules = WorkersModules()
            # The end of the process ends the workers in any case; this also frees the threads.
            self._closing = weakref.finalize(self, self._pool.close)
        self._modules.add(code)
        return self._pool

    def close(self) -> None:
        """End the workers; the next run starts others."""
        if self._closing is not None:
            self._closing()
        self._pool = self._closing = None


class SessionFirst:
    """Executes the session's own code here, one node at a time, and lets workers do the rest.

    Attributes:
        errors: what was raised here, by the id of the execution.
    """

    def __init__(self, workers: ContextWorkers, pipeline: ir.Pipeline) -> None:
        self.size = 1
        self.threads: Executor = CallingThread()
        self.errors: dict[int, Exception] = {}
        self._workers = workers
        self._pipeline = pipeline

    def execute(self, request: ExecutionRequest) -> Outcome:
        """Execute a request and wait for its outcome."""
        if is_of_session(request.executor):
            return self._execute_here(request)
        try:
            return self._workers.pool_for(self._pipeline).execute(request)
        except KeyboardInterrupt:
            self._workers.close()
            remove_unpublished(request)
            raise

    def cancel(self) -> None:
        """End the workers: one of them may be at work."""
        self._workers.close()

    def close(self) -> None:
        """The workers stay for the next run."""

    def _execute_here(self, request: ExecutionRequest) -> Outcome:
        try:
            with _also_logged(request.log_uri):
                return run_executor(request)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # an executor may call sys.exit()
            if isinstance(error, Exception):
                self.errors[request.execution_id] = error
            record = error_record(error)
            return Failure(replace(record, location=place_in_session(record.location)))


class Parallel:
    """Lets workers execute side by side, and keeps them for the next run."""

    def __init__(self, pool: WorkerPool, workers: ContextWorkers) -> None:
        self.size = pool.size
        self.threads: Executor = pool.threads
        self._pool = pool
        self._workers = workers

    def execute(self, request: ExecutionRequest) -> Outcome:
        """Execute a request and wait for its outcome."""
        return self._pool.execute(request)

    def cancel(self) -> None:
        """End the workers, and what they are at."""
        self._workers.close()

    def close(self) -> None:
        """The workers stay for the next run."""


def workforce_for(
    pipeline: ir.Pipeline, nodes: Sequence[ir.Node], workers: ContextWorkers
) -> Workforce:
    """Who executes these nodes: where one is the session's own, all of them one after another.

    The session's code runs in the thread that runs the cell, where it can be interrupted.
    """
    if any(is_of_session(node.executor) for node in nodes):
        return SessionFirst(workers, pipeline)
    return Parallel(workers.pool_for(pipeline), workers)


def is_of_session(executor: object) -> bool:
    """Whether an executor is defined in the session, or in the script that runs."""
    if not isinstance(executor, (FunctionExecutor, ClassExecutor)):
        return False
    return executor.path.partition(":")[0] == main_module_name()


def _surroundings() -> object:
    variables = {name: one for name, one in os.environ.items() if name not in _SET_BY_LIBRARIES}
    return os.getcwd(), variables, list(sys.path)


_SET_BY_LIBRARIES = {"KMP_INIT_AT_FORK", "TF2_BEHAVIOR", "TF_USE_LEGACY_KERAS", "TPU_ML_PLATFORM"}
"""Set by TensorFlow and what belongs to it when it is imported, as workers do themselves."""


@contextmanager
def _also_logged(log_uri: str) -> Iterator[None]:
    """Write what is printed to the log as well."""
    log: list[str] = []
    streams = [cast(TextIO, _Both(stream, log)) for stream in (sys.stdout, sys.stderr)]
    try:
        with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
            yield
    finally:
        if log:
            files.write_bytes(log_uri, "".join(log).encode(errors="backslashreplace"))


class _Both(TextIOBase):
    """A stream that keeps what is written to another."""

    def __init__(self, stream: TextIO, log: list[str]) -> None:
        self._stream = stream
        self._log = log

    def write(self, text: str) -> int:
        self._log.append(text)
        return self._stream.write(text)

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()
