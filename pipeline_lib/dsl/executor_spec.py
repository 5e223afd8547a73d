"""Which code does a component's work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline_lib.dsl.binding import BoundParameter
from pipeline_lib.dsl.declarations import ExecutionParameter
from pipeline_lib.dsl.import_path import import_path
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.expressions import Expression


@dataclass(frozen=True)
class ExecutorClassSpec:
    """An executor class, or its import path `package.module:Class`.

    A path keeps the import of the pipeline light: the executor's module, and the libraries it
    needs, load only where the executor runs.

    Raises:
        AuthoringError: neither a class with a `Do` method nor a path.
    """

    executor_class: Any

    def __post_init__(self) -> None:
        if isinstance(self.executor_class, str):
            module, _, name = self.executor_class.partition(":")
            valid = all(part.isidentifier() for part in [*module.split("."), *name.split(".")])
        else:
            valid = isinstance(self.executor_class, type) and hasattr(self.executor_class, "Do")
        if not valid:
            raise AuthoringError(
                f"{type(self).__name__}(...) takes a class with a Do method or its import path "
                f"'package.module:Class', got {self.executor_class!r}."
            )

    @property
    def path(self) -> str:
        """Import path of the class."""
        if isinstance(self.executor_class, str):
            return self.executor_class
        return import_path(self.executor_class, "Executor class")

    @property
    def code_path(self) -> str:
        """Import path of the code that the result depends on."""
        return self.path


class BeamExecutorSpec(ExecutorClassSpec):
    """An executor class whose work is a Beam pipeline; it is given the `beam_pipeline_args`."""


@dataclass(frozen=True)
class FunctionExecutorSpec:
    """A decorated Python function, by import path."""

    path: str


@dataclass(frozen=True)
class ContainerExecutorSpec:
    """A command in a container image."""

    image: str
    command: tuple[Expression, ...]


@dataclass(frozen=True)
class ImporterSpec:
    """Registers outside data with these properties."""

    properties: dict[str, Any]
    custom_properties: dict[str, Any]


@dataclass(frozen=True)
class ResolverSpec:
    """Picks artifacts with a strategy, by import path, made with the arguments in `config`."""

    strategy_path: str
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SubPipelineSpec:
    """Runs the nodes of a pipeline that is a node of another."""


ExecutorSpec = (
    ExecutorClassSpec
    | FunctionExecutorSpec
    | ContainerExecutorSpec
    | ImporterSpec
    | ResolverSpec
    | SubPipelineSpec
)


def beam_arguments(
    arguments: Sequence[str | RuntimeParameter], where: str
) -> list[str | RuntimeParameter]:
    """Beam's command-line arguments as a list.

    Raises:
        AuthoringError: it is one string, or an argument is no text; the message begins with
            `where`.
    """
    if isinstance(arguments, str):
        raise AuthoringError(
            f"{where}: beam_pipeline_args is a list, got {arguments!r}. Write [{arguments!r}]."
        )
    for argument in arguments:
        BoundParameter.check(ExecutionParameter(str), argument, f"{where}: beam_pipeline_args")
    return list(arguments)
