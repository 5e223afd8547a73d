"""Between pipeline_lib's records and ML Metadata's messages.

Type names, context names, event paths and property names are TFX's, so that each side reads a
store that the other wrote; our own additions are custom properties that begin with `plib_`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib.artifacts.artifact import ArtifactRecord, PropertyType
from pipeline_lib.ir.inputs import ArtifactType
from pipeline_lib.metadata.mlmd_exact import read_properties
from pipeline_lib.metadata.mlmd_values import set_struct, set_value
from pipeline_lib.metadata.records import ErrorRecord, ExecutionRecord, ExecutionState

PREFIX = "plib_"
PRODUCER = "producer_component"
"""TFX's custom property of an artifact: id of the node that wrote it."""

NAME = "name"
"""TFX's custom property of an artifact: its name."""

_MLMD_PROPERTY_TYPES: Mapping[PropertyType, Any] = {
    PropertyType.INT: mlmd.INT,
    PropertyType.FLOAT: mlmd.DOUBLE,
    PropertyType.STRING: mlmd.STRING,
    PropertyType.JSON_VALUE: mlmd.STRUCT,
    PropertyType.BOOLEAN: mlmd.BOOLEAN,
}
_TO_STATE: Mapping[ExecutionState, Any] = {
    ExecutionState.RUNNING: mlmd.Execution.RUNNING,
    ExecutionState.COMPLETE: mlmd.Execution.COMPLETE,
    ExecutionState.CACHED: mlmd.Execution.CACHED,
    ExecutionState.FAILED: mlmd.Execution.FAILED,
    ExecutionState.SKIPPED: mlmd.Execution.CANCELED,
    ExecutionState.CANCELED: mlmd.Execution.CANCELED,
}
_FROM_STATE: Mapping[Any, ExecutionState] = {
    mlmd.Execution.UNKNOWN: ExecutionState.RUNNING,
    mlmd.Execution.NEW: ExecutionState.RUNNING,
    mlmd.Execution.RUNNING: ExecutionState.RUNNING,
    mlmd.Execution.COMPLETE: ExecutionState.COMPLETE,
    mlmd.Execution.CACHED: ExecutionState.CACHED,
    mlmd.Execution.FAILED: ExecutionState.FAILED,
    mlmd.Execution.CANCELED: ExecutionState.CANCELED,
}


def _set_declared(message: mlmd.Value, value: Any, declared: PropertyType) -> None:
    match declared:
        case PropertyType.JSON_VALUE:
            set_struct(message, value)
        case PropertyType.FLOAT:
            set_value(message, float(value))
        case _:
            set_value(message, value)


def artifact_type_message(artifact_type: ArtifactType) -> mlmd.ArtifactType:
    """An artifact type."""
    message = mlmd.ArtifactType(name=artifact_type.name)
    for name, property_type in artifact_type.properties.items():
        message.properties[name] = _MLMD_PROPERTY_TYPES[property_type]
    return message


def artifact_message(
    record: ArtifactRecord, declared: ArtifactType, type_id: int, producer: str
) -> mlmd.Artifact:
    """A new artifact of the type `declared` that the node `producer` wrote."""
    message = mlmd.Artifact(type_id=type_id, uri=record.uri, state=mlmd.Artifact.LIVE)
    if record.name:
        # Not the message's own name, which must differ from that of every artifact of the type.
        message.custom_properties[NAME].string_value = record.name
    for name, value in record.properties.items():
        _set_declared(message.properties[name], value, declared.properties[name])
    for name, value in record.custom_properties.items():
        set_value(message.custom_properties[name], value)
    message.custom_properties[PRODUCER].string_value = producer
    if record.fingerprint:
        message.custom_properties[f"{PREFIX}fingerprint"].string_value = record.fingerprint
    return message


def artifact_record(message: mlmd.Artifact) -> ArtifactRecord:
    """The record of an artifact in the store."""
    properties, custom = read_properties(message)
    fingerprint = custom.pop(f"{PREFIX}fingerprint", "")
    custom.pop(PRODUCER, None)
    name = custom.pop(NAME, "") or message.name
    return ArtifactRecord(
        type_name=message.type,
        uri=message.uri,
        properties=properties,
        custom_properties=custom,
        name=str(name),
        id=message.id,
        fingerprint=fingerprint,
    )


def execution_message(record: ExecutionRecord, type_id: int) -> mlmd.Execution:
    """An execution; its parameters are custom properties under their own names."""
    message = mlmd.Execution(type_id=type_id, last_known_state=_TO_STATE[record.state])
    if record.id:
        message.id = record.id
    for name, value in record.parameters.items():
        if value is not None:
            set_value(message.custom_properties[name], value)
    for name, value in _own_properties(record).items():
        if value:
            set_value(message.custom_properties[PREFIX + name], value)
    return message


def _own_properties(record: ExecutionRecord) -> dict[str, Any]:
    error = record.error or ErrorRecord("", "")
    return {
        "node_id": record.node_id,
        "iteration": record.iteration,
        "run_id": record.run_id,
        "pipeline_name": record.pipeline_name,
        "skipped": record.state is ExecutionState.SKIPPED,
        "chosen": record.chosen,
        "cache_key": record.cache_key,
        "cache_leaves": json.dumps(dict(record.cache_leaves)) if record.cache_leaves else "",
        "cached_from": record.cached_from,
        "cache_note": record.cache_note,
        "reason": record.reason,
        "error_type": error.type,
        "error_message": error.message,
        "traceback": error.traceback,
        "error_location": error.location,
        "log_uri": record.log_uri,
        "image": record.image,
    }


def execution_record(message: mlmd.Execution) -> ExecutionRecord:
    """The record of an execution in the store, without its inputs and outputs."""
    _, custom = read_properties(message)
    own = {
        name.removeprefix(PREFIX): custom.pop(name)
        for name in list(custom)
        if name.startswith(PREFIX)
    }
    state = _FROM_STATE[message.last_known_state]
    return ExecutionRecord(
        pipeline_name=own.get("pipeline_name", ""),
        run_id=own.get("run_id", ""),
        node_id=own.get("node_id", ""),
        iteration=own.get("iteration", ""),
        type_name=message.type,
        state=ExecutionState.SKIPPED if own.get("skipped") else state,
        chosen=own.get("chosen", False),
        parameters=custom,
        cache_key=own.get("cache_key", ""),
        cache_leaves=json.loads(own.get("cache_leaves", "{}")),
        cached_from=own.get("cached_from", 0),
        cache_note=own.get("cache_note", ""),
        reason=own.get("reason", ""),
        error=_error_record(own),
        log_uri=own.get("log_uri", ""),
        image=own.get("image", ""),
        started=message.create_time_since_epoch / 1000,
        ended=0.0
        if state is ExecutionState.RUNNING
        else message.last_update_time_since_epoch / 1000,
        id=message.id,
    )


def _error_record(own: Mapping[str, Any]) -> ErrorRecord | None:
    if "error_type" not in own:
        return None
    return ErrorRecord(
        own["error_type"],
        own.get("error_message", ""),
        own.get("traceback", ""),
        own.get("error_location", ""),
    )
