"""Container components: a command in an image, in any language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.artifact_placeholder import ArtifactPlaceholder
from pipeline_lib.dsl.channel import RunChannel, is_artifact_class
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
from pipeline_lib.dsl.placeholder import ConcatPlaceholder as ConcatPlaceholder
from pipeline_lib.dsl.placeholder import ValuePlaceholder
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError, did_you_mean
from pipeline_lib.ir.expressions import (
    ArtifactProperty,
    ArtifactUri,
    ArtifactValue,
    ExecutionParameterValue,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    OutputArtifacts,
    SplitUri,
    walk,
)

if TYPE_CHECKING:
    from pipeline_lib.dsl.for_each import ForEach


class InputValuePlaceholder(ValuePlaceholder):
    """The value of a parameter, or of a value artifact at an input."""

    def __init__(self, input_name: str) -> None:
        self.input_name = input_name
        super().__init__(
            lambda reader: (
                reader.value_of(input_name)
                if isinstance(reader, Declaration)
                else ExecutionParameterValue(input_name)
            )
        )


class InputUriPlaceholder(ValuePlaceholder):
    """The URI of the artifact at an input."""

    def __init__(self, input_name: str) -> None:
        self.input_name = input_name
        super().__init__(
            lambda _: ArtifactUri(Index(InputArtifacts(input_name), 0)), value_type=str
        )


class OutputUriPlaceholder(ValuePlaceholder):
    """The URI at which an output is to be written."""

    def __init__(self, output_name: str) -> None:
        self.output_name = output_name
        super().__init__(
            lambda _: ArtifactUri(Index(OutputArtifacts(output_name), 0)), value_type=str
        )


CommandPart = str | ValuePlaceholder


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
        command: program and arguments; strings and values that only the run knows, of
            `pipeline_lib.placeholders`.
        inputs: artifact type of each input.
        outputs: artifact type of each output.
        parameters: Python type of each parameter.

    Returns:
        A function that takes a channel for each input and a value for each parameter, and adds
        a node to a pipeline.

    Raises:
        AuthoringError: the command reads what is not declared, or a declaration does not fit.
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
            AuthoringError: a part is neither a string nor a future value, or reads what is not
                declared.
        """
        if isinstance(parts, str):
            raise AuthoringError(
                f"{self._where}: a command is a list, got {parts!r}. "
                "To have a shell read it, write ['sh', '-c', ...]."
            )
        return tuple(self._resolve(part) for part in parts)

    def _resolve(self, part: object) -> Expression:
        if isinstance(part, str):
            return Literal(part)
        if not isinstance(part, ValuePlaceholder):
            raise AuthoringError(
                f"{self._where}: a command consists of strings and placeholders, got {part!r} "
                f"of type {type(part).__name__}."
            )
        expression = part.to_expression(self)
        for inner in walk(expression):
            self._check(inner)
        return expression

    def input_key(self, channel: RunChannel) -> str:
        """Refused: a command is written before there is a channel.

        Raises:
            AuthoringError: always.
        """
        raise AuthoringError(
            f"{self._where}: the command reads {channel!r}. Declare an input, read that, and pass "
            "the channel where the component is used."
        )

    def runtime_parameter(self, parameter: RuntimeParameter) -> Expression:
        """Refused: a command is written before there is a pipeline.

        Raises:
            AuthoringError: always.
        """
        raise AuthoringError(
            f"{self._where}: the command reads runtime parameter {parameter.name!r}. Declare a "
            "parameter, read that, and pass the runtime parameter where the component is used."
        )

    def loop_value(self, loop: ForEach) -> Expression:
        """Refused: a command is written outside of any loop.

        Raises:
            AuthoringError: always.
        """
        raise AuthoringError(
            f"{self._where}: the command reads the element of {loop!r}. Declare a parameter, read "
            "that, and pass the element where the component is used."
        )

    def value_of(self, name: str) -> Expression:
        """The value of the input of that name if there is one, else of the parameter.

        Raises:
            AuthoringError: there is neither.
        """
        self._check_name("input or parameter", name, {**self.inputs, **self.parameters})
        if name in self.inputs:
            return ArtifactValue(Index(InputArtifacts(name), 0))
        return ExecutionParameterValue(name)

    def _check(self, expression: Expression) -> None:
        """Refuse an expression that reads what is not declared, or what its type does not have."""
        match expression:
            case InputArtifacts(key):
                self._check_name("input", key, self.inputs)
            case OutputArtifacts(key):
                self._check_name("output", key, self.outputs)
            case ExecutionParameterValue(name):
                self._check_name("parameter", name, self.parameters)
            case ArtifactValue(Index(InputArtifacts(key))) if key in self.inputs:
                _ = self._declared_input(key).value
            case ArtifactProperty(Index(InputArtifacts(key)), name, False) if key in self.inputs:
                self._declared_input(key).property(name)
            case SplitUri(Index(InputArtifacts(key)), split) if key in self.inputs:
                self._declared_input(key).split_uri(split)

    def _declared_input(self, key: str) -> ArtifactPlaceholder:
        """The artifact at an input, of the declared type, which refuses what that has not."""
        name = f"{self._where}: input({key!r})[...]"
        return ArtifactPlaceholder(lambda _: Index(InputArtifacts(key), 0), name, self.inputs[key])

    def _check_name(self, what: str, key: str, known: Mapping[str, object]) -> None:
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
