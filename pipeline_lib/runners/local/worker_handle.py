"""The runner's side of one worker process."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection

from pipeline_lib.node.request import ExecutionRequest
from pipeline_lib.runners.local.fork_server import ForkServer
from pipeline_lib.runners.local.worker import Report, WarmUp

_TIME_TO_END = 5.0
"""Seconds that a process may take between losing its connection and its end."""


class Worker:
    """One worker process and the connection to it.

    Args:
        fork_server: forks it.
        most_memory: bytes that it may hold between two nodes.

    Raises:
        ConnectionError: the fork server is gone.
        PipelineLibError: the system has no room for another process.
    """

    def __init__(self, fork_server: ForkServer, most_memory: int) -> None:
        ours, theirs = socket.socketpair()
        lifeline, self._lifeline = os.pipe()
        self._fork_server = fork_server
        try:
            self.pid = fork_server.fork_worker(theirs.fileno(), lifeline, most_memory)
        except BaseException:
            ours.close()
            os.close(self._lifeline)
            raise
        finally:
            theirs.close()
            os.close(lifeline)
        self._connection = Connection(ours.detach())
        self._send(sys.path)

    def warm_up(self, modules: Sequence[str]) -> None:
        """Let the worker import modules while it has nothing else to do."""
        self._send(WarmUp(tuple(modules)))

    def is_waiting(self) -> bool:
        """Whether the process is alive and waits for a request."""
        return not self._connection.poll()

    def execute(self, request: ExecutionRequest) -> Report:
        """Execute a request and wait for its outcome.

        Raises:
            EOFError, OSError: the process is gone.
            TimeoutError: the time of the request is over, and the process is still at it.
        """
        self._connection.send(request)
        timeout = request.options.timeout
        if timeout and not self._connection.poll(timeout):
            raise TimeoutError
        report: Report = self._connection.recv()
        return report

    def has_ended_by_itself(self) -> bool:
        """Whether a process whose connection is lost has ended, and not only closed it."""
        try:
            process = os.pidfd_open(self.pid)
        except OSError:  # it is gone and forgotten, or this system cannot tell
            return True
        try:
            return bool(select.select([process], [], [], _TIME_TO_END)[0])
        finally:
            os.close(process)

    def kill(self) -> None:
        """Kill the process and all that it started and that has stayed in its group."""
        # A process that ended by itself may have left children behind, and until it is waited for
        # its id cannot have gone to another process.
        with contextlib.suppress(ProcessLookupError):  # the fork server has died before it
            os.killpg(self.pid, signal.SIGKILL)

    def wait(self) -> int | None:
        """Wait for the end of a process that was killed: its exit code, as `ForkServer.wait`."""
        return self._fork_server.wait(self.pid)

    def release(self) -> None:
        """Close what belongs to a process that has ended, or is about to."""
        self._connection.close()
        os.close(self._lifeline)

    def _send(self, message: object) -> None:
        # If it has died already, that shows when it is to execute something.
        with contextlib.suppress(OSError):
            self._connection.send(message)
