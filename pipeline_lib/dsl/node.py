"""`BaseNode`: what every step of a pipeline has in common while it is being written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.channel import Channel, OutputChannel
from pipeline_lib.dsl.component_spec import BoundInput, BoundParameter
from pipeline_lib.dsl.conditional import active_conditions
from pipeline_lib.dsl.executor_spec import ExecutorSpec
from pipeline_lib.errors import AuthoringError, did_you_mean

if TYPE_CHECKING:
    Self = TypeVar("Self", bound="BaseNode")


class OutputChannels(dict[str, OutputChannel]):
    """A node's outputs by key; an unknown key is refused with those that exist."""

    def __init__(self, node: BaseNode, types: Mapping[str, type[Artifact]]) -> None:
        super().__init__({key: OutputChannel(cls, node, key) for key, cls in types.items()})
        self._node = node

    def __missing__(self, key: str) -> NoReturn:
        raise AuthoringError(
            f"Node {self._node.id!r} has no output {key!r}.{did_you_mean(key, self)}"
        )


class BaseNode:
    """One step of a pipeline.

    Attributes:
        id: unique in its pipeline; the component's name unless `with_id` gave another.
        type_name: name of the component's type, recorded in the store.
        outputs: output channels by key.
        upstream_nodes: nodes that must finish first, besides those it reads from.
        conditions: predicates of the `Cond` blocks it was made in.
        enable_cache: whether a cached result may be used; `None` leaves it to the pipeline.
    """

    def __init__(
        self,
        *,
        default_id: str,
        type_name: str,
        executor_spec: ExecutorSpec,
        inputs: Mapping[str, BoundInput],
        outputs: Mapping[str, type[Artifact]],
        parameters: Mapping[str, BoundParameter],
    ) -> None:
        self.id = default_id
        self.type_name = type_name
        self.executor_spec = executor_spec
        self.bound_inputs = dict(inputs)
        self.bound_parameters = dict(parameters)
        self.outputs = OutputChannels(self, outputs)
        self.upstream_nodes: list[BaseNode] = []
        self.conditions = active_conditions()
        self.enable_cache: bool | None = None

    @property
    def inputs(self) -> dict[str, Channel]:
        """The channels it reads, by input key."""
        return {key: bound.channel for key, bound in self.bound_inputs.items() if bound.channel}

    @property
    def exec_properties(self) -> dict[str, Any]:
        """Its parameters, by name."""
        return {name: bound.value for name, bound in self.bound_parameters.items()}

    def with_id(self: Self, id: str) -> Self:
        """Give the node another id, for a component that is used twice."""
        self.id = id
        return self

    def with_cache(self: Self, enable: bool) -> Self:
        """Say for this node whether a cached result may be used."""
        self.enable_cache = enable
        return self

    def add_upstream_node(self: Self, node: BaseNode) -> Self:
        """Run only after `node`, though nothing is read from it."""
        return self.add_upstream_nodes([node])

    def add_upstream_nodes(self: Self, nodes: Iterable[BaseNode]) -> Self:
        """Run only after each of `nodes`, though nothing is read from them."""
        for node in nodes:
            if not isinstance(node, BaseNode):
                raise AuthoringError(
                    f"Node {self.id!r} can only wait for a node, got {node!r} "
                    f"of type {type(node).__name__}."
                )
            if node not in self.upstream_nodes:
                self.upstream_nodes.append(node)
        return self

    def add_downstream_node(self: Self, node: BaseNode) -> Self:
        """Let `node` run only after this one."""
        node.add_upstream_node(self)
        return self

    def add_downstream_nodes(self: Self, nodes: Iterable[BaseNode]) -> Self:
        """Let each of `nodes` run only after this one."""
        for node in nodes:
            node.add_upstream_node(self)
        return self

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id!r}>"
