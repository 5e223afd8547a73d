"""What an artifact stands for outside the pipeline root, such as the version that a push has made.

A result that was recorded earlier is used in place of a new one only while that is still there.
"""

from __future__ import annotations

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact, ArtifactRecord

_PLACE = "outside_place"
_NEWEST = "outside_newest"

LARGEST_VERSION = 2**63 - 1
"""What a model server can count to."""


def stands_for(artifact: Artifact, uri: str, newest: bool = False) -> None:
    """Record on an output what the executor has made outside of the output's own directory.

    Args:
        artifact: the output.
        uri: the directory or file that was made.
        newest: it counts only while its name is the greatest of the whole numbers beside it.
    """
    artifact.set_string_custom_property(_PLACE, uri)
    artifact.set_int_custom_property(_NEWEST, newest)


def what_has_changed(record: ArtifactRecord) -> str:
    """Why what the artifact stands for is no longer there; empty where all is as it was."""
    place = record.custom_properties.get(_PLACE)
    if not isinstance(place, str):
        return ""
    if not files.has_file(place):
        return f"{place} is gone"
    if record.custom_properties.get(_NEWEST):
        directory, _, name = place.rpartition("/")
        newest = max(version_names(directory), key=int, default=name)
        if int(newest) > int(name):
            return f"{directory}/{newest} has come after {place}"
    return ""


def version_names(directory: str) -> list[str]:
    """Names in a directory that are whole numbers, by which model servers know versions."""
    return [name for name in files.names_in(directory) if _is_version(name)]


def _is_version(name: str) -> bool:
    return name.isascii() and name.isdecimal() and int(name) <= LARGEST_VERSION
