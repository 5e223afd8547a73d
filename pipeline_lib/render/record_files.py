"""The records of TFRecord files, compressed or not, read as far as they are asked for."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator
from typing import BinaryIO, cast

from pipeline_lib.artifacts import files

_GZIP = b"\x1f\x8b"
_LENGTH = struct.Struct("<Q")
_CHECKSUM = 4
_LONGEST_RECORD = 1 << 31


def records_in(path: str) -> Iterator[bytes]:
    """The records of one file.

    Raises:
        ValueError: it is no TFRecord file, or cut off.
    """
    with files.open_to_read(path) as raw:
        is_compressed = raw.read(2) == _GZIP
        raw.seek(0)
        # The checksums are not looked at: a page shows what is there.
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if is_compressed else raw
        while head := stream.read(_LENGTH.size + _CHECKSUM):
            yield _payload(head, stream, path)


def _payload(head: bytes, stream: BinaryIO, path: str) -> bytes:
    length = _LENGTH.unpack_from(head)[0] if len(head) > _LENGTH.size else _LONGEST_RECORD
    payload = stream.read(length) if length < _LONGEST_RECORD else b""
    if len(payload) < length or len(stream.read(_CHECKSUM)) < _CHECKSUM:
        raise ValueError(f"{path} is no TFRecord file, or it is cut off.")
    return payload


def data_files(folder: str) -> list[str]:
    """Paths of the data files of a folder, in their order."""
    return [
        f"{folder}/{name}" for name in files.names_in(folder) if not name.startswith((".", "_"))
    ]


def records_of(folder: str) -> Iterator[bytes]:
    """The records of all data files of a folder."""
    for path in data_files(folder):
        yield from records_in(path)
