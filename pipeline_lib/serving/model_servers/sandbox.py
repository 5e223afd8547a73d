"""A model server as a process of this machine that can hurt nobody: bounded, watched, killed."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pipeline_lib.containers.ownership import is_of_a_dead_process, own_mark
from pipeline_lib.serving.model_servers import guardian

_KEPT = ("LANG", "LD_LIBRARY_PATH", "PATH", "TZ")
_KEPT_PREFIXES = ("CUDA_", "KMP_", "LC_", "MKL_", "NVIDIA_", "OMP_", "TF_", "XLA_")
_SCRATCH = "model-server-"
_FILE_SIZE = 256 * 1024 * 1024
_OPEN_FILES = 4096
_LOG_TAIL = 8 * 1024
_TIME_TO_END_S = 2.0
"""Seconds that a server may take to end by itself when it is asked to."""


class SandboxedProcess:
    """A program in a session and a scratch directory of its own, killed with all that it starts.

    It gets no secret from the environment: `PATH`, the locale, the library path and what tunes
    TensorFlow, nothing else. It ends with this process, however that ends.

    Args:
        command: program and arguments.
        memory_limit: bytes that it and what it starts may hold in memory together.

    Raises:
        OSError: the system has no room for another process.
    """

    def __init__(self, command: Sequence[str], memory_limit: int) -> None:
        self._scratch = _scratch_directory()
        self._log = Path(self._scratch, "log")
        self._last_log = ""
        self._report: guardian.Report | None = None
        order = guardian.Order(
            command=list(command),
            scratch=self._scratch,
            log=str(self._log),
            memory_limit=memory_limit,
            file_size=_FILE_SIZE,
            open_files=_OPEN_FILES,
        )
        try:
            self._guardian = subprocess.Popen(
                [sys.executable, "-m", guardian.__name__, json.dumps(asdict(order))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=_environment(self._scratch),
                cwd=self._scratch,
                start_new_session=True,
            )
        except BaseException:
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise

    def report(self, timeout_s: float = 0.0) -> guardian.Report | None:
        """How it has ended; `None` where it has not within the time."""
        told = self._guardian.stdout
        if self._report is None and told is not None:
            ready, _, _ = select.select([told], [], [], timeout_s)
            self._report = _parsed(told.readline()) if ready else None
        return self._report

    def log(self) -> str:
        """The end of what it has printed; what was known last after `stop`."""
        with contextlib.suppress(OSError), self._log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(0, size - _LOG_TAIL))
            self._last_log = log.read().decode(errors="replace").strip()
        return self._last_log

    def stop(self) -> None:
        """Let it end, or kill it if it does not; remove what it has written."""
        hand = self._guardian.stdin
        if hand is None or hand.closed:
            return
        with contextlib.suppress(OSError):
            hand.write(b"t")
            hand.flush()
            self.report(_TIME_TO_END_S)
        self.log()
        with contextlib.suppress(OSError):
            hand.close()
        self._guardian.wait()
        if self._guardian.stdout is not None:
            self._guardian.stdout.close()
            self._report = self._report or guardian.Report(-signal.SIGKILL)
        # The guardian has done it, unless it was killed.
        shutil.rmtree(self._scratch, ignore_errors=True)


def _scratch_directory() -> str:
    """A new one. Those of dead processes, whose guardians were killed as well, are removed."""
    parent = tempfile.gettempdir()
    for name in os.listdir(parent):
        mark, _, _ = name.removeprefix(_SCRATCH).rpartition("-")
        if name.startswith(_SCRATCH) and is_of_a_dead_process(mark):
            shutil.rmtree(os.path.join(parent, name), ignore_errors=True)
    return tempfile.mkdtemp(prefix=f"{_SCRATCH}{own_mark()}-", dir=parent)


def _parsed(line: bytes) -> guardian.Report:
    # No line: somebody has killed the guardian, and the server went with it.
    fields = json.loads(line) if line else {"exit_code": -signal.SIGKILL}
    return guardian.Report(**fields)


def _environment(scratch: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }
    import_folders = [os.path.abspath(folder) for folder in sys.path if folder]
    return {
        **kept,
        "HOME": scratch,
        "TMPDIR": scratch,
        "PYTHONPATH": os.pathsep.join(import_folders),
    }
