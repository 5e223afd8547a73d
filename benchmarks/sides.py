"""The three sides of a comparison: the library, TFX, and the store's floor.

Each measurement is a process of its own, whose last line of output is its figures as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent

Figures = dict[str, Any]
"""What a process measured, and `process`: the seconds from its start to its end."""


class MeasurementError(Exception):
    """A measured process failed; the text has the end of its output."""


@dataclass(frozen=True)
class Side:
    """How the measurements of one side are started."""

    command: tuple[str, ...]

    def measure(self, *arguments: object) -> Figures:
        """Start a process, wait for it, and give its figures.

        Raises:
            MeasurementError: it failed.
        """
        command = [*self.command, *map(str, arguments)]
        start = time.perf_counter()
        done = subprocess.run(
            command, cwd=PROJECT, env=_environment(), capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - start
        if done.returncode:
            end = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
            raise MeasurementError(f"{' '.join(command)} failed with {done.returncode}:\n{end}")
        return {**json.loads(done.stdout.splitlines()[-1]), "process": seconds}


def ours() -> Side:
    """The library, by the interpreter that runs this."""
    return Side((sys.executable, "-m", "benchmarks.ours"))


def tfx(python: Path) -> Side:
    """TFX, by the interpreter that has it."""
    return Side((str(python), str(PROJECT / "benchmarks" / "tfx_side" / "run.py")))


def floor() -> Side:
    """The bare store, by the interpreter that runs this."""
    return Side((sys.executable, "-m", "benchmarks.floor"))


def _environment() -> dict[str, str]:
    # TensorFlow's start-up messages would bury the figures' own errors.
    return {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
