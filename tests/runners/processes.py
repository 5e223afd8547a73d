"""Watching processes that are not children of this one."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def watched(*pids: int) -> Iterator[list[int]]:
    """Descriptors of running processes; each becomes readable when its process has ended."""
    descriptors = [os.pidfd_open(pid) for pid in pids]
    try:
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def has_ended(descriptor: int, within: float = 60) -> bool:
    """Whether the process of the descriptor ends within so many seconds."""
    return bool(select.select([descriptor], [], [], within)[0])
