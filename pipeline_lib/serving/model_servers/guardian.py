"""The process between a model server and whoever started it: bounds it, and outlives neither.

It has one thread and no library, so that what happens between fork and exec is safe; it leads a
session of its own and adopts what the server leaves behind, so that nothing gets away.

Standard input is the other side's hand: a byte asks the server to end (SIGTERM), the end of the
stream means that the other side is done, or dead: everything is killed and the scratch directory
removed. On standard output one line says how the server ended, as JSON.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from pipeline_lib.execution import process_tree

_PR_SET_PDEATHSIG = 1
_LOOK_S = 0.05
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Order:
    """What to run, and within which bounds.

    Attributes:
        command: program and arguments.
        scratch: a directory that is removed at the end; the server's working directory.
        log: file that the server prints into.
        memory_limit: bytes that all its processes may hold.
        file_size: bytes that a file which it writes may have.
        open_files: file descriptors that a process may have.
    """

    command: list[str]
    scratch: str
    log: str
    memory_limit: int
    file_size: int
    open_files: int


@dataclass(frozen=True)
class Report:
    """How the server ended.

    Attributes:
        exit_code: its exit code, or minus the number of the signal; `None` where it never began.
        over_memory: whether it was killed for its memory.
        error: why it could not be started.
    """

    exit_code: int | None
    over_memory: bool = False
    error: str = ""


def main() -> None:
    """Run one server until it ends, then wait until the other side is done."""
    order = Order(**json.loads(sys.argv[1]))
    process_tree.adopt_orphans()
    try:
        _report(_run(order))
        while os.read(0, 1):
            pass
    finally:
        process_tree.kill_children()
        shutil.rmtree(order.scratch, ignore_errors=True)


def _run(order: Order) -> Report:
    try:
        with open(order.log, "ab") as log:
            server = subprocess.Popen(
                order.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=order.scratch,
                start_new_session=True,
                preexec_fn=lambda: _bound(order),  # this process has one thread
            )
    except OSError as error:
        return Report(None, error=str(error))
    over_memory = _watch(server, order.memory_limit)
    # Minus the signal's number for a killed one; its children go with it.
    process_tree.kill_children(spared={server.pid})
    return Report(server.wait(), over_memory)


def _watch(server: subprocess.Popen[bytes], memory_limit: int) -> bool:
    """Wait for the server's end, or bring it about; whether it used too much memory."""
    ended = os.pidfd_open(server.pid)
    try:
        while True:
            ready, _, _ = select.select([0, ended], [], [], _LOOK_S)
            if ended in ready:
                return False
            if ready:
                if not os.read(0, 1):
                    server.kill()
                    return False
                server.terminate()
            if _memory(server.pid) > memory_limit:
                server.kill()
                return True
    finally:
        os.close(ended)


def _bound(order: Order) -> None:
    """Limit this process, which is about to become the server."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, order.file_size)
    _limit(resource.RLIMIT_NOFILE, order.open_files)


def _limit(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (bound, bound))


def _memory(session: int) -> int:
    """Bytes that the processes of a session hold in memory."""
    pages = sum(rss for member, rss in _sessions() if member == session)
    return pages * os.sysconf("SC_PAGE_SIZE")


def _sessions() -> Iterator[tuple[int, int]]:
    """For each process its session and the pages that it holds."""
    for name in filter(str.isdecimal, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as stat:
            # pid (name) state parent group session ...: the name may hold anything.
            fields = stat.read().rpartition(b")")[2].split()
            yield int(fields[3]), int(fields[21])


def _report(report: Report) -> None:
    # Nobody may be listening any more.
    with contextlib.suppress(OSError):
        os.write(1, f"{json.dumps(asdict(report))}\n".encode())


if __name__ == "__main__":
    main()
