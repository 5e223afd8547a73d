"""Artifacts of ours as TFX's and back, while a component of the other side works with them."""

from __future__ import annotations

from typing import Any, TypeAlias

from tfx.types import artifact as tfx_artifact

from pipeline_lib import ir
from pipeline_lib.artifacts.artifact import Artifact, ArtifactRecord
from pipeline_lib.errors import DataError
from pipeline_lib.tfx_bridge.artifact_types import tfx_artifact_class

TfxArtifact: TypeAlias = tfx_artifact.Artifact
_PLAIN = ("int_value", "double_value", "string_value", "bool_value")


def to_tfx_artifact(artifact: Artifact) -> TfxArtifact:
    """The artifact as TFX's."""
    properties = {name: one.type for name, one in artifact.PROPERTIES.items()}
    made = tfx_artifact_class(ir.ArtifactType(artifact.TYPE_NAME, properties))()
    made.id = artifact.id
    made.mlmd_artifact.name = artifact.name
    copy_to_tfx(artifact.to_record(), made)
    return made


def copy_to_tfx(source: ArtifactRecord, target: TfxArtifact) -> None:
    """Let TFX's artifact lie where ours does, with the same properties."""
    target.uri = source.uri
    for name, value in source.properties.items():
        setattr(target, name, value)
    for name, value in source.custom_properties.items():
        _set_custom_property(target, name, value)


def copy_from_tfx(source: TfxArtifact, target: Artifact) -> None:
    """Let our artifact lie where TFX's does, with the same properties."""
    target.uri = source.uri
    for name in source.mlmd_artifact.properties:
        target.properties[name] = getattr(source, name)
    for name, held in source.mlmd_artifact.custom_properties.items():
        kind = held.WhichOneof("value")
        if kind in _PLAIN:
            target.custom_properties[name] = getattr(held, kind)
        elif kind == "struct_value":
            target.custom_properties[name] = source.get_json_value_custom_property(name)
        else:
            raise DataError(
                f"Custom property {name!r} of artifact type {source.type_name!r} holds a message, "
                "which cannot be recorded."
            )


def _set_custom_property(artifact: TfxArtifact, name: str, value: Any) -> None:
    match value:
        case bool():
            artifact.set_bool_custom_property(name, value)
        case int():
            artifact.set_int_custom_property(name, value)
        case float():
            artifact.set_float_custom_property(name, value)
        case str():
            artifact.set_string_custom_property(name, value)
        case _:
            artifact.set_json_value_custom_property(name, value)
