"""Finding the processes of a run, wherever they have gone."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

TOKEN = "FAULT_TOKEN"
"""Environment variable that every process of a run inherits."""

_GONE = (FileNotFoundError, ProcessLookupError, PermissionError)


def of_run(token: str) -> list[int]:
    """All processes that come from the run of that token."""
    mark = f"{TOKEN}={token}".encode()
    return [pid for pid in _all() if mark in _environment(pid).split(b"\0")]


def fork_servers(token: str) -> list[int]:
    """The processes that workers are forked from."""
    servers = {pid for pid in of_run(token) if b"fork_server" in _command(pid)}
    return [pid for pid in servers if _parent(pid) not in servers]


def workers(token: str) -> list[int]:
    """The worker processes whose fork server is there."""
    servers = fork_servers(token)
    return [pid for pid in of_run(token) if _parent(pid) in servers and _command(pid)]


def all_end(token: str, within: float) -> bool:
    """Whether all processes of a run end within so many seconds each."""
    for pid in of_run(token):
        with suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            try:
                if not select.select([descriptor], [], [], within)[0]:
                    return False
            finally:
                os.close(descriptor)
    return not of_run(token)


def kill_all(token: str) -> None:
    """Kill all processes of a run."""
    for pid in of_run(token):
        kill(pid, signal.SIGKILL)


def kill(pid: int, number: int) -> bool:
    """Send a signal; whether the process was running."""
    was_running = is_running(pid)
    with suppress(ProcessLookupError):
        os.kill(pid, number)
    return was_running


def is_running(pid: int) -> bool:
    """Whether a process has not ended, waited for or not."""
    state = _read(pid, "stat").rpartition(b")")[2].split()
    return bool(state) and state[0] != b"Z"


def described(token: str) -> str:
    """The processes of a run with their command lines."""
    return ", ".join(
        f"{pid} {_command(pid).replace(bytes(1), b' ').decode()}" for pid in of_run(token)
    )


def _all() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdecimal())


def _environment(pid: int) -> bytes:
    # As it was when the program was started: what it changes later does not show.
    return _read(pid, "environ")


def _command(pid: int) -> bytes:
    return _read(pid, "cmdline")


def _parent(pid: int) -> int:
    stat = _read(pid, "stat").rpartition(b")")[2].split()
    return int(stat[1]) if stat else 0


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except _GONE:
        return b""
