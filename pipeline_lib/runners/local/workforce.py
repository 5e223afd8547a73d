"""Who does the work of a local run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, Protocol, TypeVar

from pipeline_lib.node.execute import execute as execute_here
from pipeline_lib.node.request import ExecutionRequest, Outcome

T = TypeVar("T")


class Workforce(Protocol):
    """Executes requests, a number of them side by side."""

    @property
    def size(self) -> int:
        """How many requests it executes at once."""

    @property
    def threads(self) -> Executor:
        """Launches nodes; as many at once as the workforce can execute."""

    def execute(self, request: ExecutionRequest) -> Outcome:
        """Execute a request and wait for its outcome. Called from `threads`."""

    def cancel(self) -> None:
        """Let every execution that is under way end now, as canceled; start none."""

    def close(self) -> None:
        """Release processes and threads."""


class InThisProcess:
    """Executes in the calling thread, one at a time, so that a debugger stops in the node."""

    def __init__(self) -> None:
        self.size = 1
        self.threads = CallingThread()

    def execute(self, request: ExecutionRequest) -> Outcome:
        """Execute the request here."""
        return execute_here(request)

    def cancel(self) -> None:
        """Nothing runs beside the caller."""

    def close(self) -> None:
        """There is nothing to release."""


class CallingThread(Executor):
    """Calls what is submitted to it at once."""

    def submit(self, call: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Call it here and now, and let what it raises come through."""
        future: Future[T] = Future()
        future.set_result(call(*args, **kwargs))
        return future
