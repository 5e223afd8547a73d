"""TFX's loops as ours: a loop holds the node that TFX gives one artifact after the other."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import replace

from pipeline_lib import ir
from pipeline_lib.compiler.level import ITEM, free_key
from pipeline_lib.compiler.lower import LOOP_TYPE
from pipeline_lib.ir.expressions import hidden_input_key

_FROM_LEVEL = (ir.NodeOutput, ir.PipelineInput)
"""Sources that a node in a loop reaches only through the loop."""


def with_loops(
    nodes: Sequence[ir.Node],
    each: Mapping[str, Collection[str]],
    outputs: Mapping[str, ir.NodeOutput],
) -> tuple[tuple[ir.Node, ...], dict[str, ir.NodeOutput]]:
    """The nodes of a level, with a loop around each node that TFX has a loop of.

    Args:
        nodes: those of the level, as TFX has them.
        each: keys of the inputs at which a node gets one artifact after the other, by node id.
        outputs: what the level gives to the one around it.

    Returns:
        The nodes, and the outputs.
    """
    loop_ids: dict[str, str] = {}
    taken = {node.id for node in nodes}
    for node_id in (node.id for node in nodes if node.id in each):
        loop_ids[node_id] = free_key("ForEach", taken)
        taken.add(loop_ids[node_id])
    read = {source for node in nodes for one in node.inputs.values() for source in one.sources}
    read.update(outputs.values())
    reading = _ReadingLoops(loop_ids)
    found = tuple(
        _loop(node, each[node.id], loop_ids[node.id], read) if node.id in each else node
        for node in map(reading.node, nodes)
    )
    return found, {key: reading.output(source) for key, source in outputs.items()}


class _ReadingLoops:
    """Lets nodes read from loops, and wait for them, in the place of the nodes in these."""

    def __init__(self, loop_ids: Mapping[str, str]) -> None:
        self._loop_ids = loop_ids

    def node(self, node: ir.Node) -> ir.Node:
        inputs = {
            key: replace(read, sources=tuple(map(self._source, read.sources)))
            for key, read in node.inputs.items()
        }
        upstream = tuple(sorted(self._loop_ids.get(one, one) for one in node.upstream))
        return replace(node, inputs=inputs, upstream=upstream)

    def output(self, source: ir.NodeOutput) -> ir.NodeOutput:
        loop_id = self._loop_ids.get(source.node_id)
        return ir.NodeOutput(loop_id, _given_as(source)) if loop_id else source

    def _source(self, source: ir.InputSource) -> ir.InputSource:
        return self.output(source) if isinstance(source, ir.NodeOutput) else source


def _given_as(source: ir.NodeOutput) -> str:
    """Key at which a loop gives what the node in it writes."""
    return f"{source.node_id}.{source.output_key}"


def _loop(
    body: ir.Node, each: Collection[str], id: str, wanted: Container[ir.InputSource]
) -> ir.Node:
    """The loop that holds a node, which as yet reads from the level of the loop."""
    items = body.inputs[min(each)]
    read = {
        _brought_as(source): ir.Input(one.type, (source,), min_count=0)
        for key, one in body.inputs.items()
        if key not in each
        for source in one.sources
        if isinstance(source, _FROM_LEVEL)
    }
    outputs = (ir.NodeOutput(body.id, key) for key in body.outputs)
    written = [source for source in outputs if source in wanted]
    return ir.Node(
        id=id,
        type_name=LOOP_TYPE,
        executor=ir.PipelineExecutor(
            (_inside(body, each),), {_given_as(source): source for source in written}
        ),
        inputs={ITEM: ir.Input(items.type, items.sources, min_count=0), **read},
        outputs={_given_as(source): body.outputs[source.output_key] for source in written},
        upstream=body.upstream,
        loop=ITEM,
    )


def _inside(body: ir.Node, each: Collection[str]) -> ir.Node:
    """The node with what it read from the level of its loop read from the loop."""
    inputs = {}
    for key, read in body.inputs.items():
        sources = tuple(
            ir.PipelineInput(_brought_as(source)) if isinstance(source, _FROM_LEVEL) else source
            for source in read.sources
        )
        inputs[key] = replace(read, sources=(ir.PipelineInput(ITEM),) if key in each else sources)
    return replace(body, inputs=inputs, upstream=())


def _brought_as(source: ir.NodeOutput | ir.PipelineInput) -> str:
    """Key at which a loop brings what is around it to the node in it."""
    match source:
        case ir.NodeOutput(node_id, output_key):
            return hidden_input_key(node_id, output_key)
        case ir.PipelineInput(key):
            return hidden_input_key("PipelineInputs", key)
