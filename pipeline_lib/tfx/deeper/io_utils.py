"""`tfx.utils.io_utils`: files read and written whole."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from typing import Any, TypeVar

from google.protobuf import json_format, text_format
from google.protobuf.message import Message

from pipeline_lib.artifacts import files
from pipeline_lib.tfx.dsl.io import fileio

MessageT = TypeVar("MessageT", bound=Message)


def copy_file(src: str, dst: str, overwrite: bool = False) -> None:
    """Copy a file, making the directories above `dst`.

    Raises:
        OSError: there is a file at `dst`, and `overwrite` is false.
    """
    files.make_directory(os.path.dirname(dst) or ".")
    fileio.copy(src, dst, overwrite=overwrite)


def copy_dir(
    src: str,
    dst: str,
    allow_regex_patterns: Iterable[str] = (),
    deny_regex_patterns: Iterable[str] = (),
) -> None:
    """Make `dst` a copy of the directory `src`; what was there before is removed.

    Args:
        src: the directory.
        dst: where its copy goes.
        allow_regex_patterns: only files and directories whose path has one of these in it; all
            where none is given.
        deny_regex_patterns: none whose path has one of these in it.
    """
    allowed, denied = list(allow_regex_patterns), list(deny_regex_patterns)
    files.remove(dst)
    files.make_directory(dst)
    for folder, directories, names in fileio.walk(src):
        for name in [*directories, *names]:
            path = os.path.join(folder, name)
            if (allowed and not _matches(allowed, path)) or _matches(denied, path):
                continue
            copied = os.path.join(dst, os.path.relpath(path, src))
            if name in directories:
                files.make_directory(copied)
            else:
                copy_file(path, copied)


def delete_dir(path: str) -> None:
    """Remove a directory, if it is there."""
    files.remove(path)


def get_only_uri_in_dir(dir_path: str) -> str:
    """Path of the one thing in a directory.

    Raises:
        RuntimeError: it holds none, or several.
    """
    names = fileio.listdir(dir_path)
    if len(names) != 1:
        raise RuntimeError(f"{dir_path!r} must hold one file or directory, it holds {names}.")
    return os.path.join(dir_path, names[0])


def ensure_local(file_path: str) -> str:
    """A local path of a file: its own, or of a copy in a temporary directory."""
    if files.is_local(file_path):
        return file_path
    local_path = os.path.join(tempfile.mkdtemp(), os.path.basename(file_path))
    copy_file(file_path, local_path)
    return local_path


def all_files_pattern(file_pattern: str) -> str:
    """The pattern of all files in a directory."""
    return os.path.join(file_pattern, "*")


def read_string_file(file_name: str) -> str:
    """The text in a file."""
    return files.read_bytes(file_name).decode()


def read_bytes_file(file_name: str) -> bytes:
    """The bytes in a file."""
    return files.read_bytes(file_name)


def write_string_file(file_name: str, string_value: str) -> None:
    """Write a text, making the directories above the file."""
    files.write_bytes(file_name, string_value.encode())


def write_bytes_file(file_name: str, content: bytes) -> None:
    """Write bytes, making the directories above the file."""
    files.write_bytes(file_name, content)


def parse_pbtxt_file(file_name: str, message: MessageT) -> MessageT:
    """Read a message in text form into `message`, which is returned."""
    parsed: MessageT = text_format.Parse(read_string_file(file_name), message)
    return parsed


def parse_json_file(file_name: str, message: MessageT) -> MessageT:
    """Read a message in JSON into `message`, which is returned."""
    parsed: MessageT = json_format.Parse(read_string_file(file_name), message)
    return parsed


def write_pbtxt_file(file_name: str, proto: Message) -> None:
    """Write a message in text form."""
    write_string_file(file_name, text_format.MessageToString(proto))


def load_csv_column_names(csv_file: str) -> list[str]:
    """Names in the first line of a CSV file."""
    return read_string_file(csv_file).partition("\n")[0].strip().split(",")


class SchemaReader:
    """Reads a `tensorflow_metadata` `Schema`."""

    def read(self, schema_path: str) -> Any:
        """The schema in a text file."""
        from tensorflow_metadata.proto.v0 import schema_pb2

        return parse_pbtxt_file(schema_path, schema_pb2.Schema())


def _matches(patterns: Iterable[str], path: str) -> bool:
    return any(re.search(pattern, path) for pattern in patterns)
