"""The contexts that TFX registers a node in, and finds artifacts by.

A node of a sub-pipeline is registered in the contexts of all pipelines around it, too. The `names`
of a pipeline are those of the pipelines around it, outermost first, and its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfx.dsl.compiler import constants
from tfx.proto.orchestration import pipeline_pb2


def node_contexts(names: Sequence[str], node_id: str) -> pipeline_pb2.NodeContexts:
    """The contexts of a node: the pipelines that it is in, the run, the node across runs."""
    message = pipeline_pb2.NodeContexts()
    _add_pipeline_and_run(message.contexts, names)
    if len(names) > 1:
        # The pipeline around knows the sub-pipeline as one of its nodes.
        add_node(message.contexts, names[-2], names[-1])
    for depth in range(len(names) - 1, 0, -1):
        _add_pipeline_and_run(message.contexts, names[:depth])
    add_node(message.contexts, names[-1], node_id)
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


def is_run_of_sub_pipeline(context: pipeline_pb2.ContextSpec) -> bool:
    """Whether a context is that of a sub-pipeline in the run that is going on."""
    return bool(context.name.HasField("structural_runtime_parameter"))


def write_run_id(value: pipeline_pb2.Value, names: Sequence[str]) -> None:
    """Let a value be the id of the run, which TFX's runners fill in; a sub-pipeline has its own."""
    if len(names) == 1:
        _write_parameter(value.runtime_parameter)
        return
    parts = value.structural_runtime_parameter.parts
    parts.add(constant_value=f"{names[-1]}_")
    _write_parameter(parts.add().runtime_parameter)


def _write_parameter(parameter: pipeline_pb2.RuntimeParameter) -> None:
    parameter.name = constants.PIPELINE_RUN_ID_PARAMETER_NAME
    parameter.type = pipeline_pb2.RuntimeParameter.STRING


def _add_pipeline_and_run(contexts: Any, names: Sequence[str]) -> None:
    add_pipeline(contexts, names[-1])
    added = contexts.add()
    added.type.name = constants.PIPELINE_RUN_CONTEXT_TYPE_NAME
    write_run_id(added.name, names)


def _add(contexts: Any, type_name: str, name: str) -> None:
    added = contexts.add()
    added.type.name = type_name
    added.name.field_value.string_value = name
