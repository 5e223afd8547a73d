"""A node of ours as TFX's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfx.orchestration import data_types_utils
from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.ir.expressions import Expression, Literal
from pipeline_lib.tfx_bridge.artifact_types import to_tfx_type
from pipeline_lib.tfx_bridge.conditions import split_at_and
from pipeline_lib.tfx_bridge.executors import (
    TFX_EXECUTOR_PARAMETER,
    TfxExecutor,
)
from pipeline_lib.tfx_bridge.expressions_to_tfx import to_placeholder
from pipeline_lib.tfx_bridge.inputs_to_tfx import write_inputs, write_resolver_inputs
from pipeline_lib.tfx_bridge.level_to_tfx import LevelToTfx
from pipeline_lib.tfx_bridge.options import write_options
from pipeline_lib.tfx_bridge.parameters import json_text, schema_of, to_value
from pipeline_lib.tfx_bridge.runtime_parameters import RuntimeParametersToTfx
from pipeline_lib.tfx_bridge.unsupported import not_in_tfx

_PARAMETER_NAMES = {"source_uri": "artifact_uri"}
"""Of importers, where TFX has another name than we."""


class NodeToTfx:
    """Makes the nodes of one level.

    Args:
        pipeline: the whole pipeline.
        runtime_parameters: those that it declares.
        level: that of the nodes.
    """

    def __init__(
        self,
        pipeline: ir.Pipeline,
        runtime_parameters: RuntimeParametersToTfx,
        level: LevelToTfx,
    ) -> None:
        self._pipeline = pipeline
        self._runtime_parameters = runtime_parameters
        self._level = level

    def make(self, node: ir.Node) -> pipeline_pb2.PipelineNode:
        """The node in TFX's form.

        Raises:
            UnsupportedError: TFX cannot express something of it.
        """
        where = f"Node {node.id!r}"
        message = pipeline_pb2.PipelineNode()
        message.node_info.type.name = node.type_name
        message.node_info.id = node.id
        message.contexts.CopyFrom(self._level.contexts_of(node.id))
        self._write_outputs(message, node, where)
        self._write_parameters(message, node, where)
        self.write_when(message, node, where)
        message.downstream_nodes.extend(self._level.downstream(node.id))
        return message

    def write_when(self, message: pipeline_pb2.PipelineNode, node: ir.Node, where: str) -> None:
        """Fill `message` with what the node reads, what it waits for, and how it is run.

        Raises:
            UnsupportedError: TFX cannot express something of it.
        """
        if isinstance(node.executor, ir.ResolveExecutor):
            write_resolver_inputs(message.inputs, node, node.executor, self._level, where)
        else:
            write_inputs(message.inputs, node, self._level, where)
        for number, condition in enumerate(split_at_and(node.condition), start=1):
            message.inputs.conditionals[f"cond_{number}"].placeholder_expression.CopyFrom(
                to_placeholder(condition, f"{where}: condition")
            )
        message.upstream_nodes.extend(self._level.upstream(node))
        write_options(
            message.execution_options,
            node.options,
            where,
            enable_cache=self._pipeline.enable_cache,
        )

    def _write_outputs(self, message: pipeline_pb2.PipelineNode, node: ir.Node, where: str) -> None:
        if isinstance(node.executor, ir.ResolveExecutor):
            return  # TFX's resolvers give what their inputs are
        for key, output in node.outputs.items():
            spec = message.outputs.outputs[key].artifact_spec
            spec.type.CopyFrom(to_tfx_type(output.type))
            if isinstance(node.executor, ir.ImportExecutor):
                place = f"{where}: property"
                self._write_properties(spec.additional_properties, node.executor.properties, place)
                place = f"{where}: custom property"
                custom = node.executor.custom_properties
                self._write_properties(spec.additional_custom_properties, custom, place)

    def _write_properties(self, target: Any, given: Mapping[str, Expression], where: str) -> None:
        for name, expression in given.items():
            if not isinstance(expression, Literal):
                raise not_in_tfx(f"{where} {name!r}", "is known only when the pipeline runs")
            value = to_value(
                ir.Parameter(ir.ParameterType.STRING, expression),
                self._runtime_parameters,
                f"{where} {name!r}",
            )
            if value is not None:
                target[name].CopyFrom(value)

    def _write_parameters(
        self, message: pipeline_pb2.PipelineNode, node: ir.Node, where: str
    ) -> None:
        theirs = TfxExecutor.of_node(node)
        for name, parameter in node.parameters.items():
            if theirs is not None and name == TFX_EXECUTOR_PARAMETER:
                continue
            given = parameter if theirs is not None else json_text(parameter)
            place = f"{where}: parameter {name!r}"
            value = to_value(given, self._runtime_parameters, place)
            if value is not None:
                message.parameters.parameters[_tfx_name(node, name)].CopyFrom(value)
        if theirs is not None:
            for name, text in theirs.schemas.items():
                message.parameters.parameters[name].schema.CopyFrom(schema_of(text))
        if isinstance(node.executor, ir.ImportExecutor):
            self._write_importer(message, node, where)

    def _write_importer(
        self, message: pipeline_pb2.PipelineNode, node: ir.Node, where: str
    ) -> None:
        parameters = message.parameters.parameters
        reimport = node.parameters["reimport"].value
        if not isinstance(reimport, Literal):
            raise not_in_tfx(
                f"{where}: parameter 'reimport'", "is known only when the pipeline runs"
            )
        parameters["reimport"].Clear()
        data_types_utils.set_parameter_value(parameters["reimport"], int(bool(reimport.value)))
        (output_key,) = node.outputs
        data_types_utils.set_parameter_value(parameters["output_key"], output_key)


def _tfx_name(node: ir.Node, name: str) -> str:
    is_importer = isinstance(node.executor, ir.ImportExecutor)
    return _PARAMETER_NAMES.get(name, name) if is_importer else name
