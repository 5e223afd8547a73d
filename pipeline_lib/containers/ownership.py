"""Who has started something that outlives a process, so that what the dead have left is removed."""

from __future__ import annotations

import os
import socket


def own_mark() -> str:
    """A mark of this process, which no other process of any machine has."""
    return f"{os.getpid()}-{_started(os.getpid())}-{socket.gethostname()}"


def is_of_a_dead_process(mark: str) -> bool:
    """Whether the process with that mark ran on this machine and has ended."""
    pid, _, rest = mark.partition("-")
    started, _, host = rest.partition("-")
    if host != socket.gethostname():
        return False
    try:
        return _started(int(pid)) != started
    except (OSError, ValueError):
        return True


def _started(pid: int) -> str:
    """When a process started, in the kernel's ticks: ids come again, pairs of both do not."""
    with open(f"/proc/{pid}/stat", "rb") as stat:
        # pid (name) state parent ...: the name may hold anything.
        return stat.read().rpartition(b")")[2].split()[19].decode()
