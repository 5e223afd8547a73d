"""Pushing to a place that fsspec knows, where no directory can be renamed as one.

The files are first copied and verified under a name that is no number. Then each is copied, within
the store, to the version's directory, `saved_model.pb` last: a model server can load the version
only when all is there.
"""

from __future__ import annotations

import contextlib
import posixpath
import time
import uuid

from components.pusher.local_directory import exists_already, next_version
from components.pusher.verified_copy import copy_verified
from components.pusher.workspace import PREFIX
from pipeline_lib.artifacts import files

_LAST = "saved_model.pb"
_ABANDONED_AFTER = 24 * 60 * 60
"""Seconds after which what a push has left is taken for that of a killed one: no locks here."""


class ObjectStore:
    """A directory in a file system of fsspec, such as `s3://bucket/models/penguin`.

    Args:
        base_directory: URI of the directory.
        version: the version to push; chosen by the time where it is `None`.
    """

    def __init__(self, base_directory: str, version: int | None) -> None:
        self._base_directory = base_directory
        self._version = version

    def push(self, model_path: str, fingerprint: str) -> str:
        """Copy a model to a new version, which can be loaded only when it is whole.

        Args:
            model_path: directory or URI of the model.
            fingerprint: that of the model.

        Returns:
            URI of the version.

        Raises:
            DataError: the fixed version exists already, or the copy is not what the model was.
        """
        self._remove_abandoned()
        target = f"{self._base_directory}/{self._free_version()}"
        staging = f"{self._base_directory}/{_staging_name(posixpath.basename(target))}"
        try:
            copy_verified(model_path, staging, fingerprint)
            _publish(staging, target)
        finally:
            files.remove(staging)
        return target

    def withdraw(self, version_uri: str) -> None:
        """Remove a version; `saved_model.pb` first, so that nobody begins to load it."""
        files.remove(f"{version_uri}/{_LAST}")
        files.remove(version_uri)

    def _free_version(self) -> int:
        if self._version is None:
            return next_version(self._base_directory)
        if files.names_in(f"{self._base_directory}/{self._version}"):
            raise exists_already(f"{self._base_directory}/{self._version}")
        return self._version

    def _remove_abandoned(self) -> None:
        for name in files.names_in(self._base_directory):
            began, _, version = name.removeprefix(PREFIX).rpartition("-")[0].partition("-")
            if not (name.startswith(PREFIX) and began.isdecimal() and version.isdecimal()):
                continue
            if int(began) + _ABANDONED_AFTER < time.time():
                staging = f"{self._base_directory}/{name}"
                _remove_unfinished(staging, f"{self._base_directory}/{version}")
                files.remove(staging)


def _staging_name(version: str) -> str:
    """Tells when the push began and what it would have become."""
    return f"{PREFIX}{int(time.time())}-{version}-{uuid.uuid4().hex}"


def _publish(staging: str, target: str) -> None:
    if files.names_in(target):
        raise exists_already(target)
    names = sorted(files.file_names(staging), key=lambda name: (name == _LAST, name))
    try:
        for name in names:
            files.copy_file(f"{staging}/{name}", f"{target}/{name}")
    except BaseException:
        with contextlib.suppress(Exception):  # what went wrong first is what counts
            files.remove(target)
        raise


def _remove_unfinished(staging: str, target: str) -> None:
    """Remove the version that a push was about to fill when it was killed."""
    if files.exists(f"{staging}/{_LAST}") and not files.exists(f"{target}/{_LAST}"):
        files.remove(target)
