"""One node of a pipeline: what it reads, what it writes, when it runs and what it does.

Frozen dataclasses, validated when they are made. Fields and names are those of `pipeline.proto`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from pipeline_lib.artifacts.artifact import PropertyType
from pipeline_lib.errors import InvalidPipelineError, did_you_mean
from pipeline_lib.ir.expressions import (
    ExecutionParameterValue,
    Expression,
    InputArtifacts,
    OutputArtifacts,
    walk,
)
from pipeline_lib.ir.frozen import FrozenFields

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*")
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


@dataclass(frozen=True)
class ArtifactType(FrozenFields):
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
class ImportExecutor(FrozenFields):
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
class Node(FrozenFields):
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
        if not NAME.fullmatch(self.id):
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
