"""A directory of a push's own below the one that is served, and what killed pushes left of theirs.

The system frees a file's lock when the process that holds it has ended, however it ended: what
nobody has locked, nobody uses.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

PREFIX = ".pushing-"
"""No number, so that a model server ignores it."""

_OWNER = "owner"
"""The file in a workspace that its push has locked."""

_NO_LOCKS_HERE = (errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL)
"""Errors of a file system that has no locks: there, what is left stays."""


@contextmanager
def workspace(base_directory: str) -> Iterator[str]:
    """A new directory on the same disk, whose contents can be renamed into their place.

    It is removed at the end, and so are first those of pushes that were killed.
    """
    _remove_abandoned(base_directory)
    path, owner = _claimed(base_directory)
    with owner:
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


def _claimed(base_directory: str) -> tuple[str, TextIO]:
    """A new workspace and its locked file."""
    while True:
        path = os.path.join(base_directory, f"{PREFIX}{uuid.uuid4().hex}")
        os.mkdir(path)
        with contextlib.suppress(FileNotFoundError, FileExistsError):
            owner = open(os.path.join(path, _OWNER), "x", encoding="ascii")  # noqa: SIM115
            if _lock(owner) and os.path.exists(owner.name):
                return path, owner
            owner.close()
        # Another push has just taken it for an abandoned one.


def _remove_abandoned(base_directory: str) -> None:
    for name in os.listdir(base_directory):
        if name.startswith(PREFIX):
            path = os.path.join(base_directory, name)
            with contextlib.suppress(OSError):  # not ours to remove, or another push was quicker
                _remove_if_abandoned(path)


def _remove_if_abandoned(path: str) -> None:
    with open(os.path.join(path, _OWNER), "a", encoding="ascii") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)


def _lock(owner: TextIO) -> bool:
    try:
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        return error.errno in _NO_LOCKS_HERE
    return True
