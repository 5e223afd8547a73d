"""`BaseNode`: what every step of a pipeline has in common while it is being written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol

from pipeline_lib import ir
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.binding import BoundInput, BoundParameter
from pipeline_lib.dsl.block import open_blocks
from pipeline_lib.dsl.channel import Channel, OutputChannel
from pipeline_lib.dsl.conditional import Cond
from pipeline_lib.dsl.executor_spec import ExecutorSpec
from pipeline_lib.dsl.foreign import adopted
from pipeline_lib.dsl.kubernetes_options import checked_kubernetes
from pipeline_lib.dsl.node_options import checked_options
from pipeline_lib.dsl.placeholder import Predicate
from pipeline_lib.errors import AuthoringError, did_you_mean
from pipeline_lib.ir.kubernetes import NodeAffinityTerm, Toleration, Volume

if TYPE_CHECKING:
    # From Python 3.13 on in `typing`; a type checker brings it along.
    from typing_extensions import TypeVar

    Self = TypeVar("Self", bound="BaseNode")
    Key = TypeVar("Key", bound=str, default=Any)
else:
    from typing import TypeVar

    Key = TypeVar("Key")


class OutputChannels(dict[str, OutputChannel], Generic[Key]):
    """A node's outputs by key; an unknown key is refused with those that exist."""

    def __init__(self, node: BaseNode, types: Mapping[str, type[Artifact]]) -> None:
        super().__init__({key: OutputChannel(cls, node, key) for key, cls in types.items()})
        self._node = node

    if TYPE_CHECKING:

        def __getitem__(self, key: Key) -> OutputChannel:  # type: ignore[override]
            """The channel of that key."""

    def __missing__(self, key: str) -> NoReturn:
        raise AuthoringError(
            f"Node {self._node.id!r} has no output {key!r}.{did_you_mean(key, self)}"
        )


class OptionsOfNode(Protocol):
    """Options of a node in words of others', such as TFX's `NodeExecutionOptions`."""

    def apply_to(self, node: BaseNode) -> None:
        """Give them to the node."""


