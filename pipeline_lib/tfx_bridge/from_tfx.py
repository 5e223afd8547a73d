"""TFX's `Pipeline` messages as our pipelines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tfx.dsl.compiler import constants
from tfx.dsl.compiler.compiler import Compiler
from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.compiler.code import CodeDigests
from pipeline_lib.ir.expressions import Expression, Literal
from pipeline_lib.ir.node_set import all_nodes
from pipeline_lib.tfx_bridge.expressions_from_tfx import from_placeholder
from pipeline_lib.tfx_bridge.loops_from_tfx import with_loops
from pipeline_lib.tfx_bridge.nodes_from_tfx import NodeFromTfx
from pipeline_lib.tfx_bridge.runtime_parameters import RuntimeParametersFromTfx
from pipeline_lib.tfx_bridge.unsupported import not_in_ours


def from_tfx(pipeline: Any) -> ir.Pipeline:
    """The pipeline in our format, which our runners take.

    TFX's executors do the work of their nodes, where `tfx` is installed.

    Args:
        pipeline: TFX's `Pipeline` message, or the pipeline object that TFX's compiler makes it of.

    Raises:
        UnsupportedError: the pipeline uses what we do not have; the message names the node and
            the feature.
    """
    if not isinstance(pipeline, pipeline_pb2.Pipeline):
        pipeline = Compiler().compile(pipeline)
    where = f"Pipeline {pipeline.pipeline_info.id!r}"
    if pipeline.execution_mode == pipeline_pb2.Pipeline.ASYNC:
        raise not_in_ours(where, "runs its nodes asynchronously")
    runtime_parameters = RuntimeParametersFromTfx()
    code = CodeDigests()
    maker = NodeFromTfx(pipeline, runtime_parameters, code)
    root = _root(pipeline.runtime_spec.pipeline_root, runtime_parameters, f"{where}: root")
    root_text = pipeline.runtime_spec.pipeline_root.runtime_parameter.default_value.string_value
    nodes, _ = with_loops(maker.make_all(pipeline.nodes, root_text), maker.each, {})
    enable_cache = any(node.options.enable_cache for node in all_nodes(nodes))
    return ir.Pipeline(
        name=pipeline.pipeline_info.id,
        nodes=tuple(_without_default(node, enable_cache) for node in nodes),
        root=root,
        enable_cache=enable_cache,
        runtime_parameters=runtime_parameters.declared(),
        code=code.all(),
    )


def _root(
    value: pipeline_pb2.Value, runtime_parameters: RuntimeParametersFromTfx, where: str
) -> Expression | None:
    match value.WhichOneof("value"):
        case "field_value":
            return Literal(value.field_value.string_value)
        case "placeholder":
            return from_placeholder(value.placeholder, where)
        case "runtime_parameter":
            parameter = value.runtime_parameter
            if parameter.name != constants.PIPELINE_ROOT_PARAMETER_NAME:
                return runtime_parameters.read(parameter, where)
            root = parameter.default_value.string_value
            return Literal(root) if root else None
    return None


def _without_default(node: ir.Node, enable_cache: bool) -> ir.Node:
    """TFX notes the use of the cache at each node; what is the pipeline's need not be said."""
    if isinstance(node.executor, ir.PipelineExecutor):
        inner = tuple(_without_default(one, enable_cache) for one in node.executor.nodes)
        node = replace(node, executor=replace(node.executor, nodes=inner))
    if node.options.enable_cache is not enable_cache:
        return node
    return replace(node, options=replace(node.options, enable_cache=None))
