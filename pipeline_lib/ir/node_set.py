"""Nodes that wait for each other: those of a pipeline, or of a node that holds nodes of its own."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from pipeline_lib.errors import InvalidPipelineError, did_you_mean
from pipeline_lib.ir.inputs import Input, NodeOutput, PipelineInput

if TYPE_CHECKING:
    from pipeline_lib.ir.node import Node


class NodeSet:
    """What is known of nodes that wait for each other."""

    nodes: tuple[Node, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """The nodes by their ids."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def in_order(self) -> tuple[Node, ...]:
        """The nodes in an order in which they could run one by one."""
        return in_running_order(self, "A set of nodes")

    @cached_property
    def dependencies(self) -> Mapping[str, frozenset[str]]:
        """For each node the nodes that it waits for: those it reads from, and its `upstream`."""
        return {node.id: frozenset(_dependencies(node)) for node in self.nodes}


def check_nodes(nodes: NodeSet, where: str, outer_inputs: Mapping[str, Input]) -> None:
    """Refuse nodes that could not run together.

    Args:
        nodes: what to check.
        where: what holds them, as a message names it: `Pipeline 'penguin'`.
        outer_inputs: the inputs of what holds them, which they may read.

    Raises:
        InvalidPipelineError: two nodes with one id, a reference to a node, output or outer input
            that is not there, artifact types that do not fit.
    """
    seen: set[str] = set()
    for node in nodes.nodes:
        if node.id in seen:
            raise InvalidPipelineError(
                f"{where} has two nodes with the id {node.id!r}. "
                "Give one of them another with .with_id(...)."
            )
        seen.add(node.id)
    for node in nodes.nodes:
        check_references(node, nodes, where, outer_inputs)


def check_references(
    node: Node, nodes: NodeSet, where: str, outer_inputs: Mapping[str, Input]
) -> None:
    """Refuse a node that refers to something that is not there; arguments as in `check_nodes`.

    Raises:
        InvalidPipelineError: it does.
    """
    for key, declared in node.inputs.items():
        for source in declared.sources:
            match source:
                case NodeOutput():
                    reader = f"Input {key!r} of node {node.id!r}"
                    given = output_type(source, nodes, where, reader)
                    named = f"output {source.output_key!r} of node {source.node_id!r}"
                    _check_type(node, key, declared, given, named)
                case PipelineInput(outer_key):
                    _check_outer_input(node, key, declared, outer_key, where, outer_inputs)
    for upstream in node.upstream:
        if upstream not in nodes.by_id:
            raise InvalidPipelineError(
                f"Node {node.id!r} waits for node {upstream!r}, "
                f"which {_in_text(where)} does not contain."
                f"{did_you_mean(upstream, nodes.by_id)}"
            )


def output_type(source: NodeOutput, nodes: NodeSet, where: str, reader: str) -> str:
    """Name of the artifact type of an output; other arguments as in `check_nodes`.

    Raises:
        InvalidPipelineError: there is no such node or output; the message begins with `reader`.
    """
    producer = nodes.by_id.get(source.node_id)
    if producer is None:
        raise InvalidPipelineError(
            f"{reader} reads from node {source.node_id!r}, "
            f"which {_in_text(where)} does not contain."
            f"{did_you_mean(source.node_id, nodes.by_id)}"
        )
    if source.output_key not in producer.outputs:
        raise InvalidPipelineError(
            f"{reader} reads output {source.output_key!r} of node "
            f"{producer.id!r}, which has none of that name."
            f"{did_you_mean(source.output_key, producer.outputs)}"
        )
    return producer.outputs[source.output_key].type.name


def in_running_order(nodes: NodeSet, where: str) -> tuple[Node, ...]:
    """Each node after those it waits for, and else in the order given.

    Raises:
        InvalidPipelineError: there is a cycle.
    """
    position = {node.id: place for place, node in enumerate(nodes.nodes)}
    # Sorted, for the cycle that an error names must not depend on the hash of strings.
    sorter = TopologicalSorter({id: sorted(ids) for id, ids in nodes.dependencies.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        path = " -> ".join(error.args[1])
        raise InvalidPipelineError(
            f"{where} has a cycle: {path}. A node cannot wait for its own result."
        ) from None
    ready: list[int] = []
    ordered = []
    while sorter.is_active():
        for node_id in sorter.get_ready():
            heapq.heappush(ready, position[node_id])
        node = nodes.nodes[heapq.heappop(ready)]
        ordered.append(node)
        sorter.done(node.id)
    return tuple(ordered)


def all_nodes(nodes: Iterable[Node]) -> Iterator[Node]:
    """The nodes, and those that they hold."""
    for node in nodes:
        yield node
        if isinstance(node.executor, NodeSet):
            yield from all_nodes(node.executor.nodes)


def full_ids(nodes: Iterable[Node], path: str = "") -> Iterator[str]:
    """Ids of the nodes, and of those that they hold, with the ids of what is around before."""
    for node in nodes:
        yield path + node.id
        if isinstance(node.executor, NodeSet):
            yield from full_ids(node.executor.nodes, f"{path}{node.id}.")


def _check_type(node: Node, key: str, wanted: Input, given: str, source: str) -> None:
    if given != wanted.type.name:
        raise InvalidPipelineError(
            f"Input {key!r} of node {node.id!r} takes {wanted.type.name!r}, "
            f"but {source} is {given!r}."
        )


def _check_outer_input(
    node: Node,
    key: str,
    declared: Input,
    outer_key: str,
    where: str,
    outer_inputs: Mapping[str, Input],
) -> None:
    if outer_key not in outer_inputs:
        raise InvalidPipelineError(
            f"Input {key!r} of node {node.id!r} reads input {outer_key!r} of {_in_text(where)}, "
            f"which has none of that name.{did_you_mean(outer_key, outer_inputs)}"
        )
    source = f"input {outer_key!r} of {_in_text(where)}"
    _check_type(node, key, declared, outer_inputs[outer_key].type.name, source)


def _in_text(where: str) -> str:
    """`pipeline 'penguin'` of `Pipeline 'penguin'`."""
    return where[0].lower() + where[1:]


def _dependencies(node: Node) -> Iterator[str]:
    yield from node.upstream
    for node_input in node.inputs.values():
        for source in node_input.sources:
            if isinstance(source, NodeOutput):
                yield source.node_id
