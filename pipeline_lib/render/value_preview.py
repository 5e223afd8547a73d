"""The value in a value artifact, where it can be had at no cost."""

from __future__ import annotations

import os
from typing import Any

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.artifacts.value_artifact import ValueArtifact, value_artifact_class

_LARGEST_FILE = 10_000
"""Bytes; a report shows small values only."""


NO_VALUE = object()
"""Stands for a value that cannot be shown, since `None` is a value."""


def value_preview(record: ArtifactRecord) -> Any:
    """The value of a value artifact in a small file on this machine, else `NO_VALUE`."""
    kind = value_artifact_class(record.type_name)
    if kind is None or not _is_small_file(record.uri):
        return NO_VALUE
    try:
        artifact = kind.from_record(record)
        assert isinstance(artifact, ValueArtifact)
        found = artifact.value
    except ValueError:  # written by another program; a report must not fail on it
        return NO_VALUE
    return repr(found) if isinstance(found, bytes) else found


def _is_small_file(uri: str) -> bool:
    return files.is_local(uri) and os.path.isfile(uri) and os.path.getsize(uri) <= _LARGEST_FILE
