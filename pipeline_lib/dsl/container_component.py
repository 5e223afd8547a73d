"""Container components: a command in an image, in any language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.container_command import CommandPart, CommandReader
from pipeline_lib.dsl.container_declaration import Declaration
from pipeline_lib.dsl.executor_spec import ContainerExecutorSpec
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.placeholder import ConcatPlaceholder as ConcatPlaceholder
from pipeline_lib.dsl.placeholder import ValuePlaceholder
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.expressions import (
    ArtifactUri,
    ExecutionParameterValue,
    Index,
    InputArtifacts,
    OutputArtifacts,
)


class InputValuePlaceholder(ValuePlaceholder):
    """The value of a parameter, or of a value artifact at an input."""

    def __init__(self, input_name: str) -> None:
        self.input_name = input_name
        super().__init__(
            lambda reader: (
                reader.value_of(input_name)
                if isinstance(reader, CommandReader)
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
    executor = ContainerExecutorSpec(image, CommandReader(declared).expressions(command))

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
