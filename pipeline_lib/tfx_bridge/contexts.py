"""The contexts that TFX registers a node in, and finds artifacts by."""

from __future__ import annotations

from typing import Any

from tfx.dsl.compiler import constants
from tfx.proto.orchestration import pipeline_pb2


def node_contexts(pipeline_name: str, node_id: str) -> pipeline_pb2.NodeContexts:
    """The contexts of a node: its pipeline, the run, the node across runs."""
    message = pipeline_pb2.NodeContexts()
    add_pipeline(message.contexts, pipeline_name)
    add_current_run(message.contexts)
    add_node(message.contexts, pipeline_name, node_id)
    return message


def add_pipeline(contexts: Any, pipeline_name: str) -> None:
    """Add the context of all runs of a pipeline."""
    _add(contexts, constants.PIPELINE_CONTEXT_TYPE_NAME, pipeline_name)


def add_node(contexts: Any, pipeline_name: str, node_id: str) -> None:
    """Add the context of a node across runs."""
    _add(contexts, constants.NODE_CONTEXT_TYPE_NAME, f"{pipeline_name}.{node_id}")


def add_run(contexts: Any, run_id: str) -> None:
    """Add the context of one run that is known."""
    _add(contexts, constants.PIPELINE_RUN_CONTEXT_TYPE_NAME, run_id)


def add_current_run(contexts: Any) -> None:
    """Add the context of the run that is going on."""
    added = contexts.add()
    added.type.name = constants.PIPELINE_RUN_CONTEXT_TYPE_NAME
    write_run_id(added.name)


def write_run_id(value: pipeline_pb2.Value) -> None:
    """Let a value be the id of the run, which TFX's runners fill in."""
    value.runtime_parameter.name = constants.PIPELINE_RUN_ID_PARAMETER_NAME
    value.runtime_parameter.type = pipeline_pb2.RuntimeParameter.STRING


def _add(contexts: Any, type_name: str, name: str) -> None:
    added = contexts.add()
    added.type.name = type_name
    added.name.field_value.string_value = name
