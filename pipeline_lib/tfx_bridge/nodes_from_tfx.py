"""TFX's nodes as ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.compiler.code import CodeDigests
from pipeline_lib.dsl.importer import IMPORTER_TYPE
from pipeline_lib.dsl.pipeline import SUB_PIPELINE_TYPE
from pipeline_lib.dsl.resolver import RESOLVER_TYPE
from pipeline_lib.ir.expressions import Expression, Literal
from pipeline_lib.tfx_bridge.artifact_types import from_tfx_type
from pipeline_lib.tfx_bridge.as_written import as_written
from pipeline_lib.tfx_bridge.conditions import joined_by_and
from pipeline_lib.tfx_bridge.drivers import is_cacheable, reads_files_at
from pipeline_lib.tfx_bridge.executors import TFX_EXECUTOR_PARAMETER
from pipeline_lib.tfx_bridge.executors_from_tfx import (
    ExecutorsFromTfx,
    our_executor,
    tfx_executor,
    to_executor,
)
from pipeline_lib.tfx_bridge.expressions_from_tfx import from_placeholder
from pipeline_lib.tfx_bridge.inputs_from_tfx import InputsFromTfx
from pipeline_lib.tfx_bridge.options import our_options
from pipeline_lib.tfx_bridge.parameters import ParameterFromTfx, from_value
from pipeline_lib.tfx_bridge.runtime_parameters import RuntimeParametersFromTfx
from pipeline_lib.tfx_bridge.sub_pipelines_from_tfx import sub_pipeline
from pipeline_lib.tfx_bridge.unsupported import not_in_ours


class NodeFromTfx:
    """Makes the nodes of one pipeline, in the order in which they run.

    Args:
        pipeline: the pipeline.
        runtime_parameters: takes note of those that are read.
        code: takes note of the code that executors depend on.

    Attributes:
        each: keys of the inputs at which a node gets one artifact after the other, by node id.
    """

    def __init__(
        self,
        pipeline: pipeline_pb2.Pipeline,
        runtime_parameters: RuntimeParametersFromTfx,
        code: CodeDigests,
    ) -> None:
        self.each: dict[str, frozenset[str]] = {}
        self._code = code
        self._executors = ExecutorsFromTfx(pipeline)
        self._runtime_parameters = runtime_parameters
        self._types: dict[tuple[str, str], ir.ArtifactType] = {}
        names = (*pipeline.pipeline_info.parent_ids, pipeline.pipeline_info.id)
        self._inputs = InputsFromTfx(names, self._types)

    def make_all(self, messages: Iterable[Any], root: str) -> tuple[ir.Node, ...]:
        """The nodes and sub-pipelines of the pipeline, whose root is `root`.

        Raises:
            UnsupportedError: we have nothing like something of one of them.
        """
        made = []
        for message in messages:
            if not message.HasField("sub_pipeline"):
                made.append(self._make(message.pipeline_node))
                continue
            held = message.sub_pipeline
            inner = NodeFromTfx(held, self._runtime_parameters, self._code)
            node = sub_pipeline(held, self, inner, root)
            self.know_outputs(held.nodes[-1].pipeline_node)
            self._inputs.know_sub_pipeline(node.id)
            made.append(node)
        return tuple(made)

    def know_outputs(self, message: pipeline_pb2.PipelineNode) -> None:
        """Take note of the types of a node's outputs, for those that read them."""
        where = f"Node {message.node_info.id!r}"
        for key, output in message.outputs.outputs.items():
            self._types[message.node_info.id, key] = from_tfx_type(output.artifact_spec.type, where)

    def read_inputs(self, message: pipeline_pb2.PipelineNode, where: str) -> dict[str, ir.Input]:
        """The inputs of a node; raises as `make_all`."""
        return self._inputs.read(message.inputs, where)

    def _know_loop(self, message: pipeline_pb2.PipelineNode, id: str) -> None:
        if keys := self._inputs.each(message.inputs):
            self.each[id] = keys

    def holder(self, message: pipeline_pb2.PipelineNode, id: str, where: str) -> ir.Node:
        """The node of a sub-pipeline that begins with `message`, as yet without nodes of its own.

        Raises:
            UnsupportedError: we have nothing like something of it.
        """
        inputs = self.read_inputs(message, where)
        self._know_loop(message, id)
        node = self._node(message, ir.PipelineExecutor(()), inputs, where)
        return replace(node, id=id, type_name=SUB_PIPELINE_TYPE, outputs={})

    def _make(self, message: pipeline_pb2.PipelineNode) -> ir.Node:
        where = f"Node {message.node_info.id!r}"
        match message.node_info.type.name:
            case name if name == IMPORTER_TYPE:
                node = self._importer(message, where)
            case name if name == RESOLVER_TYPE:
                node = self._resolver(message, where)
            case _:
                node = self._component(message, where)
        # A resolver's outputs are not in TFX's message.
        self._types.update({(node.id, key): one.type for key, one in node.outputs.items()})
        return node

    def _component(self, message: pipeline_pb2.PipelineNode, where: str) -> ir.Node:
        specification = self._executors.specification(message.node_info.id, where)
        ours = our_executor(specification)
        inputs = self.read_inputs(message, where)
        self._know_loop(message, message.node_info.id)
        found = self._parameters(message, inputs, where)
        executor = to_executor(specification, self._code, where)
        node = self._node(message, executor, inputs, where)
        if ours is not None:
            return as_written(replace(node, parameters=_plain(found)), ours)
        if isinstance(executor, ir.ContainerExecutor):
            # As of every container component: TFX's commands read the first artifact only.
            taken = {key: replace(one, max_count=1) for key, one in inputs.items()}
            return replace(node, inputs=taken, parameters=_plain(found))
        driver = self._executors.driver(message.node_info.id)
        schemas = {name: one.schema for name, one in found.items() if one.schema}
        theirs = tfx_executor(specification, driver, schemas)
        parameters = {**_plain(found), TFX_EXECUTOR_PARAMETER: theirs.to_parameter()}
        for name in reads_files_at(driver, parameters):
            parameters[name] = replace(parameters[name], type=ir.ParameterType.PATH)
        node = replace(node, parameters=parameters)
        if is_cacheable(driver):
            return node
        return replace(node, options=replace(node.options, enable_cache=False))

    def _importer(self, message: pipeline_pb2.PipelineNode, where: str) -> ir.Node:
        ((_, output),) = message.outputs.outputs.items()
        spec = output.artifact_spec
        executor = ir.ImportExecutor(
            self._properties(spec.additional_properties, f"{where}: property"),
            self._properties(spec.additional_custom_properties, f"{where}: custom property"),
        )
        found = _plain(self._parameters(message, {}, where))
        reimport = found["reimport"].value
        parameters = {
            "source_uri": ir.Parameter(ir.ParameterType.PATH, found["artifact_uri"].value),
            "reimport": ir.Parameter(
                ir.ParameterType.BOOL,
                Literal(bool(reimport.value)) if isinstance(reimport, Literal) else reimport,
            ),
        }
        return replace(self._node(message, executor, {}, where), parameters=parameters)

    def _properties(self, given: Mapping[str, Any], where: str) -> dict[str, Expression]:
        return {
            name: from_value(
                value, {}, self._runtime_parameters, f"{where} {name!r}"
            ).parameter.value
            for name, value in given.items()
        }

    def _resolver(self, message: pipeline_pb2.PipelineNode, where: str) -> ir.Node:
        inputs = self._inputs.read(message.inputs, where, is_resolver=True)
        executor = self._inputs.strategy(message.inputs, where)
        node = self._node(message, executor, inputs, where)
        outputs = {key: ir.Output(one.type) for key, one in inputs.items() if not one.hidden}
        return replace(node, outputs=outputs)

    def _node(
        self,
        message: pipeline_pb2.PipelineNode,
        executor: ir.Executor,
        inputs: Mapping[str, ir.Input],
        where: str,
    ) -> ir.Node:
        read = {
            source.node_id
            for one in inputs.values()
            for source in one.sources
            if isinstance(source, ir.NodeOutput)
        }
        is_component = not isinstance(executor, ir.ImportExecutor)
        return ir.Node(
            id=message.node_info.id,
            type_name=message.node_info.type.name,
            executor=executor,
            inputs=inputs,
            outputs={
                key: _output(
                    one.artifact_spec, f"{where}: output {key!r}", is_component=is_component
                )
                for key, one in message.outputs.outputs.items()
            },
            condition=joined_by_and(
                from_placeholder(one.placeholder_expression, f"{where}: condition")
                for _, one in sorted(message.inputs.conditionals.items())
            ),
            upstream=tuple(
                sorted(
                    one
                    for one in set(message.upstream_nodes) - read
                    if not self._inputs.is_begin(one)
                )
            ),
            options=our_options(
                message.execution_options,
                where,
                enable_cache=message.execution_options.caching_options.enable_cache,
            ),
        )

    def _parameters(
        self, message: pipeline_pb2.PipelineNode, inputs: Mapping[str, ir.Input], where: str
    ) -> dict[str, ParameterFromTfx]:
        return {
            name: from_value(
                value, inputs, self._runtime_parameters, f"{where}: parameter {name!r}"
            )
            for name, value in message.parameters.parameters.items()
        }


def _output(spec: Any, where: str, *, is_component: bool) -> ir.Output:
    if spec.external_artifact_uris:
        raise not_in_ours(where, "names artifacts that are there already")
    if is_component and (spec.additional_properties or spec.additional_custom_properties):
        raise not_in_ours(where, "is given properties by the pipeline")
    if spec.is_async:
        raise not_in_ours(where, "is given out while the node runs")
    return ir.Output(from_tfx_type(spec.type, where))


def _plain(found: Mapping[str, ParameterFromTfx]) -> dict[str, ir.Parameter]:
    return {name: one.parameter for name, one in found.items()}
