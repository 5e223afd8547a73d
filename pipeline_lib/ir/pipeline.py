"""A whole pipeline: all that a runner needs, nothing else.

An `ir.Pipeline` that exists can run: it is checked when it is made. Fields and names are those of
`pipeline.proto`.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from pipeline_lib.errors import InvalidPipelineError, did_you_mean
from pipeline_lib.ir.expressions import (
    Expression,
    Literal,
    RuntimeParameterValue,
    SourceFile,
    walk,
)
from pipeline_lib.ir.frozen import FrozenFields
from pipeline_lib.ir.node import NAME, Input, Node, NodeOutput, ParameterType

SCHEMA_VERSION = 1
"""Of the message; a reader refuses a higher one."""


@dataclass(frozen=True)
class RuntimeParameter:
    """A value that is given when the pipeline is run. Without a default it must be given."""

    name: str
    type: ParameterType
    default: Literal | None = None
    description: str = ""


@dataclass(frozen=True)
class SourceBundle(FrozenFields):
    """The user's Python files that travel with the pipeline; `digest` is of their content."""

    digest: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class Pipeline:
    """A whole pipeline. Its nodes are put into an order in which they could run one by one.

    Attributes:
        root: below it all outputs are written; `None` leaves the choice to the runner.
        enable_cache: default for nodes that do not say.

    Raises:
        InvalidPipelineError: two nodes with one id, a reference to a node, output, runtime
            parameter or source bundle that is not there, artifact types that do not fit, a cycle.
    """

    name: str
    nodes: tuple[Node, ...]
    root: Expression | None = None
    enable_cache: bool = False
    runtime_parameters: tuple[RuntimeParameter, ...] = ()
    sources: tuple[SourceBundle, ...] = ()
    schema_version: int = SCHEMA_VERSION

    def __post_init__(self) -> None:
        if self.schema_version > SCHEMA_VERSION:
            raise InvalidPipelineError(
                f"Pipeline {self.name!r} has schema version {self.schema_version}; "
                f"this release reads up to {SCHEMA_VERSION}. Install a newer one."
            )
        if not NAME.fullmatch(self.name):
            raise InvalidPipelineError(
                f"Pipeline name {self.name!r} is not valid: "
                "letters, digits, '_', '-' and '.' are allowed."
            )
        self._check_unique_ids()
        if self.root is not None:
            self._check_names_read("The root", walk(self.root))
        for node in self.nodes:
            self._check_references(node)
        object.__setattr__(self, "nodes", self._nodes_in_running_order())

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """The nodes by their ids."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def dependencies(self) -> Mapping[str, frozenset[str]]:
        """For each node the nodes that it waits for: those it reads from, and its `upstream`."""
        return {node.id: frozenset(_dependencies(node)) for node in self.nodes}

    def _check_unique_ids(self) -> None:
        seen: set[str] = set()
        for node in self.nodes:
            if node.id in seen:
                raise InvalidPipelineError(
                    f"Pipeline {self.name!r} has two nodes with the id {node.id!r}. "
                    "Give one of them another with .with_id(...)."
                )
            seen.add(node.id)

    def _check_references(self, node: Node) -> None:
        for key, node_input in node.inputs.items():
            for source in node_input.sources:
                if isinstance(source, NodeOutput):
                    self._check_source(node, key, node_input, source)
        for upstream in node.upstream:
            if upstream not in self.by_id:
                raise InvalidPipelineError(
                    f"Node {node.id!r} waits for node {upstream!r}, "
                    f"which pipeline {self.name!r} does not contain."
                    f"{did_you_mean(upstream, self.by_id)}"
                )
        self._check_names_read(f"Node {node.id!r}", node.expressions())

    def _check_source(self, node: Node, key: str, wanted: Input, source: NodeOutput) -> None:
        producer = self.by_id.get(source.node_id)
        if producer is None:
            raise InvalidPipelineError(
                f"Input {key!r} of node {node.id!r} reads from node {source.node_id!r}, "
                f"which pipeline {self.name!r} does not contain."
                f"{did_you_mean(source.node_id, self.by_id)}"
            )
        if source.output_key not in producer.outputs:
            raise InvalidPipelineError(
                f"Input {key!r} of node {node.id!r} reads output {source.output_key!r} of node "
                f"{producer.id!r}, which has none of that name."
                f"{did_you_mean(source.output_key, producer.outputs)}"
            )
        given = producer.outputs[source.output_key].type.name
        if given != wanted.type.name:
            raise InvalidPipelineError(
                f"Input {key!r} of node {node.id!r} takes {wanted.type.name!r}, "
                f"but output {source.output_key!r} of node {producer.id!r} is {given!r}."
            )

    def _check_names_read(self, reader: str, expressions: Iterable[Expression]) -> None:
        declared = {parameter.name for parameter in self.runtime_parameters}
        bundled = {bundle.digest for bundle in self.sources}
        for expression in expressions:
            match expression:
                case RuntimeParameterValue(name) if name not in declared:
                    raise InvalidPipelineError(
                        f"{reader} reads runtime parameter {name!r}, which pipeline "
                        f"{self.name!r} does not declare.{did_you_mean(name, declared)}"
                    )
                case SourceFile(digest, file) if digest not in bundled:
                    raise InvalidPipelineError(
                        f"{reader} reads source file {file!r} of bundle {digest!r}, "
                        f"which pipeline {self.name!r} does not carry."
                    )

    def _nodes_in_running_order(self) -> tuple[Node, ...]:
        """Each node after those it waits for, and else in the order given."""
        position = {node.id: place for place, node in enumerate(self.nodes)}
        # Sorted, for the cycle that an error names must not depend on the hash of strings.
        sorter = TopologicalSorter({id: sorted(ids) for id, ids in self.dependencies.items()})
        try:
            sorter.prepare()
        except CycleError as error:
            path = " -> ".join(error.args[1])
            raise InvalidPipelineError(
                f"Pipeline {self.name!r} has a cycle: {path}. "
                "A node cannot wait for its own result."
            ) from None
        ready: list[int] = []
        ordered = []
        while sorter.is_active():
            for node_id in sorter.get_ready():
                heapq.heappush(ready, position[node_id])
            node = self.nodes[heapq.heappop(ready)]
            ordered.append(node)
            sorter.done(node.id)
        return tuple(ordered)


def _dependencies(node: Node) -> Iterator[str]:
    yield from node.upstream
    for node_input in node.inputs.values():
        for source in node_input.sources:
            if isinstance(source, NodeOutput):
                yield source.node_id
