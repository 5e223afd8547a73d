"""TFX 1.16.0 in a virtual environment of its own, made when it is first needed.

The benchmarks measure against it, and the tests of what works with the `tfx` package run in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_PROJECT = Path(__file__).resolve().parent.parent
_ENVIRONMENT = _PROJECT / ".venv-tfx"
_CONSTRAINTS = _PROJECT / "constraints" / "constraints-tfx.txt"
# tfx-bsl imports dill and does not declare it; pip, setuptools and wheel are what TFX builds a
# wheel of each user module with.
_TFX = ("tfx==1.16.0", "dill", "pip", "setuptools", "wheel")
# For the tests that need both: what this library depends on besides, and what runs them.
_FOR_TESTS = ("click", "fsspec", "rich", "hypothesis", "pytest", "pytest-timeout")


class TfxUnavailableError(Exception):
    """TFX cannot be had on this machine; the text says why."""


class NoPythonForTfxError(TfxUnavailableError):
    """There is no Python that TFX installs on."""


def tfx_python() -> Path:
    """The interpreter that has TFX.

    Raises:
        NoPythonForTfxError: there is no Python 3.10.
        TfxUnavailableError: TFX does not install.
    """
    python = _ENVIRONMENT / "bin" / "python"
    ready = _ENVIRONMENT / ".ready"
    if ready.exists() and ready.stat().st_mtime >= _CONSTRAINTS.stat().st_mtime:
        return python
    python310 = _find_python310()
    print(f"Installing TFX 1.16.0 into {_ENVIRONMENT.name} ...", file=sys.stderr)
    _call([str(python310), "-m", "venv", "--clear", str(_ENVIRONMENT)])
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--compile-bytecode"]
    _call([*uv, "--python", str(python), "--constraints", str(_CONSTRAINTS), *_TFX, *_FOR_TESTS])
    ready.touch()
    return python


def _find_python310() -> Path:
    for candidate in _candidates():
        probe = [str(candidate), "-c", "import sys; print(sys.version_info[:2] == (3, 10))"]
        try:
            answer = subprocess.run(probe, capture_output=True, text=True, check=False)
        except OSError:
            continue
        if answer.stdout.strip() == "True":
            return candidate
    raise NoPythonForTfxError(
        "TFX 1.16.0 needs Python 3.10, and no python3.10 was found: "
        "put one on the PATH, or name it in PYTHON310."
    )


def _candidates() -> Iterator[Path]:
    if "PYTHON310" in os.environ:
        yield Path(os.environ["PYTHON310"])
    # Not sys.executable: inside a virtual environment that would be the environment's.
    yield Path(sys.base_prefix) / "bin" / "python3.10"
    if on_path := shutil.which("python3.10"):
        yield Path(on_path)
    # pyenv's python3.10 on the PATH runs only where that version is the chosen one.
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    yield from sorted(pyenv.glob("versions/3.10.*/bin/python3.10"), reverse=True)


def _call(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TfxUnavailableError(
            f"TFX 1.16.0 could not be installed: {' '.join(command)} failed with "
            f"{done.returncode}:\n{done.stderr.strip()}"
        )
