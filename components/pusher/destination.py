"""Where a model is pushed to: `PushDestination` of TFX, and a new version below it."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline_lib.artifacts import files
from pipeline_lib.errors import DataError, did_you_mean

_FIELDS = ("base_directory", "version", "versioning")
_VERSIONINGS = ("AUTO", "UNIX_TIMESTAMP")


@dataclass(frozen=True)
class FilesystemDestination:
    """A local directory with one sub-directory for each version.

    Attributes:
        base_directory: absolute path of the directory.
        version: the version to push; the time in seconds where it is `None`.
    """

    base_directory: str
    version: int | None

    @classmethod
    def parse(cls, push_destination: Mapping[str, Any]) -> FilesystemDestination:
        """The destination that the plain form of TFX's `PushDestination` describes.

        Raises:
            DataError: a field is unknown, missing or has a value that cannot work.
        """
        filesystem = push_destination.get("filesystem")
        if set(push_destination) != {"filesystem"} or not isinstance(filesystem, Mapping):
            raise DataError(
                "push_destination must be {'filesystem': {'base_directory': ...}}, "
                f"got {dict(push_destination)!r}."
            )
        for name in filesystem:
            if name not in _FIELDS:
                raise DataError(
                    f"push_destination.filesystem has no field {name!r}."
                    f"{did_you_mean(name, _FIELDS)}"
                )
        _check_versioning(filesystem.get("versioning", "AUTO"))
        base_directory = _checked_directory(filesystem.get("base_directory"))
        return cls(base_directory, _checked_version(filesystem.get("version")))

    def push(self, model_path: str) -> str:
        """Copy the directory `model_path` to a new version, which appears whole or not at all.

        Returns:
            Path of the version.

        Raises:
            DataError: the fixed version exists already, or the directory cannot be written.
        """
        try:
            os.makedirs(self.base_directory, exist_ok=True)
            return self._push(model_path)
        except OSError as error:
            raise DataError(
                f"Cannot push to {self.base_directory!r}: {error}. push_destination needs a "
                "directory that can be made or written."
            ) from error

    def _push(self, model_path: str) -> str:
        # Not a number, so that a model server ignores it; unique, so that what a killed push has
        # left is in nobody's way; below the same directory, so that the rename is atomic.
        copy = os.path.join(self.base_directory, f".pushing-{uuid.uuid4().hex}")
        try:
            shutil.copytree(model_path, copy)
            return self._publish(copy)
        finally:
            shutil.rmtree(copy, ignore_errors=True)

    def _publish(self, copy: str) -> str:
        if self.version is not None:
            target = self._path_of(self.version)
            if not _rename_if_free(copy, target):
                raise DataError(
                    f"Push destination {target!r} exists already and is not overwritten. Choose "
                    "another version, or leave 'version' out to get a new one with each push."
                )
            return target
        version = int(time.time())
        while not _rename_if_free(copy, self._path_of(version)):
            version += 1
        return self._path_of(version)

    def _path_of(self, version: int) -> str:
        return os.path.join(self.base_directory, str(version))


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


def _check_versioning(versioning: object) -> None:
    if versioning not in _VERSIONINGS:
        raise DataError(
            f"push_destination.filesystem.versioning is {versioning!r}."
            f"{did_you_mean(str(versioning), _VERSIONINGS)}"
        )


def _checked_directory(base_directory: object) -> str:
    if not isinstance(base_directory, str) or not base_directory:
        raise DataError(
            "push_destination.filesystem.base_directory must be the path of a directory, "
            f"got {base_directory!r}."
        )
    if not files.is_local(base_directory):
        raise DataError(
            f"push_destination.filesystem.base_directory {base_directory!r} is not on a local file "
            "system, the only kind where a version can appear whole or not at all."
        )
    return os.path.abspath(base_directory)


def _checked_version(version: object) -> int | None:
    if version is None:
        return None
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        raise DataError(
            "push_destination.filesystem.version must be an integer that is not negative, "
            f"got {version!r}."
        )
    return version
