"""The lock of a run: one process runs it, and no worker of an earlier one is left."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from pipeline_lib.errors import MetadataStoreError, PipelineLibError

_TIME_TO_END = 10.0
"""Seconds that the workers of a runner that has died may take to end."""


@contextmanager
def sole_runner(run_id: str, root: str) -> Iterator[int]:
    """Hold the lock of a run that this process runs: a file descriptor.

    The system frees it when no process has it any more. The workers get it as well, so that
    nobody goes on with a run of which a worker still lives.

    Args:
        run_id: id of the run; another store may hold a run of the same id.
        root: the run's pipeline root.

    Raises:
        PipelineLibError: another process on this machine is running it.
    """
    path = _lock_path(f"{root}\n{run_id}")
    deadline = time.monotonic() + _TIME_TO_END
    while (lock := _locked(path, run_id)) is None:
        if time.monotonic() > deadline:
            raise _still_running(run_id)
        time.sleep(0.02)
    with lock:
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield lock.fileno()
        except MetadataStoreError:
            # That the run has ended could not be recorded: the file that is left tells it.
            raise
        except BaseException:
            os.unlink(path)
            raise
        os.unlink(path)


def is_running_here(run_id: str, root: str) -> bool:
    """Whether a process on this machine is running it; arguments as in `sole_runner`."""
    return _is_held(run_id, root) is True


def has_died_here(run_id: str, root: str) -> bool:
    """Whether its runner ended on this machine, since this was started, and could not record that.

    It was killed, or the store had failed.
    """
    return _is_held(run_id, root) is False


def _is_held(run_id: str, root: str) -> bool | None:
    """Whether a process has the lock; `None` where there is none."""
    try:
        with open(_lock_path(f"{root}\n{run_id}"), encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return True


def _locked(path: str, run_id: str) -> TextIO | None:
    """The locked file; `None` while a runner that has died has workers that have not."""
    lock = open(path, "a+", encoding="ascii")  # noqa: SIM115 - its caller closes it
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever held it may have removed it meanwhile, and the next one locks another file.
        if os.path.samestat(os.fstat(lock.fileno()), os.stat(path)):
            return lock
    except FileNotFoundError:
        pass
    except BlockingIOError:
        lock.seek(0)
        if _is_alive(lock.read()):
            lock.close()
            raise _still_running(run_id) from None
    lock.close()
    return None


def _is_alive(pid: str) -> bool:
    return pid.isdecimal() and os.path.exists(f"/proc/{pid}")


def _still_running(run_id: str) -> PipelineLibError:
    return PipelineLibError(
        f"Run {run_id!r} is still running, in another process. Wait until it has ended."
    )


def _lock_path(name: str) -> str:
    folder = os.path.join(tempfile.gettempdir(), f"pipeline-lib-{os.getuid()}")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return os.path.join(folder, f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.lock")
