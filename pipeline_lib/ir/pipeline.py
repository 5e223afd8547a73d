"""A whole pipeline: all that a runner needs, nothing else.

An `ir.Pipeline` that exists can run: it is checked when it is made. Fields and names are those of
`pipeline.proto`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline_lib.errors import InvalidPipelineError, did_you_mean
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.executors import PipelineExecutor
from pipeline_lib.ir.expressions import (
    Expression,
    Literal,
    RunField,
    RunInformation,
    RuntimeParameterValue,
    SourceFile,
    walk,
)
from pipeline_lib.ir.frozen import FrozenFields
from pipeline_lib.ir.node import Node, ParameterType, is_name
from pipeline_lib.ir.node_set import (
    NodeSet,
    all_nodes,
    check_nodes,
    check_references,
    full_ids,
    in_running_order,
    output_type,
)

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
class Code(FrozenFields):
    """The source that executors with this digest depend on: the digest of each part by its name."""

    digest: str
    parts: Mapping[str, str]


@dataclass(frozen=True)
class Pipeline(NodeSet):
    """A whole pipeline. Its nodes are put into an order in which they could run one by one.

    Attributes:
        root: below it all outputs are written; `None` leaves the choice to the runner.
        enable_cache: default for nodes that do not say.
        exit_handler: runs when all other nodes have ended, however they did.

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
    exit_handler: Node | None = None
    code: tuple[Code, ...] = ()
    schema_version: int = SCHEMA_VERSION

    def __post_init__(self) -> None:
        if self.schema_version > SCHEMA_VERSION:
            raise InvalidPipelineError(
                f"Pipeline {self.name!r} has schema version {self.schema_version}; "
                f"this release reads up to {SCHEMA_VERSION}. Install a newer one."
            )
        if not is_name(self.name):
            raise InvalidPipelineError(
                f"Pipeline name {self.name!r} is not valid: "
                "letters, digits, '_', '-' and '.' are allowed."
            )
        where = f"Pipeline {self.name!r}"
        check_nodes(self, where, {})
        declared = {parameter.name for parameter in self.runtime_parameters}
        if self.root is not None:
            self._check_names_read("The root", walk(self.root), declared)
        for node in self.nodes:
            self._check_node(node, declared)
        for node in all_nodes(self.nodes):
            _check_reads_no_end(node)
        _check_full_ids(self)
        if self.exit_handler is not None:
            self._check_exit_handler(self.exit_handler, declared)
        object.__setattr__(self, "nodes", in_running_order(self, where))

    def every_node(self, only: Collection[str] | None = None) -> Iterator[Node]:
        """All nodes, those inside others and the exit handler included.

        With `only`, those that are, or are inside of, nodes with these ids, and the exit handler.
        """
        yield from all_nodes([node for node in self.nodes if only is None or node.id in only])
        if self.exit_handler is not None:
            yield self.exit_handler

    def _check_exit_handler(self, handler: Node, declared: set[str]) -> None:
        if handler.id in self.by_id:
            raise InvalidPipelineError(
                f"Pipeline {self.name!r} has two nodes with the id {handler.id!r}. "
                "Give one of them another with .with_id(...)."
            )
        check_references(handler, self, f"Pipeline {self.name!r}", {})
        self._check_node(handler, declared)

    def _check_node(self, node: Node, declared: set[str]) -> None:
        """Check what a node reads, and the nodes that it holds."""
        self._check_names_read(f"Node {node.id!r}", node.expressions(), declared)
        if not isinstance(node.executor, PipelineExecutor):
            return
        where = f"Node {node.id!r}"
        check_nodes(node.executor, where, node.inputs)
        in_running_order(node.executor, where)
        _check_outputs(node, node.executor, where)
        for inner in node.executor.nodes:
            self._check_node(inner, declared | node.parameters.keys())

    def _check_names_read(
        self, reader: str, expressions: Iterable[Expression], declared: set[str]
    ) -> None:
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


def _check_reads_no_end(node: Node) -> None:
    for expression in node.expressions():
        if expression == RunInformation(RunField.FINAL_STATUS):
            raise InvalidPipelineError(
                f"Node {node.id!r} reads {describe(expression)}, how the run ended, which only "
                "an exit handler can: Pipeline(..., exit_handler=...)."
            )


def _check_full_ids(pipeline: Pipeline) -> None:
    """Refuse nodes at different places that would be recorded under one name."""
    seen: set[str] = set()
    for full_id in full_ids(pipeline.nodes):
        if full_id in seen:
            raise InvalidPipelineError(
                f"Pipeline {pipeline.name!r} has two nodes that would be recorded as {full_id!r}: "
                "a dot stands between a node and the one that it is in. Give one of them another "
                "id with .with_id(...)."
            )
        seen.add(full_id)


def _check_outputs(node: Node, executor: PipelineExecutor, where: str) -> None:
    for key, output in node.outputs.items():
        reader = f"Output {key!r} of node {node.id!r}"
        source = executor.outputs.get(key)
        if source is None:
            raise InvalidPipelineError(f"{reader} is written by none of the nodes that it holds.")
        given = output_type(source, executor, where, reader)
        if given != output.type.name:
            raise InvalidPipelineError(
                f"{reader} is {output.type.name!r}, but output {source.output_key!r} of node "
                f"{source.node_id!r} is {given!r}."
            )
