"""What a version's directory must not hold: what a load would wait for without end."""

from __future__ import annotations

import os
import stat

from pipeline_lib.serving.errors import ServingError, StatusCode

_READ = ("", "variables", "assets", "assets.extra")


def check_regular_files(path: str) -> None:
    """Check that all that a load reads of a SavedModel is a file, and no pipe or device.

    Opening a pipe waits until somebody writes to it, and so few threads load that two pipes would
    keep every other version from being loaded.

    Raises:
        ServingError: FAILED_PRECONDITION, something is not.
    """
    for folder in _READ:
        try:
            entries = os.listdir(os.path.join(path, folder))
        except OSError:
            continue  # TensorFlow says better what is wrong, or needs none
        for entry in entries:
            _check(path, os.path.join(path, folder, entry))


def _check(path: str, file: str) -> None:
    try:
        mode = os.stat(file).st_mode
    except OSError:
        return
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise ServingError(
            StatusCode.FAILED_PRECONDITION,
            f"Could not load the SavedModel at {path}: {file} is neither a file nor a directory",
        )
