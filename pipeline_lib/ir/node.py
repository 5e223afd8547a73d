"""One node of a pipeline: what it reads, what it writes, when it runs and what it does.

Frozen dataclasses, validated when they are made. Fields and names are those of `pipeline.proto`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from pipeline_lib.errors import InvalidPipelineError, did_you_mean
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.executors import (
    ClassExecutor,
    ContainerExecutor,
    Executor,
    FunctionExecutor,
    ImportExecutor,
    ResolveExecutor,
)
from pipeline_lib.ir.expressions import (
    ExecutionParameterValue,
    Expression,
    InputArtifacts,
    OutputArtifacts,
    walk,
)
from pipeline_lib.ir.frozen import FrozenFields
from pipeline_lib.ir.inputs import Input, Output
from pipeline_lib.ir.kubernetes import KubernetesOptions

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*")
"""Of pipelines and nodes: they become parts of paths."""


def is_name(value: object) -> bool:
    """Whether something can be the name of a pipeline or node."""
    return isinstance(value, str) and NAME.fullmatch(value) is not None


class ParameterType(Enum):
    """Type of a parameter's value."""

    INT = "int"
    FLOAT = "float"
    STRING = "str"
    BOOL = "bool"
    JSON = "list or dict"
    """Where it is not known which."""
    LIST = "list"
    DICT = "dict"
    MODULE = "path of a Python file of the user"
    """Travels with the pipeline as a source bundle."""
    PATH = "path of data outside the pipeline"
    """What lies at the path enters the cache key."""

    @property
    def is_json(self) -> bool:
        """Whether values are lists or dicts."""
        return self in (ParameterType.JSON, ParameterType.LIST, ParameterType.DICT)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a node: its type and the expression that gives its value."""

    type: ParameterType
    value: Expression


NVIDIA_GPU = "nvidia.com/gpu"
"""The resource that is NVIDIA's devices, by Kubernetes' name."""


@dataclass(frozen=True)
class Accelerators:
    """Devices that a node needs: how many, of a resource as Kubernetes names it."""

    resource: str
    count: int


@dataclass(frozen=True)
class SecretVariable:
    """An environment variable that holds the value of a secret.

    A cluster finds it at `key` of the secret named `secret`; on one machine it is the variable of
    that name in the environment of the runner.
    """

    variable: str
    secret: str
    key: str


@dataclass(frozen=True)
class NodeOptions(FrozenFields):
    """How a node is run, apart from what it does.

    Attributes:
        enable_cache: whether a cached result may be used; `None` means the pipeline's default.
        max_retries: how often it is tried again after a failure.
        retry_delay: seconds before the first retry; each further one waits twice as long.
        timeout: seconds after which an attempt is stopped and has failed; 0 for none.
        optional: its failure does not fail the run.
        ignore_upstream_failure: it runs when all upstream nodes are done, however they ended.
        priority: of nodes that could start, the one with the highest starts first.
        cpus: cores that it occupies while it runs.
        memory: bytes that it occupies while it runs.
        accelerators: devices that it needs; `None` for none.
        image: container image that it runs in; empty where it runs beside the runner. That of a
            container component is part of its executor.
        environment: variables that are set for it.
        secrets: variables that hold secrets.
        user: whom a container runs as, `uid` or `uid:gid`; empty for the image's own.
        kubernetes: what its Pod has on a cluster; `None` for nothing of its own.
    """

    enable_cache: bool | None = None
    max_retries: int = 0
    retry_delay: float = 0.0
    timeout: float = 0.0
    optional: bool = False
    ignore_upstream_failure: bool = False
    priority: int = 0
    cpus: float = 0.0
    memory: int = 0
    accelerators: Accelerators | None = None
    image: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[SecretVariable, ...] = ()
    user: str = ""
    kubernetes: KubernetesOptions | None = None


@dataclass(frozen=True)
class Node(FrozenFields):
    """One step of a pipeline.

    Attributes:
        id: unique in the pipeline; part of paths and of context names in the store.
        type_name: name of the component's type, and of its execution type in the store.
        condition: the node is skipped where it is false.
        upstream: ids of nodes that must have finished first, besides those it reads from.
        loop: key of an input, or name of a parameter, whose elements the executor runs for one by
            one; empty where it runs once.
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
    loop: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not is_name(self.id):
            raise InvalidPipelineError(
                f"Node id {self.id!r} is not valid: letters, digits, '_', '-' and '.' are allowed."
            )
        for expression in self.expressions():
            self._check_reference(expression)
        self._check_not_own_result()
        if self.loop and self.loop not in {**self.inputs, **self.parameters}:
            raise InvalidPipelineError(
                f"Node {self.id!r} loops over {self.loop!r}, "
                "which is neither an input nor a parameter of it."
            )

    @property
    def image(self) -> str:
        """Name of the container image that its work is done in; empty where it is in none."""
        match self.executor:
            case ContainerExecutor(image=image):
                return image
            case FunctionExecutor() | ClassExecutor():
                return self.options.image
        return ""

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
            case ResolveExecutor(config=config):
                roots += config.values()
        for root in roots:
            yield from walk(root)

    def _check_not_own_result(self) -> None:
        """Refuse a condition or parameter that reads what exists only after it is evaluated."""
        early = {f"parameter {name!r}": one.value for name, one in self.parameters.items()}
        if self.condition is not None:
            early["condition"] = self.condition
        for what, root in early.items():
            for expression in walk(root):
                if isinstance(expression, (OutputArtifacts, ExecutionParameterValue)):
                    raise InvalidPipelineError(
                        f"Node {self.id!r}: its {what} reads {describe(expression)}, which is the "
                        "node's own and not known before the node runs. Read an output of another "
                        "node."
                    )

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
