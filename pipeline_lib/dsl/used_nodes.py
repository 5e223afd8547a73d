"""The nodes that a node of a pipeline needs, and what for."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline_lib.dsl.block import Block
from pipeline_lib.dsl.channel import Channel, LoopChannel, OutputChannel, UnionChannel
from pipeline_lib.dsl.conditional import Cond
from pipeline_lib.dsl.for_each import ForEach
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.placeholder import Placeholder


def nodes_used_by(
    node: BaseNode, blocks_around: tuple[Block, ...]
) -> Iterator[tuple[BaseNode, str]]:
    """The nodes that a node of a pipeline needs; what the blocks around it need is not its own."""
    for key, channel in node.inputs.items():
        yield from ((producer, f"reads as {key!r}") for producer in producers(channel))
    for upstream in node.upstream_nodes:
        yield upstream, "waits for"
    own_conditions = [
        block.predicate
        for block in node.blocks
        if isinstance(block, Cond) and block not in blocks_around
    ]
    for predicate in own_conditions:
        for channel in predicate.channels:
            yield from ((producer, "reads in a condition") for producer in producers(channel))
    for name, bound in node.bound_parameters.items():
        if isinstance(bound.value, Placeholder):
            for channel in bound.value.channels:
                how = f"reads in parameter {name!r}"
                yield from ((producer, how) for producer in producers(channel))


def producers(channel: Channel) -> Iterator[BaseNode]:
    """The nodes of the pipeline that write what a channel holds."""
    match channel:
        case OutputChannel(producer=producer):
            yield producer
        case UnionChannel(channels=channels):
            for one in channels:
                yield from producers(one)
        case LoopChannel(loop=ForEach(items=Channel() as items)):
            yield from producers(items)
