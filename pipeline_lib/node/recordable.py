"""An output artifact as a record that every store can hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline_lib.artifacts.artifact import Artifact, ArtifactRecord
from pipeline_lib.errors import DataError, did_you_mean
from pipeline_lib.ir.inputs import ArtifactType

_INT64 = range(-(2**63), 2**63)


def recordable(artifact: Artifact, declared: ArtifactType) -> ArtifactRecord:
    """The record of an output, its properties as plain JSON values.

    Raises:
        DataError: a property is not declared, or cannot be recorded.
    """
    for name in artifact.properties:
        if name not in declared.properties:
            raise DataError(
                f"Artifact type {declared.name!r} declares no property {name!r}."
                f"{did_you_mean(name, declared.properties)} "
                "Free properties go to custom_properties."
            )
    record = artifact.to_record()
    return replace(
        record,
        uri=_text("URI", declared, record.uri),
        name=_text("Name", declared, record.name),
        properties=_plain_values("Property", declared, record.properties),
        custom_properties=_plain_values("Custom property", declared, record.custom_properties),
    )


def _text(what: str, declared: ArtifactType, value: object) -> str:
    """The text itself, also where it is of a class of the author's own."""
    if not isinstance(value, str):
        raise DataError(
            f"{what} of an artifact of type {declared.name!r} takes a string, "
            f"got {value!r} of type {type(value).__name__}."
        )
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"{what} of an artifact of type {declared.name!r} cannot be recorded: {error}."
        ) from error
    return str.__str__(value)


def _plain_values(what: str, declared: ArtifactType, values: Mapping[str, Any]) -> dict[str, Any]:
    plain = {}
    for name, value in values.items():
        try:
            plain[name] = _plain(value)
        except (TypeError, ValueError, RecursionError) as error:
            raise DataError(
                f"{what} {name!r} of artifact type {declared.name!r} cannot be recorded: {error}. "
                "It takes a string, a number of 64 bits, a bool, or a list or dict of such values."
            ) from error
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return float(value)  # also infinite ones, which JSON cannot hold
    text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    text.encode()
    if isinstance(value, int) and value not in _INT64:
        raise ValueError(f"{value} is too large")
    return json.loads(text)
