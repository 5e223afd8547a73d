"""Running Python in a fresh process, away from the repository's folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def run_python(
    code: str, *arguments: str, cwd: Path, path: Path | None = REPOSITORY, hash_seed: int = 0
) -> str:
    """Standard output of `code`, run with `path` on `sys.path`; fails with its error output."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        env={
            **os.environ,
            "PYTHONPATH": str(path),
            "PYTHONHASHSEED": str(hash_seed),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
