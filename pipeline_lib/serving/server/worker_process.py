"""A worker as its supervisor sees it: a process, and the channel to it."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from dataclasses import dataclass, field

from pipeline_lib.serving.server.channel import Channel


@dataclass(eq=False)
class WorkerProcess:
    """A worker.

    Attributes:
        number: that of its place among the workers; one that replaces it has the same.
        process: what it runs in.
        channel: over which it is told what to do.
        started: whether it serves.
        since: when it began, or began to serve, by the monotonic clock.
    """

    number: int
    process: asyncio.subprocess.Process
    channel: Channel
    started: bool = False
    since: float = field(default_factory=time.monotonic)

    @classmethod
    async def begin(cls, number: int) -> WorkerProcess:
        """A new process, which waits to be told what to serve."""
        ours, theirs = socket.socketpair()
        with theirs:
            command = (sys.executable, "-m", "pipeline_lib.serving.server.worker")
            process = await asyncio.create_subprocess_exec(
                *command, str(theirs.fileno()), pass_fds=(theirs.fileno(),)
            )
        return cls(number, process, await Channel.over(ours))

    def has_started(self) -> None:
        """Note that it serves."""
        self.started = True
        self.since = time.monotonic()

    def served_for(self, seconds: float) -> bool:
        """Whether it has served for longer than that."""
        return self.started and time.monotonic() - self.since > seconds
