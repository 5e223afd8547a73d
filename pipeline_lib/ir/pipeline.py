"""The intermediate representation of a pipeline: all that a runner needs, nothing else.

Frozen dataclasses, validated when they are made. A node says what it reads (`inputs`,
`parameters`), what it writes (`outputs`), when it runs (`condition`, `upstream`, `options`)
and what it does (`executor`). Fields and names are those of `pipeline.proto`.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from pipeline_lib.artifacts.artifact import PropertyType
from pipeline_lib.errors import InvalidPipelineError, did_you_mean
from pipeline_lib.ir.expressions import (
    ExecutionParameterValue,
    Expression,
    InputArtifacts,
    Literal,
    OutputArtifacts,
    RuntimeParameterValue,
    SourceFile,
    walk,
)
from pipeline_lib.ir.frozen import FrozenMapping

SCHEMA_VERSION = 1
"""Of the message; a reader refuses a higher one."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*")
"""Of pipelines and nodes: they become parts of paths."""


class ParameterType(Enum):
    """Type of a parameter's value."""

    INT = "int"
    FLOAT = "float"
    STRING = "str"
    BOOL = "bool"
    JSON = "list or dict"
    MODULE = "path of a Python file of the user"
    """Travels with the pipeline as a source bundle."""
    PATH = "path of data outside the pipeline"
    """What lies at the path enters the cache key."""


class _Frozen:
    """Turns the mappings of a frozen dataclass into `FrozenMapping`s."""

    def __post_init__(self) -> None:
        for part in fields(self):  # type: ignore[arg-type]
            value = getattr(self, part.name)
            if isinstance(value, Mapping):
                object.__setattr__(self, part.name, FrozenMapping(value))


@dataclass(frozen=True)
class ArtifactType(_Frozen):
    """An artifact type: name, declared properties, and where its Python class can be imported."""

    name: str
    properties: Mapping[str, PropertyType] = field(default_factory=dict)
    class_path: str = ""


@dataclass(frozen=True)
class NodeOutput:
    """Artifacts that a node of the same pipeline writes in the same run."""

    node_id: str
    output_key: str


@dataclass(frozen=True)
class StoreQuery:
    """Artifacts that the store holds, from all runs of this pipeline.

    With `node_id`, those that this node wrote; else those that any node wrote.
    """

    node_id: str = ""
    output_key: str = ""


InputSource = NodeOutput | StoreQuery


@dataclass(frozen=True)
class Input:
    """What arrives at an input: the union of its sources.

    A `hidden` input feeds expressions only and is not handed to the executor.
    """

    type: ArtifactType
    sources: tuple[InputSource, ...]
    min_count: int = 1
    max_count: int | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Output:
    """One artifact that the node writes."""

    type: ArtifactType


@dataclass(frozen=True)
class Parameter:
    """A parameter of a node: its type and the expression that gives its value."""

    type: ParameterType
    value: Expression


@dataclass(frozen=True)
class FunctionExecutor:
    """Calls a Python function, found at `path` (`package.module:function`).

    `digest` stands for the source that the result depends on.
    """

    path: str
    digest: str


@dataclass(frozen=True)
class ClassExecutor:
    """Calls `Do` of an executor class, found at `path` (`package.module:Class`)."""

    path: str
    digest: str
    beam_pipeline_args: tuple[Expression, ...] = ()


@dataclass(frozen=True)
class ContainerExecutor:
    """Runs a command in a container."""

    image: str
    command: tuple[Expression, ...]


@dataclass(frozen=True)
class ImportExecutor(_Frozen):
    """Registers what is at the parameter `source_uri` as the node's one output."""

    properties: Mapping[str, Expression] = field(default_factory=dict)
    custom_properties: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True)
class ResolveExecutor:
    """Picks its outputs among its inputs with a strategy, found at `strategy_path`."""

    strategy_path: str


Executor = FunctionExecutor | ClassExecutor | ContainerExecutor | ImportExecutor | ResolveExecutor


@dataclass(frozen=True)
class NodeOptions:
    """How a node is run, apart from what it does. `None` means the pipeline's default."""

    enable_cache: bool | None = None


@dataclass(frozen=True)
class Node(_Frozen):
    """One step of a pipeline.

    Attributes:
        id: unique in the pipeline; part of paths and of context names in the store.
        type_name: name of the component's type, and of its execution type in the store.
        condition: the node is skipped where it is false.
        upstream: ids of nodes that must have finished first, besides those it reads from.
    """

    id: str
    type_name: str
    executor: Executor
    inputs: Mapping[str, Input] = field(default_factory=dict)
    outputs: Mapping[str, Output] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    condition: Expression | None = None
    upstream: tuple[str, ...] = ()
    options: NodeOptions = NodeOptions()

    def __post_init__(self) -> None:
        super().__post_init__()
        if not _NAME.fullmatch(self.id):
            raise InvalidPipelineError(
                f"Node id {self.id!r} is not valid: letters, digits, '_', '-' and '.' are allowed."
            )
        for expression in self.expressions():
            self._check_reference(expression)

    def expressions(self) -> Iterator[Expression]:
        """Every expression that is evaluated for this node, inner ones included."""
        roots: list[Expression] = [parameter.value for parameter in self.parameters.values()]
        if self.condition is not None:
            roots.append(self.condition)
        match self.executor:
            case ClassExecutor(beam_pipeline_args=arguments):
                roots += arguments
            case ContainerExecutor(command=command):
                roots += command
            case ImportExecutor(properties=properties, custom_properties=custom_properties):
                roots += [*properties.values(), *custom_properties.values()]
        for root in roots:
            yield from walk(root)

    def _check_reference(self, expression: Expression) -> None:
        match expression:
            case InputArtifacts(key):
                what, name, existing = "input", key, tuple(self.inputs)
            case OutputArtifacts(key):
                what, name, existing = "output", key, tuple(self.outputs)
            case ExecutionParameterValue(name):
                what, existing = "parameter", tuple(self.parameters)
            case _:
                return
        if name not in existing:
            raise InvalidPipelineError(
                f"Node {self.id!r} reads its {what} {name!r}, which it does not have."
                f"{did_you_mean(name, existing)}"
            )


@dataclass(frozen=True)
class RuntimeParameter:
    """A value that is given when the pipeline is run. Without a default it must be given."""

    name: str
    type: ParameterType
    default: Literal | None = None
    description: str = ""


@dataclass(frozen=True)
class SourceBundle(_Frozen):
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
        if not _NAME.fullmatch(self.name):
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
