"""Artifact types of ours and of TFX's, which have the same names and properties."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from tfx.proto.orchestration import pipeline_pb2
from tfx.types import artifact as tfx_artifact
from tfx.types import standard_artifacts as tfx_standard
from tfx.types import value_artifact as tfx_value
from tfx.types.artifact_utils import get_artifact_type_class

from pipeline_lib import ir
from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.artifacts.artifact import Artifact, Property, PropertyType
from pipeline_lib.artifacts.value_artifact import value_artifact_class
from pipeline_lib.dsl.import_path import import_path
from pipeline_lib.errors import UnsupportedError
from pipeline_lib.tfx_bridge.unsupported import not_in_ours

TfxArtifactClass = type[tfx_artifact.Artifact]
_TYPE_MESSAGE = pipeline_pb2.OutputSpec().artifact_spec.type
_NUMBERS: Mapping[PropertyType, int] = {
    # The store's numbers; TFX's JSON values are the store's protobuf structs.
    PropertyType.INT: 1,
    PropertyType.FLOAT: 2,
    PropertyType.STRING: 3,
    PropertyType.JSON_VALUE: 4,
    PropertyType.BOOLEAN: 6,
}
_KINDS = {number: kind for kind, number in _NUMBERS.items()}


def to_tfx_type(declared: ir.ArtifactType) -> Any:
    """The store's message of an artifact type."""
    message = type(_TYPE_MESSAGE)(name=declared.name)
    for name, kind in declared.properties.items():
        message.properties[name] = _NUMBERS[kind]
    standard: Any = getattr(tfx_standard, declared.name, None)
    if _is_tfx_artifact(standard) and declared.name == standard.TYPE_NAME:
        known = standard._get_artifact_type()
        same = dict(known.properties) == dict(message.properties)
        if same and known.HasField("base_type"):
            message.base_type = known.base_type
    return message


def from_tfx_type(message: Any, where: str) -> ir.ArtifactType:
    """Our artifact type of the store's message.

    Raises:
        UnsupportedError: it has a property of a type that we have not; the message begins with
            `where`.
    """
    properties = {}
    for name, number in message.properties.items():
        if number not in _KINDS:
            raise not_in_ours(where, f"has property {name!r}, whose type")
        properties[name] = _KINDS[number]
    return ir.ArtifactType(message.name, properties, _class_path(message.name))


def tfx_artifact_class(declared: ir.ArtifactType) -> TfxArtifactClass:
    """TFX's class for artifacts of a type: the author's, if its module is imported."""
    found: TfxArtifactClass = get_artifact_type_class(to_tfx_type(declared))
    return found


@functools.cache
def our_artifact_class(tfx_class: TfxArtifactClass) -> type[Artifact]:
    """Our class for the artifacts of TFX's class.

    Raises:
        UnsupportedError: the type has a property of a type that we have not.
    """
    name = tfx_class.TYPE_NAME
    standard = getattr(standard_artifacts, name, None)
    if isinstance(standard, type) and issubclass(standard, Artifact):
        return standard
    message = tfx_class._get_artifact_type()
    declared = from_tfx_type(message, f"Artifact type {name!r}")
    base: type[Artifact] = Artifact
    if issubclass(tfx_class, tfx_value.ValueArtifact):
        found = value_artifact_class(name)
        if found is None:
            raise UnsupportedError(
                f"Artifact type {name!r} is a value artifact of the author's own. "
                "Use Integer, Float, String, Boolean, Bytes or JsonValue."
            )
        base = found
    members = {
        "TYPE_NAME": name,
        "PROPERTIES": {key: Property(kind) for key, kind in declared.properties.items()},
        # Where the author's class is, which the one that reads the artifact imports.
        "__module__": tfx_class.__module__,
        "__qualname__": tfx_class.__qualname__,
    }
    return type(name, (base,), members)


def _class_path(name: str) -> str:
    standard = getattr(standard_artifacts, name, None)
    return import_path(standard, "Artifact type") if isinstance(standard, type) else ""


def _is_tfx_artifact(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, tfx_artifact.Artifact)
