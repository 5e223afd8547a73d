"""A log that keeps its beginning and its end, however much is written to it.

The process that writes it, and all that it starts, write straight to the file. While they do, the
space in the middle of a file that grows too large is given back to the disk; in the end the two
parts are put together.
"""

from __future__ import annotations

import contextlib
import os
import threading

_KEPT = 64 << 20
"""Bytes of the beginning, and of the end."""

_SLACK = 1 << 20
_BLOCK = 1 << 20
_KEEP_SIZE_AND_PUNCH_HOLE = 3


class BoundedLog:
    """The log at a local path, as this process writes it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._freed = _KEPT
        self._lock = threading.Lock()
        self._is_open = True

    def free_middle(self) -> None:
        """Give back to the disk what will not be kept. Called now and then, from any thread."""
        with self._lock, contextlib.suppress(OSError):
            end = os.stat(self._path).st_size - _KEPT
            if self._is_open and end > self._freed + _SLACK:
                _punch_hole(self._path, self._freed, end - self._freed)
                self._freed = end

    def finish(self) -> None:
        """Leave out the middle."""
        with self._lock:
            self._is_open = False
            shorten(self._path)


def shorten(path: str) -> None:
    """Leave out the middle of a log that is too large, with a line that says so."""
    with contextlib.suppress(OSError), open(path, "r+b") as log:
        size = os.fstat(log.fileno()).st_size
        left_out = size - 2 * _KEPT
        if left_out <= _SLACK:
            return
        note = f"\n[{left_out} bytes are left out here: a log keeps its beginning and its end.]\n"
        log.seek(_KEPT)
        log.write(note.encode())
        _copy_down(log.fileno(), size - _KEPT, log.tell())


def _copy_down(descriptor: int, source: int, destination: int) -> None:
    while block := os.pread(descriptor, _BLOCK, source):
        source += len(block)
        destination += os.pwrite(descriptor, block, destination)
    os.ftruncate(descriptor, destination)


def _punch_hole(path: str, offset: int, length: int) -> None:
    # Imported here: few logs are large.
    import ctypes

    descriptor = os.open(path, os.O_WRONLY)
    try:
        # A file system that cannot do it keeps all until the end.
        ctypes.CDLL(None).fallocate(
            descriptor,
            _KEEP_SIZE_AND_PUNCH_HOLE,
            ctypes.c_int64(offset),
            ctypes.c_int64(length),
        )
    finally:
        os.close(descriptor)
