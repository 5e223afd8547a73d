"""What does a node's work.

Fields and names are those of `pipeline.proto`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline_lib.ir.expressions import Expression
from pipeline_lib.ir.frozen import FrozenFields
from pipeline_lib.ir.inputs import NodeOutput
from pipeline_lib.ir.node_set import NodeSet

if TYPE_CHECKING:
    from pipeline_lib.ir.node import Node


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
class ResolveExecutor(FrozenFields):
    """Picks its outputs among its inputs with a strategy, found at `strategy_path`.

    `config` holds the arguments that the strategy is made with; they may read the inputs.
    """

    strategy_path: str
    config: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True)
class PipelineExecutor(FrozenFields, NodeSet):
    """Runs nodes of its own, which read the node's inputs and parameters.

    An output of the node is what the inner node named by `outputs` writes; of a loop, what it
    writes in all iterations.
    """

    nodes: tuple[Node, ...]
    outputs: Mapping[str, NodeOutput] = field(default_factory=dict)


Executor = (
    FunctionExecutor
    | ClassExecutor
    | ContainerExecutor
    | ImportExecutor
    | ResolveExecutor
    | PipelineExecutor
)
