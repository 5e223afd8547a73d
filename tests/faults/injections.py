"""What is done to a run from outside, each at a moment that the harness chooses."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.faults import processes


@dataclass(frozen=True)
class Target:
    """A run that is going on.

    Attributes:
        runner: process id of the runner, which leads a session.
        token: marks all its processes.
        folder: all that it writes is below it.
    """

    runner: int
    token: str
    folder: Path


Injection = Callable[[Target, random.Random], bool]
"""Disturbs a run; whether there was still something to be disturbed."""


@dataclass(frozen=True)
class Disturbance:
    """A fault that comes from outside.

    Attributes:
        is_survived: whether the run must come to its end all the same, with every node complete.
        failing: how many nodes may fail through it.
        may_leave_running: whether executions may be left that nobody records as ended.
        disks: folders of the run that are small file systems.
    """

    inject: Injection
    is_survived: bool = False
    failing: int = 0
    may_leave_running: bool = False
    disks: tuple[str, ...] = ()


def _signal_runner(number: int) -> Injection:
    return lambda target, _: processes.kill(target.runner, number)


def _interrupt_twice(target: Target, chance: random.Random) -> bool:
    was_there = processes.kill(target.runner, signal.SIGINT)
    time.sleep(chance.uniform(0, 0.05))
    processes.kill(target.runner, signal.SIGINT)
    return was_there


def _kill_one(find: Callable[[str], list[int]]) -> Injection:
    def inject(target: Target, chance: random.Random) -> bool:
        while processes.is_running(target.runner):
            found = find(target.token)
            if found:
                return processes.kill(chance.choice(found), signal.SIGKILL)
        return False

    return inject


def _kill_session(target: Target, _: random.Random) -> bool:
    was_running = processes.is_running(target.runner)
    os.killpg(target.runner, signal.SIGKILL)
    return was_running


def _kill_all(target: Target, _: random.Random) -> bool:
    was_running = processes.is_running(target.runner)
    processes.kill_all(target.token)
    return was_running


def _lock_store(target: Target, chance: random.Random) -> bool:
    path = target.folder / "store" / "runs.sqlite"
    if not path.exists():
        return False
    was_running = processes.is_running(target.runner)
    connection = sqlite3.connect(path, timeout=10, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        time.sleep(chance.uniform(0.1, 2))
        connection.execute("ROLLBACK")
    finally:
        connection.close()
    return was_running


def _move_store_away(target: Target, chance: random.Random) -> bool:
    store = target.folder / "store"
    if not (store / "runs.sqlite").exists():
        return False
    was_running = processes.is_running(target.runner)
    store.rename(target.folder / "away")
    time.sleep(chance.uniform(0.1, 1))
    with suppress(FileNotFoundError):
        for path in store.iterdir():  # what was made in its place
            path.unlink()
        store.rmdir()
    (target.folder / "away").rename(store)
    return was_running


def _fill(name: str) -> Injection:
    def inject(target: Target, _: random.Random) -> bool:
        was_running = processes.is_running(target.runner)
        with suppress(OSError), open(target.folder / name / "filling", "wb", 0) as filling:
            while True:
                filling.write(bytes(1 << 16))
        with suppress(OSError), open(target.folder / name / "filling", "ab", 0) as filling:
            while True:
                filling.write(b"x")
        return was_running

    return inject


DISTURBANCES = {
    "kill runner": Disturbance(_signal_runner(signal.SIGKILL), may_leave_running=True),
    "kill runner's group": Disturbance(_kill_session, may_leave_running=True),
    "kill all processes": Disturbance(_kill_all, may_leave_running=True),
    "SIGTERM to runner": Disturbance(_signal_runner(signal.SIGTERM)),
    "SIGINT to runner": Disturbance(_signal_runner(signal.SIGINT)),
    "SIGINT twice": Disturbance(_interrupt_twice, may_leave_running=True),
    "kill a worker": Disturbance(_kill_one(processes.workers), failing=1),
    "kill fork server": Disturbance(_kill_one(processes.fork_servers), is_survived=True),
    "store locked": Disturbance(_lock_store, is_survived=True),
    "store away": Disturbance(_move_store_away, may_leave_running=True),
    "disk full (root)": Disturbance(_fill("root"), failing=16, disks=("root",)),
    "disk full (store)": Disturbance(_fill("store"), may_leave_running=True, disks=("store",)),
}


@contextmanager
def small_disks(folders: list[Path]) -> Iterator[None]:
    """File systems of 4 MiB at these folders.

    Raises:
        PermissionError: this process may not mount.
    """
    mounted: list[Path] = []
    try:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
            command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
            try:
                subprocess.run(command, capture_output=True, text=True, check=True)
            except FileNotFoundError as error:
                raise PermissionError("there is no program to mount one") from error
            except subprocess.CalledProcessError as error:
                raise PermissionError(error.stderr.strip()) from error
            mounted.append(folder)
        yield
    finally:
        for folder in mounted:
            subprocess.run(["umount", str(folder)], check=True)


def empty(folders: list[Path]) -> None:
    """Make room again."""
    for folder in folders:
        (folder / "filling").unlink(missing_ok=True)
