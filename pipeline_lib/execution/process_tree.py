"""The processes that come from this one, also those whose own parent has ended. Linux only."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Collection, Iterator

_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of every process below this one whose own parent ends.

    A process that has left its group and session, as a daemon does, is found again by that.
    """
    # Imported here: the runner imports this module, and has no use for it.
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def has_living_children() -> bool:
    """Whether a child of this process runs. Those that have ended are forgotten."""
    with contextlib.suppress(ChildProcessError):
        while True:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return True
    return False


def kill_children(spared: Collection[int] = ()) -> None:
    """Kill the children of this process, and theirs, until none is left; wait for their end.

    Whoever adopts orphans gets the children of those that it has killed, and kills them as well.
    """
    while found := [pid for pid in _children() if pid not in spared]:
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in found:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _children() -> Iterator[int]:
    own = os.getpid()
    for name in os.listdir("/proc"):
        if name.isdecimal() and _parent(name) == own:
            yield int(name)


def _parent(pid: str) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            # pid (name) state parent ...: the name may hold anything.
            return int(stat.read().rpartition(b")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
