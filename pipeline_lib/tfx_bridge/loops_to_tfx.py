"""Loops of ours as TFX has them: a node with an input whose artifacts it gets one after the other.

TFX's loops go over artifacts, and hold one node that is none itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from pipeline_lib import ir
from pipeline_lib.ir.expressions import Expression, Operation, Operator
from pipeline_lib.tfx_bridge.unsupported import not_in_tfx

Each: TypeAlias = Mapping[str, frozenset[str]]
"""Keys of the inputs at which a node gets one artifact after the other, by node id."""


def without_loops(
    nodes: Sequence[ir.Node], outputs: Mapping[str, ir.NodeOutput]
) -> tuple[tuple[ir.Node, ...], Each, Mapping[str, ir.NodeOutput]]:
    """The nodes of a level with what the loops among them hold in the place of the loops.

    Args:
        nodes: those of the level.
        outputs: what the level gives to the one around it.

    Returns:
        The nodes, which of their inputs are taken apart, and the outputs.

    Raises:
        UnsupportedError: TFX cannot express a loop.
    """
    loops = {node.id: node for node in nodes if node.loop}
    bodies = {node_id: _body(loop) for node_id, loop in loops.items()}
    each = {body.id: _taken_apart(loops[node_id]) for node_id, body in bodies.items()}
    written = {
        ir.NodeOutput(node_id, key): source
        for node_id, loop in loops.items()
        for key, source in _held(loop).outputs.items()
    }
    ids = {node_id: body.id for node_id, body in bodies.items()}
    plain = (bodies.get(node.id, node) for node in nodes)
    return (
        tuple(_reading_bodies(node, written, ids) for node in plain),
        each,
        {key: written.get(source, source) for key, source in outputs.items()},
    )


def _body(loop: ir.Node) -> ir.Node:
    """The node that a loop holds, reading from around the loop."""
    where = f"Node {loop.id!r}"
    if loop.loop in loop.parameters:
        raise not_in_tfx(where, "loops over a list of values")
    if len(_held(loop).nodes) != 1:
        raise not_in_tfx(where, "loops over several nodes")
    (body,) = _held(loop).nodes
    if body.loop:
        raise not_in_tfx(where, "holds another loop")
    if isinstance(body.executor, ir.ResolveExecutor):
        raise not_in_tfx(where, "holds a resolver")
    return replace(
        body,
        # What a condition around the loop reads comes at keys that tell what it is.
        inputs={
            **{key: read for key, read in loop.inputs.items() if read.hidden},
            **{key: _from_around(read, loop) for key, read in body.inputs.items()},
        },
        condition=_both(loop, body),
        upstream=tuple(sorted({*loop.upstream, *body.upstream})),
    )


def _from_around(read: ir.Input, loop: ir.Node) -> ir.Input:
    if len(read.sources) > 1 and ir.PipelineInput(loop.loop) in read.sources:
        raise not_in_tfx(f"Node {loop.id!r}", "joins its element with other artifacts")
    return replace(read, sources=tuple(_sources_around(read, loop)))


def _sources_around(read: ir.Input, loop: ir.Node) -> Iterator[ir.InputSource]:
    for source in read.sources:
        match source:
            case ir.PipelineInput(key):
                yield from loop.inputs[key].sources
            case _:
                yield source


def _taken_apart(loop: ir.Node) -> frozenset[str]:
    (body,) = _held(loop).nodes
    item = (ir.PipelineInput(loop.loop),)
    return frozenset(key for key, read in body.inputs.items() if read.sources == item)


def _both(loop: ir.Node, body: ir.Node) -> Expression | None:
    if loop.condition is None or body.condition is None:
        return loop.condition or body.condition
    return Operation(Operator.AND, (loop.condition, body.condition))


def _reading_bodies(
    node: ir.Node, written: Mapping[ir.NodeOutput, ir.NodeOutput], ids: Mapping[str, str]
) -> ir.Node:
    """The node, with what it read from loops read from the nodes in them."""
    inputs = {
        key: replace(
            read,
            sources=tuple(
                written.get(source, source) if isinstance(source, ir.NodeOutput) else source
                for source in read.sources
            ),
        )
        for key, read in node.inputs.items()
    }
    upstream = tuple(sorted(ids.get(one, one) for one in node.upstream))
    return replace(node, inputs=inputs, upstream=upstream)


def _held(loop: ir.Node) -> ir.PipelineExecutor:
    assert isinstance(loop.executor, ir.PipelineExecutor), "a loop holds nodes"
    return loop.executor
