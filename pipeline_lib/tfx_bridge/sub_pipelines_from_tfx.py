"""TFX's sub-pipelines as nodes of ours that hold nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.tfx_bridge.loops_from_tfx import with_loops
from pipeline_lib.tfx_bridge.unsupported import not_in_ours

if TYPE_CHECKING:
    from pipeline_lib.tfx_bridge.nodes_from_tfx import NodeFromTfx


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
    made = inner.make_all(message.nodes[1:-1], root)
    given = inner.read_inputs(end, where)
    nodes, outputs = with_loops(made, inner.each, _sources(given, where))
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


def _sources(given: Mapping[str, ir.Input], where: str) -> dict[str, ir.NodeOutput]:
    outputs = {}
    for key, read in given.items():
        (source,) = read.sources
        if not isinstance(source, ir.NodeOutput):
            raise not_in_ours(where, f"gives its own input as output {key!r}")
        outputs[key] = source
    return outputs