class BaseNode(Generic[Key]):
    """One step of a pipeline.

    `Key` is for type checkers: the keys of its outputs, as in `BaseNode[Literal["model"]]`.

    Attributes:
        id: unique in its pipeline; the component's name unless `with_id` gave another.
        type_name: name of the component's type, recorded in the store.
        outputs: output channels by key.
        upstream_nodes: nodes that must finish first, besides those it reads from.
        downstream_nodes: nodes that were told to wait for it, besides those that read from it.
        blocks: the `Cond` and `ForEach` blocks it was made in, outermost first.
        options: how it is run, apart from what it does.
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
        self.outputs: OutputChannels[Key] = OutputChannels(self, outputs)
        self.upstream_nodes: list[BaseNode] = []
        self.downstream_nodes: list[BaseNode] = []
        self.blocks = open_blocks()
        self.options = ir.NodeOptions()
        self._node_execution_options: OptionsOfNode | None = None

    @property
    def type(self) -> str:
        """`type_name`, as TFX calls it."""
        return self.type_name

    @property
    def inputs(self) -> dict[str, Channel]:
        """The channels it reads, by input key."""
        return {key: bound.channel for key, bound in self.bound_inputs.items() if bound.channel}

    @property
    def exec_properties(self) -> dict[str, Any]:
        """Its parameters, by name."""
        return {name: bound.value for name, bound in self.bound_parameters.items()}

    @property
    def conditions(self) -> tuple[Predicate, ...]:
        """Predicates of the `Cond` blocks it was made in, outermost first."""
        return tuple(block.predicate for block in self.blocks if isinstance(block, Cond))

    @property
    def enable_cache(self) -> bool | None:
        """Whether a cached result may be used; `None` leaves it to the pipeline."""
        return self.options.enable_cache

    def with_id(self: Self, id: str) -> Self:
        """Give the node another id, for a component that is used twice."""
        self.id = id
        return self

    def with_cache(self: Self, enable: bool) -> Self:
        """Say for this node whether a cached result may be used."""
        if not isinstance(enable, bool):
            raise AuthoringError(
                f"Node {self.id!r}: whether the cache is used is True or False, got {enable!r}."
            )
        self.options = replace(self.options, enable_cache=enable)
        return self

    def with_options(
        self: Self,
        *,
        retries: int = 0,
        retry_delay: float = 1.0,
        timeout: float | None = None,
        optional: bool = False,
        ignore_upstream_failure: bool = False,
        priority: int = 0,
        cpus: float | None = None,
        memory: int | str | None = None,
        accelerators: int | tuple[str, int] = 0,
        image: str = "",
        environment: Mapping[str, str] | None = None,
        secrets: Mapping[str, tuple[str, str]] | None = None,
        user: int | str = "",
    ) -> Self:
        """Say how the node is run; each call gives all options anew, `with_cache` apart.

            trainer.with_options(retries=2, timeout=3600, cpus=4, memory="8Gi")
            trainer.with_options(image="registry/train:3", secrets={"TOKEN": ("hub", "token")})

        Args:
            retries: how often it is tried again after a failure.
            retry_delay: seconds before the first retry; each further one waits twice as long.
            timeout: seconds after which an attempt is killed and has failed.
            optional: its failure does not fail the run; nodes that need its outputs are skipped.
            ignore_upstream_failure: run when all upstream nodes are done, however they ended.
            priority: of the nodes that could start, the one with the highest starts first.
            cpus: cores that it occupies while it runs; others wait until they are free.
            memory: memory that it occupies, in bytes or as in `"512Mi"`, `"8Gi"`.
            accelerators: devices that it needs: a number of NVIDIA GPUs, or a resource as
                Kubernetes names it and a number, as in `("amd.com/gpu", 1)`.
            image: container image that it runs in, with this library and the node's code inside.
            environment: environment variables that are set for it; they are part of the cache key.
            secrets: environment variables that hold secrets: for each the names of a secret of
                the cluster and of a key in it. On one machine the runner's own variable of that
                name is passed on. They are neither recorded nor part of the cache key.
            user: whom its container runs as, `uid` or `uid:gid`; by default the image's own.

        Raises:
            AuthoringError: a number is negative or of the wrong type, or a text cannot be read.
        """
        options = checked_options(
            f"Node {self.id!r}",
            enable_cache=self.options.enable_cache,
            max_retries=retries,
            retry_delay=retry_delay if retries else 0.0,
            timeout=timeout or 0.0,
            optional=optional,
            ignore_upstream_failure=ignore_upstream_failure,
            priority=priority,
            cpus=cpus or 0.0,
            memory=memory or 0,
            accelerators=accelerators,
            image=image,
            environment={} if environment is None else environment,
            secrets={} if secrets is None else secrets,
            user=user,
        )
        self.options = replace(options, kubernetes=self.options.kubernetes)
        return self

    def with_kubernetes(
        self: Self,
        *,
        volumes: Sequence[Volume] = (),
        node_selector: Mapping[str, str] | None = None,
        tolerations: Sequence[Toleration] = (),
        node_affinity: Sequence[NodeAffinityTerm] = (),
        image_pull_policy: str = "",
        image_pull_secrets: Sequence[str] = (),
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        config_map_variables: Mapping[str, tuple[str, str]] | None = None,
        field_variables: Mapping[str, str] | None = None,
        shared_memory: str = "",
        run_as_non_root: bool | None = None,
    ) -> Self:
        """Say what the node's Pod has on a cluster; each call gives all of it anew.

            trainer.with_kubernetes(node_selector={"pool": "gpu"}, shared_memory="2Gi")

        It changes nothing of what the node does: runners without a cluster pass it over, and it is
        no part of the cache key. CPU, memory, devices, image, environment, secrets, user and
        timeout are options of every runner, see `with_options`.

        Args:
            volumes: what is mounted, of the classes in `pipeline_lib.kubernetes`.
            node_selector: labels that the machine must have.
            tolerations: taints that the machine may have.
            node_affinity: machines that are needed or preferred.
            image_pull_policy: `"Always"`, `"IfNotPresent"` or `"Never"`.
            image_pull_secrets: names of secrets with which the image is pulled.
            labels: of the Pod.
            annotations: of the Pod.
            config_map_variables: environment variables from config maps: for each the names of a
                config map and of a key in it.
            field_variables: environment variables from fields of the Pod: for each the field, such
                as `"metadata.name"`.
            shared_memory: size of `/dev/shm`, such as `"2Gi"`.
            run_as_non_root: whether the cluster refuses to run the container as root.

        Raises:
            AuthoringError: Kubernetes would refuse it.
        """
        kubernetes = checked_kubernetes(
            f"Node {self.id!r}",
            volumes=volumes,
            node_selector={} if node_selector is None else node_selector,
            tolerations=tolerations,
            node_affinity=node_affinity,
            image_pull_policy=image_pull_policy,
            image_pull_secrets=image_pull_secrets,
            labels={} if labels is None else labels,
            annotations={} if annotations is None else annotations,
            config_map_variables={} if config_map_variables is None else config_map_variables,
            field_variables={} if field_variables is None else field_variables,
            shared_memory=shared_memory,
            run_as_non_root=run_as_non_root,
        )
        self.options = replace(self.options, kubernetes=kubernetes)
        return self

    def with_node_execution_options(self: Self, node_execution_options: OptionsOfNode) -> Self:
        """As `with_options`, with TFX's `NodeExecutionOptions`.

        Raises:
            AuthoringError: as `with_options`; one of the options is not here.
        """
        node_execution_options.apply_to(self)
        self._node_execution_options = node_execution_options
        return self

    @property
    def node_execution_options(self) -> OptionsOfNode | None:
        """What `with_node_execution_options` was given; assigning calls it."""
        return self._node_execution_options

    @node_execution_options.setter
    def node_execution_options(self, options: OptionsOfNode | None) -> None:
        if options is None:
            self.with_options()
            self._node_execution_options = None
        else:
            self.with_node_execution_options(options)

    def add_upstream_node(self: Self, node: BaseNode) -> Self:
        """Run only after `node`, though nothing is read from it."""
        return self.add_upstream_nodes([node])

    def add_upstream_nodes(self: Self, nodes: Iterable[BaseNode]) -> Self:
        """Run only after each of `nodes`, though nothing is read from them."""
        for node in map(adopted, node_list(nodes, f"Node {self.id!r} waits for")):
            if not isinstance(node, BaseNode):
                raise AuthoringError(
                    f"Node {self.id!r} can only wait for a node, got {node!r} "
                    f"of type {type(node).__name__}."
                )
            if node is self:
                raise AuthoringError(f"Node {self.id!r} cannot wait for itself.")
            if node not in self.upstream_nodes:
                self.upstream_nodes.append(node)
                node.downstream_nodes.append(self)
        return self

    def add_downstream_node(self: Self, node: BaseNode) -> Self:
        """Let `node` run only after this one."""
        node.add_upstream_node(self)
        return self

    def add_downstream_nodes(self: Self, nodes: Iterable[BaseNode]) -> Self:
        """Let each of `nodes` run only after this one."""
        for node in node_list(nodes, f"Node {self.id!r} goes before"):
            node.add_upstream_node(self)
        return self

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id!r}>"


def node_list(nodes: Iterable[Any], where: str) -> Iterable[Any]:
    """The nodes.

    Raises:
        AuthoringError: that is no list of nodes; the message begins with `where`.
    """
    if isinstance(nodes, BaseNode) or not isinstance(nodes, Iterable):
        raise AuthoringError(f"{where} a list of nodes, got {nodes!r}. Write [...].")
    return nodes
