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
from pipeline_lib.tfx_bridge.contexts import node_contexts
from pipeline_lib.tfx_bridge.executors import (
    TFX_EXECUTOR_PARAMETER,
    TfxExecutor,
)
from pipeline_lib.tfx_bridge.expressions_to_tfx import to_placeholder
from pipeline_lib.tfx_bridge.inputs_to_tfx import write_input, write_resolver_inputs
from pipeline_lib.tfx_bridge.options import write_options
from pipeline_lib.tfx_bridge.parameters import json_text, schema_of, to_value
from pipeline_lib.tfx_bridge.runtime_parameters import RuntimeParametersToTfx
from pipeline_lib.tfx_bridge.unsupported import not_in_tfx

_PARAMETER_NAMES = {"source_uri": "artifact_uri"}
"""Of importers, where TFX has another name than we."""


class NodeToTfx:
    """Makes the nodes of one pipeline."""

    def __init__(
        self,
        pipeline: ir.Pipeline,
        runtime_parameters: RuntimeParametersToTfx,
        downstream: Mapping[str, list[str]],
    ) -> None:
        self._pipeline = pipeline
        self._runtime_parameters = runtime_parameters
        self._downstream = downstream

    def make(self, node: ir.Node) -> pipeline_pb2.PipelineNode:
        """The node in TFX's form.

        Raises:
            UnsupportedError: TFX cannot express something of it.
        """
        where = f"Node {node.id!r}"
        if node.loop:
            raise not_in_tfx(where, "runs once for each element of a list")
        if isinstance(node.executor, ir.PipelineExecutor):
            raise not_in_tfx(where, "is a sub-pipeline")
        message = pipeline_pb2.PipelineNode()
        message.node_info.type.name = node.type_name
        message.node_info.id = node.id
        message.contexts.CopyFrom(node_contexts(self._pipeline.name, node.id))
        self._write_inputs(message, node, where)
        self._write_outputs(message, node, where)
        self._write_parameters(message, node, where)
        message.upstream_nodes.extend(sorted(self._pipeline.dependencies[node.id]))
        message.downstream_nodes.extend(sorted(self._downstream.get(node.id, ())))
        write_options(
            message.execution_options,
            node.options,
            where,
            enable_cache=self._pipeline.enable_cache,
        )
        return message

    def _write_inputs(self, message: pipeline_pb2.PipelineNode, node: ir.Node, where: str) -> None:
        if isinstance(node.executor, ir.ResolveExecutor):
            write_resolver_inputs(message.inputs, node, node.executor, self._pipeline.name, where)
        else:
            for key, declared in node.inputs.items():
                spec = message.inputs.inputs[key]
                write_input(spec, declared, self._pipeline.name, f"{where}: input {key!r}")
        for number, condition in enumerate(split_at_and(node.condition), start=1):
            message.inputs.conditionals[f"cond_{number}"].placeholder_expression.CopyFrom(
                to_placeholder(condition, f"{where}: condition")
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
