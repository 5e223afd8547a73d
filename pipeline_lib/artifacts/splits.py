"""Splits of a data set: names in one property, files in `Split-{name}/`, as TFX lays them out."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact, ArtifactRecord
from pipeline_lib.errors import DataError, did_you_mean

_DIRECTORY = "Split-"
_SPLIT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def encode_split_names(splits: Iterable[str]) -> str:
    """Split names as the text of a `split_names` property: `["train", "eval"]`.

    Raises:
        ValueError: a name has other characters than letters, digits, `_` and `-`.
    """
    names = list(splits)
    for name in names:
        if not _SPLIT_NAME.fullmatch(name):
            raise ValueError(
                f"Split name {name!r} is not valid: letters, digits, '_' and '-' are allowed."
            )
    return json.dumps(names)


def decode_split_names(split_names: str) -> list[str]:
    """The names in a `split_names` property; none where it is empty."""
    return list(json.loads(split_names)) if split_names else []


def split_names_of(artifact: Artifact) -> list[str]:
    """Names of the splits of an artifact; none where its `split_names` is not set."""
    return decode_split_names(str(artifact.properties.get("split_names", "")))


def get_single_instance(artifacts: Sequence[Artifact]) -> Artifact:
    """The one artifact of a list that must hold one.

    Raises:
        ValueError: the list does not hold exactly one.
    """
    if len(artifacts) != 1:
        raise ValueError(f"Expected one artifact, got {len(artifacts)}.")
    return artifacts[0]


def get_single_uri(artifacts: Sequence[Artifact]) -> str:
    """URI of the one artifact of a list that must hold one."""
    return get_single_instance(artifacts).uri


def get_split_uri(artifacts: Sequence[Artifact], split: str) -> str:
    """Directory of `split` in the one artifact of a list that must hold one."""
    return split_uri(get_single_instance(artifacts), split)


def get_split_uris(artifacts: Sequence[Artifact], split: str) -> list[str]:
    """Directory of `split` in each artifact."""
    return [split_uri(artifact, split) for artifact in artifacts]


def splits_at(uri: str) -> list[str]:
    """Names of the splits that have a directory at `uri`."""
    return [
        name.removeprefix(_DIRECTORY) for name in files.names_in(uri) if name.startswith(_DIRECTORY)
    ]


def splits_of(record: ArtifactRecord) -> list[str]:
    """Names of the splits that a recorded artifact names, else of those that it has."""
    return decode_split_names(str(record.properties.get("split_names", ""))) or splits_at(
        record.uri
    )


def split_uri(artifact: Artifact, split: str) -> str:
    """Directory of `split` in `artifact`.

    An artifact whose `split_names` is not set may have any: an executor may ask where to write
    before it says what it has written.

    Raises:
        DataError: the artifact names its splits, and this is none of them.
    """
    existing = split_names_of(artifact)
    if existing and split not in existing:
        raise DataError(
            f"Artifact {artifact.TYPE_NAME!r} at {artifact.uri!r} has no split {split!r}."
            f"{did_you_mean(split, existing)}"
        )
    return os.path.join(artifact.uri, f"{_DIRECTORY}{split}")
