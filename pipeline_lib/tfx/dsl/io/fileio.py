"""`tfx.dsl.io.fileio`: files at paths and URIs.

Local paths go to `os`, every other scheme to fsspec. What is not there raises `NotFoundError`.
"""

from __future__ import annotations

import builtins
import glob as local_glob
import os
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pipeline_lib.artifacts.files import is_local, make_directory
from pipeline_lib.tfx.facade_module import refuse

__all__ = [
    "NotFoundError",
    "PathType",
    "copy",
    "exists",
    "glob",
    "isdir",
    "listdir",
    "makedirs",
    "mkdir",
    "open",
    "remove",
    "rename",
    "rmtree",
    "stat",
    "walk",
]

NotFoundError = FileNotFoundError
"""Raised where a file or directory is not there."""

PathType = str | os.PathLike[str]
"""A path or URI."""


def open(path: PathType, mode: str = "r") -> Any:
    """Open a file."""
    name = os.fspath(path)
    return builtins.open(name, mode) if is_local(name) else _remote(name).open(name, mode)


def copy(src: PathType, dst: PathType, overwrite: bool = False) -> None:
    """Copy a file.

    Raises:
        OSError: there is a file at `dst`, and `overwrite` is false.
    """
    _check_free(dst, overwrite)
    with open(src, "rb") as source, open(dst, "wb") as target:
        shutil.copyfileobj(source, target)


def exists(path: PathType) -> bool:
    """Whether something is at `path`."""
    name = os.fspath(path)
    return os.path.exists(name) if is_local(name) else bool(_remote(name).exists(name))


def glob(pattern: PathType) -> list[str]:
    """Paths that match a pattern."""
    name = os.fspath(pattern)
    if is_local(name):
        return local_glob.glob(name)
    file_system = _remote(name)
    return [file_system.unstrip_protocol(path) for path in file_system.glob(name)]


def isdir(path: PathType) -> bool:
    """Whether a directory is at `path`."""
    name = os.fspath(path)
    return os.path.isdir(name) if is_local(name) else bool(_remote(name).isdir(name))


def listdir(path: PathType) -> list[str]:
    """Names of what is in a directory."""
    name = os.fspath(path)
    if is_local(name):
        return os.listdir(name)
    return [os.path.basename(each.rstrip("/")) for each in _remote(name).ls(name, detail=False)]


def makedirs(path: PathType) -> None:
    """Make a directory and those above it; it may be there already."""
    make_directory(os.fspath(path) or ".")


def mkdir(path: PathType) -> None:
    """Make a directory, in one that is there."""
    name = os.fspath(path)
    if is_local(name):
        os.mkdir(name)
    else:
        _remote(name).mkdir(name, create_parents=False)


def remove(path: PathType) -> None:
    """Remove a file."""
    name = os.fspath(path)
    if is_local(name):
        os.remove(name)
    else:
        _remote(name).rm_file(name)


def rename(src: PathType, dst: PathType, overwrite: bool = False) -> None:
    """Give a file or directory another path.

    Raises:
        OSError: something is at `dst`, and `overwrite` is false.
    """
    _check_free(dst, overwrite)
    source, target = os.fspath(src), os.fspath(dst)
    if is_local(source):
        os.rename(source, target)
    else:
        _remote(source).mv(source, target, recursive=True)


def rmtree(path: PathType) -> None:
    """Remove a directory with all that is in it."""
    name = os.fspath(path)
    if is_local(name):
        shutil.rmtree(name)
    else:
        _remote(name).rm(name, recursive=True)


def stat(path: PathType) -> Any:
    """What `os.stat` says of a local path, and fsspec's mapping of a remote one."""
    name = os.fspath(path)
    return os.stat(name) if is_local(name) else _remote(name).info(name)


def walk(
    top: PathType, topdown: bool = True, onerror: Callable[..., None] | None = None
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each directory with the names of the directories and the files in it, as `os.walk`."""
    name = os.fspath(top)
    if is_local(name):
        yield from os.walk(name, topdown, onerror)
        return
    file_system = _remote(name)
    for folder, directories, files in file_system.walk(name, topdown=topdown):
        yield file_system.unstrip_protocol(folder), list(directories), list(files)


def _check_free(path: PathType, overwrite: bool) -> None:
    if not overwrite and exists(path):
        raise OSError(f"{os.fspath(path)!r} exists. Pass overwrite=True to replace it.")


def _remote(uri: str) -> Any:
    import fsspec

    return fsspec.core.url_to_fs(uri)[0]


if not TYPE_CHECKING:
    __getattr__ = refuse(__name__)
