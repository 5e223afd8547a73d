"""The files behind `input_base`: which match, and a fingerprint of what is in them."""

from __future__ import annotations

import glob
import hashlib
import os
from typing import Any

from apache_beam.io.filesystems import FileSystems

from components.csv_example_gen.split_plan import ALL_FILES, InputSplit
from pipeline_lib.artifacts import files
from pipeline_lib.errors import DataError

_SHOWN_NAMES = 5


def matching_files(input_base: str, split: InputSplit) -> list[str]:
    """Paths of the split's files, sorted; hidden files do not count.

    Raises:
        DataError: `input_base` does not exist, or no file matches.
    """
    if not files.exists(input_base):
        raise DataError(
            f"CSV input {input_base!r} does not exist. "
            "Expected a directory of CSV files, or one CSV file."
        )
    if os.path.isfile(input_base) and split == ALL_FILES:
        return [input_base]
    found = _match(input_base, split.pattern)
    if not found:
        raise DataError(
            f"No file matches {split.pattern!r} in {input_base!r}, as split {split.name!r} needs. "
            f"{_what_is_there(input_base)}"
        )
    return found


def input_fingerprint(input_base: str, split: InputSplit, paths: list[str]) -> str:
    """A line in the form of TFX's `input_fingerprint`, of names and contents instead of times."""
    digest = hashlib.blake2b(digest_size=16)
    for path in paths:
        name = os.path.relpath(path, input_base)
        digest.update(f"{len(name)}:{name}{files.fingerprint(path)}".encode())
    size = sum(match.size_in_bytes for match in _metadata(paths))
    return (
        f"split:{split.name},num_files:{len(paths)},total_bytes:{size},"
        f"checksum:{digest.hexdigest()}"
    )


def _match(base: str, pattern: str) -> list[str]:
    paths = [match.path for match in _metadata([os.path.join(glob.escape(base), pattern)])]
    return sorted(path for path in paths if not os.path.basename(path).startswith("."))


def _metadata(patterns: list[str]) -> list[Any]:
    return [item for result in FileSystems.match(patterns) for item in result.metadata_list]


def _what_is_there(base: str) -> str:
    if os.path.isfile(base):
        return "It is a file: patterns need a directory."
    names = [os.path.relpath(path, base) for path in _match(base, "**")]
    if not names:
        return "It holds no files."
    more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    return f"It holds: {', '.join(map(repr, names[:_SHOWN_NAMES]))}{more}."
