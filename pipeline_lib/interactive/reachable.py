"""The nodes that a node needs, directly or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline_lib.dsl.channel import Channel
from pipeline_lib.dsl.conditional import Cond
from pipeline_lib.dsl.executor_spec import ImporterSpec, ResolverSpec
from pipeline_lib.dsl.for_each import ForEach
from pipeline_lib.dsl.foreign import adopted
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.placeholder import Placeholder
from pipeline_lib.dsl.used_nodes import producers


def with_all_above(nodes: Iterable[BaseNode]) -> list[BaseNode]:
    """The nodes, and all that they need, each after those that it needs itself."""
    ordered: dict[BaseNode, None] = {}
    waiting = [(node, False) for node in reversed([adopted(node) for node in nodes])]
    begun: set[BaseNode] = set()
    while waiting:
        node, has_all = waiting.pop()
        if has_all:
            ordered[node] = None
        elif node not in begun:
            begun.add(node)
            waiting.append((node, True))
            waiting += [(one, False) for one in reversed(list(_needed(node)))]
    return list(ordered)


def _needed(node: BaseNode) -> Iterator[BaseNode]:
    yield from node.upstream_nodes
    for channel in _channels(node):
        yield from producers(channel)


def _channels(node: BaseNode) -> Iterator[Channel]:
    yield from node.inputs.values()
    for block in node.blocks:
        match block:
            case Cond(predicate=predicate):
                yield from predicate.channels
            case ForEach(items=Channel() as channel):
                yield channel
            case ForEach(items=Placeholder(channels=channels)):
                yield from channels
    for value in _values(node):
        if isinstance(value, Placeholder):
            yield from value.channels


def _values(node: BaseNode) -> Iterator[object]:
    yield from node.exec_properties.values()
    match node.executor_spec:
        case ImporterSpec(properties, custom_properties):
            yield from [*properties.values(), *custom_properties.values()]
        case ResolverSpec(config=config):
            yield from config.values()
