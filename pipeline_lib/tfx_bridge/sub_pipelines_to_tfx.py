"""Nodes of ours that hold nodes as TFX's sub-pipelines."""

from __future__ import annotations

from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.tfx_bridge.artifact_types import to_tfx_type
from pipeline_lib.tfx_bridge.inputs_to_tfx import write_input
from pipeline_lib.tfx_bridge.level_to_tfx import LevelToTfx
from pipeline_lib.tfx_bridge.nodes_to_tfx import NodeToTfx
from pipeline_lib.tfx_bridge.sub_pipeline_ends import BEGIN, END


def begin_node(node: ir.Node, outer: NodeToTfx, inner: LevelToTfx) -> pipeline_pb2.PipelineNode:
    """The node that hands on what a sub-pipeline reads.

    Args:
        node: the node that holds the others.
        outer: makes the nodes of the pipeline around.
        inner: the nodes that it holds.

    Raises:
        UnsupportedError: TFX cannot express something of it.
    """
    message = pipeline_pb2.PipelineNode()
    message.node_info.type.name = node.type_name + BEGIN
    message.node_info.id = inner.begin
    message.contexts.CopyFrom(inner.contexts_of(inner.begin))
    outer.write_when(message, node, f"Node {node.id!r}")
    for key, read in node.inputs.items():
        if not read.hidden:
            message.outputs.outputs[key].artifact_spec.type.CopyFrom(to_tfx_type(read.type))
    message.downstream_nodes.extend(inner.downstream(inner.begin))
    return message


def end_node(node: ir.Node, outer: LevelToTfx, inner: LevelToTfx) -> pipeline_pb2.PipelineNode:
    """The node that hands on what a sub-pipeline gives; arguments and errors as above."""
    message = pipeline_pb2.PipelineNode()
    message.node_info.type.name = node.type_name + END
    message.node_info.id = inner.end
    message.contexts.CopyFrom(inner.contexts_of(inner.end))
    for key, source in inner.outputs.items():
        written = node.outputs[key].type
        where = f"Node {node.id!r}: output {key!r}"
        write_input(message.inputs.inputs[key], ir.Input(written, (source,)), inner, where)
        message.outputs.outputs[key].artifact_spec.type.CopyFrom(to_tfx_type(written))
    message.upstream_nodes.extend(sorted({one.node_id for one in inner.outputs.values()}))
    message.downstream_nodes.extend(outer.downstream(node.id))
    return message
