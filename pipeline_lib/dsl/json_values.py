"""Lists and dicts as values of outputs and inputs.

To the run both are of the artifact type `JsonValue`; an author's annotation tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.value_artifact import JsonValue, ValueArtifact, value_artifact_type


class JsonList(JsonValue):
    """A `JsonValue` that is annotated as a list."""


class JsonDict(JsonValue):
    """A `JsonValue` that is annotated as a dict."""


def annotated_value_type(python_type: object) -> type[ValueArtifact] | None:
    """As `value_artifact_type`, but lists and dicts are told apart."""
    found = value_artifact_type(python_type)
    return _OF_CONTAINERS.get(getattr(python_type, "__origin__", python_type), found)


def recorded_type(artifact_class: type[Artifact]) -> type[Artifact]:
    """The class that the run knows."""
    return JsonValue if artifact_class in _OF_CONTAINERS.values() else artifact_class


def container_type(artifact_class: type[Artifact]) -> type | None:
    """`list` or `dict`, where the author said which; else `None`."""
    return next((one for one, known in _OF_CONTAINERS.items() if known is artifact_class), None)


_OF_CONTAINERS: Mapping[Any, type[JsonValue]] = {list: JsonList, dict: JsonDict}
