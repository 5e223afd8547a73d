"""A bound to how long each request may take.

`asyncio.timeout` needs Python 3.11, and a timer for each request costs more than all else that is
done for it. All requests have the same time here, so the oldest is always the next whose time is
up, and one timer does for all.
"""

from __future__ import annotations

import asyncio
from typing import Any


class TimeLimit:
    """The time of one request.

    Attributes:
        passed: whether time was up; the task then gets a `CancelledError`.
    """

    __slots__ = ("deadline", "passed", "task")

    def __init__(self, deadline: float, task: asyncio.Task[Any] | None) -> None:
        self.deadline = deadline
        self.task = task
        self.passed = False


class TimeLimits:
    """Cancels tasks whose time is up.

    Args:
        seconds: how long each has.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._running: dict[TimeLimit, None] = {}  # the oldest first
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> TimeLimit:
        """Time starts for the running task, until `end`."""
        loop = asyncio.get_running_loop()
        limit = TimeLimit(loop.time() + self._seconds, asyncio.current_task())
        self._running[limit] = None
        if self._timer is None:
            self._timer = loop.call_at(limit.deadline, self._look)
        return limit

    def end(self, limit: TimeLimit) -> None:
        """The task was quick enough, or has had its `CancelledError`."""
        self._running.pop(limit, None)
        uncancel = getattr(limit.task, "uncancel", None)
        if limit.passed and uncancel is not None:
            uncancel()  # Python 3.11 counts the cancellations of a task

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        for limit in list(self._running):
            if limit.deadline > loop.time():
                self._timer = loop.call_at(limit.deadline, self._look)
                return
            del self._running[limit]
            limit.passed = True
            if limit.task is not None:
                limit.task.cancel()
