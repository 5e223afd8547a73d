"""Payloads at URIs: plain `os` calls for local paths, fsspec for every other scheme."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pipeline_lib.errors import DataError

_BLOCK = 1 << 20


def is_local(uri: str) -> bool:
    """Whether `uri` is a path on this machine."""
    return "://" not in uri


def exists(uri: str) -> bool:
    """Whether something is at `uri`."""
    return os.path.exists(uri) if is_local(uri) else bool(_file_system(uri).exists(uri))


def make_directory(uri: str) -> None:
    """Make the directory `uri` and those above it."""
    if is_local(uri):
        os.makedirs(uri, exist_ok=True)
    else:
        _file_system(uri).makedirs(uri, exist_ok=True)


def remove(uri: str) -> None:
    """Remove the file or tree at `uri`, if it is there."""
    if not is_local(uri):
        if exists(uri):
            _file_system(uri).rm(uri, recursive=True)
    elif os.path.isdir(uri) and not os.path.islink(uri):
        shutil.rmtree(uri)
    elif os.path.lexists(uri):
        os.remove(uri)


def move(source: str, destination: str) -> None:
    """Move a file or tree to a place that is free.

    On a local disk, and in a file system that can rename, this is one atomic step.
    """
    if is_local(source):
        os.rename(source, destination)
        return
    file_system = _file_system(source)
    if _can_rename(file_system):
        file_system.mv(source, destination, recursive=True)
    else:
        _copy_tree(file_system, source, destination)
        remove(source)


def read_bytes(uri: str) -> bytes:
    """The whole file at `uri`."""
    if is_local(uri):
        return Path(uri).read_bytes()
    return bytes(_file_system(uri).cat_file(uri))


def open_to_read(uri: str) -> BinaryIO:
    """The file at `uri`, open to be read from its beginning."""
    return Path(uri).open("rb") if is_local(uri) else _file_system(uri).open(uri, "rb")


def write_bytes(uri: str, payload: bytes) -> None:
    """Write the whole file at `uri`, making the directories above it."""
    make_directory(os.path.dirname(uri) or ".")
    if is_local(uri):
        Path(uri).write_bytes(payload)
    else:
        _file_system(uri).pipe_file(uri, payload)


def names_in(uri: str) -> list[str]:
    """Sorted names of what lies directly in the directory `uri`; none where there is none."""
    if is_local(uri):
        return sorted(os.listdir(uri)) if os.path.isdir(uri) else []
    file_system = _file_system(uri)
    if not file_system.isdir(uri):
        return []
    paths = file_system.ls(uri, detail=False)
    return sorted(os.path.basename(path.rstrip("/")) for path in paths)


def file_names(uri: str) -> list[str]:
    """Sorted relative names of all files anywhere below `uri`; `.` if it is a file itself."""
    return sorted(name for name, _ in _walk(uri))


def copy_file(source: str, destination: str) -> None:
    """Copy one file, from any file system to any other, making the directories above it."""
    make_directory(os.path.dirname(destination) or ".")
    if is_local(source) and is_local(destination):
        shutil.copy2(source, destination)
    elif not _copied_remotely(source, destination):
        with _open(source, "rb") as reader, _open(destination, "wb") as writer:
            shutil.copyfileobj(reader, writer, _BLOCK)


def has_file(uri: str) -> bool:
    """Whether a file is at `uri` or anywhere below it."""
    return next(_walk(uri), None) is not None


def size(uri: str) -> int:
    """Bytes in the file at `uri`, or in all files below it."""
    if not is_local(uri):
        return int(_file_system(uri).du(uri))
    return sum(os.lstat(path).st_size for _, path in _walk(uri))


def files_in(uri: str) -> dict[str, int]:
    """Bytes in each file below the directory `uri`, by its path from there, in their order.

    A file itself is named `.`.
    """
    if is_local(uri):
        return {name: os.lstat(path).st_size for name, path in sorted(_walk(uri))}
    return {name: int(_file_system(path).size(path)) for name, path in sorted(_walk(uri))}


def fingerprint(uri: str) -> str:
    """A digest of the names and contents of all files at `uri`; empty where nothing is there.

    It depends on the payload alone, not on where it is, who wrote it or when.

    Raises:
        DataError: something there is neither a file nor a directory.
    """
    if not exists(uri):
        return ""
    digest = hashlib.blake2b(digest_size=16)
    for name, path in sorted(_walk(uri)):
        # Of fixed length each, so that no name or content can pass for the next file's.
        digest.update(hashlib.blake2b(name.encode(errors="surrogateescape")).digest())
        digest.update(_content_digest(path))
    return digest.hexdigest()


def _walk(uri: str) -> Iterator[tuple[str, str]]:
    """Each file below `uri` as (relative name, full path or URI)."""
    if not is_local(uri):
        file_system = _file_system(uri)
        root = file_system._strip_protocol(uri)
        for path in file_system.find(uri):
            yield os.path.relpath(path, root), file_system.unstrip_protocol(path)
    elif os.path.isfile(uri):
        yield ".", uri
    else:
        for top, _, names in os.walk(uri):
            for name in names:
                path = os.path.join(top, name)
                yield os.path.relpath(path, uri), path


def _content_digest(path: str) -> bytes:
    if is_local(path) and os.path.exists(path) and not os.path.isfile(path):
        # Whoever opens a pipe waits for somebody at its other end.
        raise DataError(f"{path!r} is a pipe, socket or device; expected files and folders only.")
    digest = hashlib.blake2b()
    with open_to_read(path) as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.digest()


def _open(uri: str, mode: str) -> Any:
    return open(uri, mode) if is_local(uri) else _file_system(uri).open(uri, mode)


def _copied_remotely(source: str, destination: str) -> bool:
    """Whether the two are in one file system, and that has copied the file by itself."""
    if is_local(source) or is_local(destination):
        return False
    file_system = _file_system(source)
    if file_system is not _file_system(destination):
        return False
    try:
        file_system.cp_file(source, destination)
    except NotImplementedError:  # of fsspec's base class
        return False
    return True


def _can_rename(file_system: Any) -> bool:
    """Whether it has a way of its own to move what lies in it, and need not copy it."""
    import fsspec

    return type(file_system).mv is not fsspec.AbstractFileSystem.mv


def _copy_tree(file_system: Any, source: str, destination: str) -> None:
    """Copy each file: a directory of an object store is nothing that could be copied."""
    root = file_system._strip_protocol(source)
    copies = {
        path: file_system._strip_protocol(destination) + path[len(root) :]
        for path in file_system.find(source)
    }
    for folder in sorted({os.path.dirname(copy) for copy in copies.values()}):
        file_system.makedirs(folder, exist_ok=True)
    if copies:
        file_system.copy(list(copies), list(copies.values()))
    else:  # an empty directory, where there are such
        file_system.makedirs(destination, exist_ok=True)


def _file_system(uri: str) -> Any:
    """The file system of a URI, which has forgotten its listings: other processes write there."""
    import fsspec

    file_system = fsspec.core.url_to_fs(uri)[0]
    file_system.invalidate_cache()
    return file_system
