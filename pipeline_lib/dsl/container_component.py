"""Container components: a command in an image, in any language."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.channel import is_artifact_class
from pipeline_lib.dsl.component_spec import (
    BoundInput,
    BoundParameter,
    ChannelParameter,
    ExecutionParameter,
    refuse_unknown_arguments,
)
from pipeline_lib.dsl.executor_spec import ContainerExecutorSpec
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.parameter_types import parameter_type
from pipeline_lib.errors import AuthoringError, did_you_mean
from pipeline_lib.ir.expressions import (
    ArtifactUri,
    ArtifactValue,
    ExecutionParameterValue,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    Operation,
    Operator,
    OutputArtifacts,
)


class CommandPlaceholder(ABC):
    """A part of a container's command that is filled in when the container starts."""

    @abstractmethod
    def to_expression(self, declared: Declaration) -> Expression:
        """The IR expression.

        Raises:
            AuthoringError: the component declares no input, output or parameter of that name.
        """


@dataclass(frozen=True)
class InputValuePlaceholder(CommandPlaceholder):
    """The value of a parameter, or of a value artifact at an input."""

    name: str

    def to_expression(self, declared: Declaration) -> Expression:
        """The input's value if there is such an input, else the parameter's."""
        declared.check("input or parameter", self.name, {**declared.inputs, **declared.parameters})
        if self.name in declared.inputs:
            return ArtifactValue(Index(InputArtifacts(self.name), 0))
        return ExecutionParameterValue(self.name)


@dataclass(frozen=True)
class InputUriPlaceholder(CommandPlaceholder):
    """The URI of the artifact at an input."""

    name: str

    def to_expression(self, declared: Declaration) -> Expression:
        """The input's URI."""
        declared.check("input", self.name, declared.inputs)
        return ArtifactUri(Index(InputArtifacts(self.name), 0))


@dataclass(frozen=True)
class OutputUriPlaceholder(CommandPlaceholder):
    """The URI at which an output is to be written."""

    name: str

    def to_expression(self, declared: Declaration) -> Expression:
        """The output's URI."""
        declared.check("output", self.name, declared.outputs)
        return ArtifactUri(Index(OutputArtifacts(self.name), 0))


@dataclass(frozen=True)
class ConcatPlaceholder(CommandPlaceholder):
    """Strings and placeholders joined without anything between them."""

    items: Sequence[CommandPart]

    def to_expression(self, declared: Declaration) -> Expression:
        """The parts, joined."""
        return Operation(Operator.CONCAT, declared.resolve(self.items))


CommandPart = str | CommandPlaceholder


def create_container_component(
    name: str,
    image: str,
    command: Sequence[CommandPart],
    inputs: Mapping[str, type[Artifact]] | None = None,
    outputs: Mapping[str, type[Artifact]] | None = None,
    parameters: Mapping[str, type] | None = None,
) -> Callable[..., BaseNode]:
    """A component that runs `command` in a container of `image`.

    The command is not run in a shell unless it says so: `["sh", "-c", ...]`.

    Args:
        name: of the component, and of its nodes unless `with_id` gives another.
        image: name of the container image.
        command: program and arguments; strings and placeholders.
        inputs: artifact type of each input.
        outputs: artifact type of each output.
        parameters: Python type of each parameter.

    Returns:
        A function that takes a channel for each input and a value for each parameter, and adds
        a node to a pipeline.

    Raises:
        AuthoringError: a placeholder names what is not declared, or a declaration does not fit.
    """
    declared = Declaration(name, dict(inputs or {}), dict(outputs or {}), dict(parameters or {}))
    if not image or not command:
        raise AuthoringError(f"Container component {name!r} needs an image and a command.")
    executor = ContainerExecutorSpec(image, declared.resolve(command))

    def make_node(**arguments: Any) -> BaseNode:
        declared.refuse_unknown(arguments)
        return BaseNode(
            default_id=name,
            type_name=name,
            executor_spec=executor,
            inputs=declared.bind_inputs(arguments),
            outputs=declared.outputs,
            parameters=declared.bind_parameters(arguments),
        )

    make_node.__name__ = make_node.__qualname__ = name
    make_node.__doc__ = f"Container component {name!r} of image {image!r}."
    return make_node


@dataclass(frozen=True)
class Declaration:
    """What a container component declares, and the checks against it."""

    name: str
    inputs: Mapping[str, type[Artifact]]
    outputs: Mapping[str, type[Artifact]]
    parameters: Mapping[str, type]

    def __post_init__(self) -> None:
        for key, artifact in [*self.inputs.items(), *self.outputs.items()]:
            if not is_artifact_class(artifact):
                raise AuthoringError(
                    f"{self._where}: {key!r} takes an artifact type, got {artifact!r}."
                )
        for key, declared in self.parameters.items():
            parameter_type(declared, f"{self._where}: parameter {key!r}")
            if key in self.inputs:
                raise AuthoringError(f"{self._where} declares {key!r} as input and as parameter.")

    def resolve(self, parts: Sequence[CommandPart]) -> tuple[Expression, ...]:
        """The parts of a command as IR expressions.

        Raises:
            AuthoringError: a part is neither a string nor a placeholder, or names what is not
                declared.
        """
        if isinstance(parts, str):
            raise AuthoringError(
                f"{self._where}: a command is a list, got {parts!r}. "
                "To have a shell read it, write ['sh', '-c', ...]."
            )
        return tuple(self._resolve(part) for part in parts)

    def _resolve(self, part: object) -> Expression:
        match part:
            case str():
                return Literal(part)
            case CommandPlaceholder():
                return part.to_expression(self)
        raise AuthoringError(
            f"{self._where}: a command consists of strings and placeholders, got {part!r} "
            f"of type {type(part).__name__}."
        )

    def check(self, what: str, key: str, known: Mapping[str, object]) -> None:
        """Refuse a key that is not among the `known` ones."""
        if key not in known:
            raise AuthoringError(
                f"{self._where}: the command reads {what} {key!r}, which is not declared."
                f"{did_you_mean(key, known)}"
            )

    @property
    def _where(self) -> str:
        return f"Container component {self.name!r}"

    def refuse_unknown(self, arguments: Mapping[str, Any]) -> None:
        """Refuse an argument of a name that is not declared."""
        refuse_unknown_arguments(self.name, arguments, {**self.inputs, **self.parameters})

    def bind_inputs(self, arguments: Mapping[str, Any]) -> dict[str, BoundInput]:
        """The declared inputs with what was given for them."""
        return {
            key: BoundInput.check(
                ChannelParameter(artifact, max_count=1),
                arguments.get(key),
                f"Component {self.name!r}: input {key!r}",
            )
            for key, artifact in self.inputs.items()
        }

    def bind_parameters(self, arguments: Mapping[str, Any]) -> dict[str, BoundParameter]:
        """The declared parameters with what was given for them."""
        return {
            key: BoundParameter.check(
                ExecutionParameter(declared),
                arguments.get(key),
                f"Component {self.name!r}: parameter {key!r}",
            )
            for key, declared in self.parameters.items()
        }
