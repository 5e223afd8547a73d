"""The files of an execution's outputs: checked, and moved to their final place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact, ArtifactRecord
from pipeline_lib.artifacts.value_artifact import ValueArtifact
from pipeline_lib.errors import DataError
from pipeline_lib.ir.inputs import ArtifactType
from pipeline_lib.node.import_object import artifact_class
from pipeline_lib.node.request import OutputSlot

_VALUE_FILE = "value"
"""TFX's name of the file that a value artifact's URI points to."""

Records = Mapping[str, Sequence[ArtifactRecord]]


def new_artifact(slot: OutputSlot) -> Artifact:
    """An artifact of the declared type, with the URI that it is to be written at."""
    artifact = artifact_class(slot.type)()
    artifact.uri = uri_to_write(slot)
    return artifact


def uri_to_write(slot: OutputSlot) -> str:
    """The URI that an output is to be written at: of a value artifact a file."""
    return f"{slot.partial}/{_VALUE_FILE}" if holds_value(slot.type) else slot.partial


def holds_value(artifact_type: ArtifactType) -> bool:
    """Whether artifacts of that type hold one value in one file."""
    return issubclass(artifact_class(artifact_type), ValueArtifact)


def written_outputs(slots: Mapping[str, OutputSlot]) -> dict[str, list[ArtifactRecord]]:
    """What a program has written at its outputs, which cannot tell of it itself.

    Raises:
        DataError: it has written nothing at one, or no value of the declared type.
    """
    return {key: [_written(key, slot)] for key, slot in slots.items()}


def _written(key: str, slot: OutputSlot) -> ArtifactRecord:
    artifact = new_artifact(slot)
    is_value = isinstance(artifact, ValueArtifact)
    if not (files.exists(artifact.uri) if is_value else files.names_in(artifact.uri)):
        where = "its file is not there" if is_value else "its directory is empty"
        raise DataError(
            f"Output {key!r} was not written: {where} at the end. The command has to write at "
            f"output({key!r})[0].uri, which is {artifact.uri!r} here."
        )
    if isinstance(artifact, ValueArtifact):
        _check_value(key, artifact)
    return artifact.to_record()


def _check_value(key: str, artifact: ValueArtifact) -> None:
    try:
        _ = artifact.value
    except ValueError as error:
        raise DataError(
            f"Output {key!r} holds no value of type {artifact.TYPE_NAME!r}: {error}."
        ) from error


def publish_files(
    slots: Mapping[str, OutputSlot], records: Records
) -> dict[str, list[ArtifactRecord]]:
    """Move the outputs to their final place, all or none, and take their fingerprints."""
    moved = []
    try:
        for slot in slots.values():
            files.move(slot.partial, slot.final)
            moved.append(slot.final)
        return {
            key: [_published(record, slot) for record in records[key]]
            for key, slot in slots.items()
        }
    except BaseException:
        for uri in moved:
            files.remove(uri)
        raise


def _published(record: ArtifactRecord, slot: OutputSlot) -> ArtifactRecord:
    uri = moved_uri(record.uri, slot.partial, slot.final)
    return replace(record, uri=uri, fingerprint=files.fingerprint(uri))


def moved_uri(uri: str, source: str, destination: str) -> str:
    """What `uri` is called after all at `source` has gone to `destination`."""
    if uri == source or uri.startswith(f"{source}/"):
        return destination + uri[len(source) :]
    return uri
