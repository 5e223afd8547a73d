"""Container components: a command in an image, in any language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Union

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.channel import is_artifact_class
from pipeline_lib.dsl.component_spec import BoundInput, BoundParameter, ChannelParameter
from pipeline_lib.dsl.executor_spec import ContainerExecutorSpec
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.parameter_types import parameter_type
from pipeline_lib.dsl.placeholder import Placeholder
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


class CommandPlaceholder(Placeholder):
    """A part of a container's command that is filled in when the container starts."""

    def __init__(self, expression: Expression, reads: Sequence[tuple[str, str]]) -> None:
        super().__init__(lambda _: expression, ())
        self.expression = expression
        self.reads = tuple(reads)


class InputValuePlaceholder(CommandPlaceholder):
    """The value of a parameter, or of a value artifact at an input."""

    def __init__(self, name: str) -> None:
        super().__init__(ExecutionParameterValue(name), [("input or parameter", name)])
        self.name = name

    def of_input(self) -> Expression:
        """The expression where `name` is an input and not a parameter."""
        return ArtifactValue(Index(InputArtifacts(self.name), 0))


class InputUriPlaceholder(CommandPlaceholder):
    """The URI of the artifact at an input."""

    def __init__(self, name: str) -> None:
        super().__init__(ArtifactUri(Index(InputArtifacts(name), 0)), [("input", name)])


class OutputUriPlaceholder(CommandPlaceholder):
    """The URI at which an output is to be written."""

    def __init__(self, name: str) -> None:
        super().__init__(ArtifactUri(Index(OutputArtifacts(name), 0)), [("output", name)])


class ConcatPlaceholder(CommandPlaceholder):
    """Strings and placeholders joined without anything between them."""

    def __init__(self, items: Sequence[CommandPart]) -> None:
        self.items = tuple(items)
        super().__init__(
            Operation(Operator.CONCAT, tuple(_expression(item, ()) for item in items)),
            [read for item in items for read in getattr(item, "reads", ())],
        )


CommandPart = Union[str, CommandPlaceholder]


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
    declared = _Declaration(name, dict(inputs or {}), dict(outputs or {}), dict(parameters or {}))
    declared.check(image, command)
    executor = ContainerExecutorSpec(image, tuple(declared.resolve(part) for part in command))

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


class _Declaration:
    """What a container component declares, and the checks against it."""

    def __init__(
        self,
        name: str,
        inputs: dict[str, type[Artifact]],
        outputs: dict[str, type[Artifact]],
        parameters: dict[str, type],
    ) -> None:
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.parameters = parameters

    def check(self, image: str, command: Sequence[CommandPart]) -> None:
        where = f"Container component {self.name!r}"
        for key, artifact in {**self.inputs, **self.outputs}.items():
            if not is_artifact_class(artifact):
                raise AuthoringError(f"{where}: {key!r} takes an artifact type, got {artifact!r}.")
        for key, declared in self.parameters.items():
            parameter_type(declared, f"{where}: parameter {key!r}")
        if not image or not command:
            raise AuthoringError(f"{where} needs an image and a command.")
        for part in command:
            if not isinstance(part, (str, CommandPlaceholder)):
                raise AuthoringError(
                    f"{where}: a command consists of strings and placeholders, got {part!r} "
                    f"of type {type(part).__name__}."
                )
            for what, key in getattr(part, "reads", ()):
                self._check_declared(where, what, key)

    def _check_declared(self, where: str, what: str, key: str) -> None:
        known: Mapping[str, object] = {
            "input": self.inputs,
            "output": self.outputs,
            "input or parameter": {**self.inputs, **self.parameters},
        }[what]
        if key not in known:
            raise AuthoringError(
                f"{where}: the command reads {what} {key!r}, which is not declared."
                f"{did_you_mean(key, known)}"
            )

    def resolve(self, part: CommandPart) -> str | Placeholder:
        """The part with each value placeholder bound to the input or the parameter of its name."""
        if isinstance(part, str):
            return part
        expression = _expression(part, self.inputs)
        return Placeholder(lambda _: expression, ())

    def refuse_unknown(self, arguments: Mapping[str, Any]) -> None:
        known = {**self.inputs, **self.parameters}
        for key in arguments:
            if key not in known:
                raise AuthoringError(
                    f"Component {self.name!r} has no input or parameter {key!r}."
                    f"{did_you_mean(key, known)}"
                )

    def bind_inputs(self, arguments: Mapping[str, Any]) -> dict[str, BoundInput]:
        return {
            key: BoundInput.check(
                ChannelParameter(artifact, max_count=1),
                arguments.get(key),
                f"Component {self.name!r}: input {key!r}",
            )
            for key, artifact in self.inputs.items()
        }

    def bind_parameters(self, arguments: Mapping[str, Any]) -> dict[str, BoundParameter]:
        return {
            key: BoundParameter.check(
                declared,
                arguments.get(key),
                f"Component {self.name!r}: parameter {key!r}",
                optional=False,
            )
            for key, declared in self.parameters.items()
        }


def _expression(part: CommandPart, inputs: Mapping[str, object] | tuple[()]) -> Expression:
    match part:
        case str():
            return Literal(part)
        case InputValuePlaceholder() if part.name in inputs:
            return part.of_input()
        case ConcatPlaceholder():
            return Operation(
                Operator.CONCAT, tuple(_expression(item, inputs) for item in part.items)
            )
        case _:
            return part.expression
