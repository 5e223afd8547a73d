"""Runs the tests that need the `tfx` package, in an environment that has it: `make test-tfx`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.tfx_environment import NoPythonForTfxError, tfx_python

_PROJECT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Run them, or say that they are skipped where there is no Python that TFX installs on.

    Args:
        arguments: pytest's.

    Returns:
        The exit status of pytest.

    Raises:
        TfxUnavailableError: TFX does not install.
    """
    try:
        python = tfx_python()
    except NoPythonForTfxError as error:
        sys.stdout.write(f"Skipped the tests that need the tfx package: {error}\n")
        return 0
    command = [str(python), "-m", "pytest", "tests/tfx_bridge", *arguments]
    # TensorFlow tells at length what it finds on the machine.
    environment = {**os.environ, "PYTHONPATH": str(_PROJECT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(command, cwd=_PROJECT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
