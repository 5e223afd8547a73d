"""Turns at a SQLite file: one process writes, or several read.

SQLite keeps processes apart by itself. But whoever finds the file locked waits for seconds in ML
Metadata, and a reader makes a writer's commit fail. Processes that take turns never meet there;
one that does not ask (another tool) is met with the waits and the retries that remain.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline_lib.metadata.connection import MetadataConnectionConfig, SqliteConnection

_PATIENCE = 5.0
"""Seconds after which a process that was stopped in its turn is not waited for any longer."""

_SHORTEST_WAIT, _LONGEST_WAIT = 0.0002, 0.01


class Turns:
    """Turns at the file's folder: no file more, and SQLite's own locks are not touched."""

    def __init__(self, config: MetadataConnectionConfig) -> None:
        self._folder = -1
        if isinstance(config, SqliteConnection):
            folder = os.path.dirname(os.path.abspath(config.path))
            self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)

    @contextmanager
    def take(self, *, exclusive: bool) -> Iterator[None]:
        """Hold a turn, `exclusive` or beside other readers."""
        if self._folder < 0:
            yield
            return
        self._wait(fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        try:
            yield
        finally:
            # Not by closing: a process that was forked meanwhile holds the folder open as well.
            fcntl.flock(self._folder, fcntl.LOCK_UN)

    def close(self) -> None:
        """Release the folder."""
        if self._folder >= 0:
            os.close(self._folder)
        self._folder = -1

    def _wait(self, kind: int) -> None:
        wait = _SHORTEST_WAIT
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            try:
                fcntl.flock(self._folder, kind | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                time.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
            except OSError:
                return  # a file system that has no such locks
