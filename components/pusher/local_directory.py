"""Pushing to a local directory: a version appears, and disappears, by one rename."""

from __future__ import annotations

import os
import time

from components.pusher.verified_copy import copy_verified, write_through
from components.pusher.workspace import workspace
from pipeline_lib.artifacts import outside
from pipeline_lib.errors import DataError


class LocalDirectory:
    """A directory on this machine's disks that a model server watches.

    Args:
        base_directory: path of the directory; it is made if missing.
        version: the version to push; chosen by the time where it is `None`.
    """

    def __init__(self, base_directory: str, version: int | None) -> None:
        self._base_directory = base_directory
        self._version = version

    def push(self, model_path: str, fingerprint: str) -> str:
        """Copy a model to a new version, which appears whole or not at all.

        Args:
            model_path: directory or URI of the model.
            fingerprint: that of the model.

        Returns:
            Path of the version.

        Raises:
            DataError: the fixed version exists already, or the copy is not what the model was.
        """
        os.makedirs(self._base_directory, exist_ok=True)
        with workspace(self._base_directory) as own:
            copy = os.path.join(own, "version")
            copy_verified(model_path, copy, fingerprint)
            write_through(copy)
            return self._publish(copy)

    def withdraw(self, version_path: str) -> None:
        """Remove a version, which disappears whole."""
        with workspace(self._base_directory) as own:
            os.rename(version_path, os.path.join(own, "withdrawn"))

    def _publish(self, copy: str) -> str:
        if self._version is not None:
            target = os.path.join(self._base_directory, str(self._version))
            if not _rename_if_free(copy, target):
                raise exists_already(target)
            return target
        while True:
            target = os.path.join(self._base_directory, str(next_version(self._base_directory)))
            if _rename_if_free(copy, target):
                return target


def next_version(base_directory: str) -> int:
    """The time in seconds; where a version has that number or a greater one, the next number.

    A model server takes the greatest number for the latest version.

    Raises:
        DataError: the greatest number of all is taken.
    """
    taken = map(int, outside.version_names(base_directory))
    number = max(int(time.time()), max(taken, default=-1) + 1)
    if number > outside.LARGEST_VERSION:
        raise DataError(
            f"No version can come after {f'{base_directory}/{outside.LARGEST_VERSION}'!r}: a model "
            "server counts no further. Remove it, or push to another directory."
        )
    return number


def exists_already(target: str) -> DataError:
    """The refusal to overwrite a version."""
    return DataError(
        f"Push destination {target!r} exists already and is not overwritten. Choose "
        "another version, or leave 'version' out to get a new one with each push."
    )


def _rename_if_free(source: str, target: str) -> bool:
    """Rename a directory with files in it, unless `target` exists; whether it was renamed.

    If another process makes `target` between the two calls, POSIX `rename` still refuses to
    replace anything but an empty directory (rename(2): ENOTEMPTY, EEXIST, ENOTDIR).
    """
    if os.path.lexists(target):
        return False
    try:
        os.rename(source, target)
    except OSError:
        if os.path.lexists(target):
            return False
        raise
    return True
