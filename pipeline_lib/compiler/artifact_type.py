"""The IR's artifact type of an artifact class."""

from __future__ import annotations

from pipeline_lib import ir
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.import_path import import_path
from pipeline_lib.dsl.json_values import recorded_type


def artifact_type(artifact_class: type[Artifact]) -> ir.ArtifactType:
    """The IR's artifact type of an artifact class.

    Raises:
        AuthoringError: the class cannot be imported by another process.
    """
    return ir.ArtifactType(
        name=artifact_class.TYPE_NAME,
        properties={name: declared.type for name, declared in artifact_class.PROPERTIES.items()},
        class_path=import_path(recorded_type(artifact_class), "Artifact type"),
    )
