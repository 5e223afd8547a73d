"""TFX's sub-pipelines as nodes of ours that hold nodes.

TFX puts a node before and one after those of a sub-pipeline, which hand on what it reads and what
it gives. Ours names both at the node that holds the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfx.dsl.compiler import constants
from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.tfx_bridge.unsupported import not_in_ours

if TYPE_CHECKING:
    from pipeline_lib.tfx_bridge.nodes_from_tfx import NodeFromTfx

BEGIN = constants.PIPELINE_BEGIN_NODE_SUFFIX
END = constants.PIPELINE_END_NODE_SUFFIX


def sub_pipeline(
    message: pipeline_pb2.Pipeline, outer: NodeFromTfx, inner: NodeFromTfx, root: str
) -> ir.Node:
    """The node that holds the nodes of a sub-pipeline.

    Args:
        message: the sub-pipeline.
        outer: makes the nodes of the pipeline around.
        inner: makes the nodes of the sub-pipeline.
        root: of the pipeline around.

    Raises:
        UnsupportedError: we have nothing like something of it.
    """
    where = f"Node {message.pipeline_info.id!r}"
    if message.runtime_spec.pipeline_root.runtime_parameter.default_value.string_value != root:
        raise not_in_ours(where, "has a root of its own")
    begin, end = message.nodes[0].pipeline_node, message.nodes[-1].pipeline_node
    node = outer.holder(begin, message.pipeline_info.id, where)
    inner.know_outputs(begin)
    nodes = inner.make_all(message.nodes[1:-1], root)
    given = inner.read_inputs(end, where)
    outputs = {}
    for key, read in given.items():
        (source,) = read.sources
        if not isinstance(source, ir.NodeOutput):
            raise not_in_ours(where, f"gives its own input as output {key!r}")
        outputs[key] = source
    return ir.Node(
        id=node.id,
        type_name=node.type_name,
        executor=ir.PipelineExecutor(nodes, outputs),
        inputs=node.inputs,
        outputs={key: ir.Output(read.type) for key, read in given.items()},
        condition=node.condition,
        upstream=node.upstream,
        options=node.options,
    )


def owner(node_id: str, suffix: str) -> str:
    """Id of the sub-pipeline that a node stands at the begin or end of; empty if at none."""
    return node_id.removesuffix(suffix) if node_id.endswith(suffix) else ""
