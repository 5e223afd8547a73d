"""The command of a container component, which reads nothing but what the component declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline_lib.dsl.artifact_placeholder import ArtifactPlaceholder
from pipeline_lib.dsl.channel import RunChannel
from pipeline_lib.dsl.container_declaration import Declaration
from pipeline_lib.dsl.placeholder import ValuePlaceholder
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError, did_you_mean
from pipeline_lib.ir.expressions import (
    ArtifactProperty,
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

CommandPart = str | ValuePlaceholder


class CommandReader:
    """Makes expressions of the parts of a command; the `Reader` of the placeholders in it."""

    def __init__(self, declared: Declaration) -> None:
        self._where = declared.where
        self._inputs = declared.inputs
        self._outputs = declared.outputs
        self._parameters = declared.parameters

    def expressions(self, parts: Sequence[CommandPart]) -> tuple[Expression, ...]:
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
        return tuple(self._expression(part) for part in parts)

    def _expression(self, part: object) -> Expression:
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
        self._check_name("input or parameter", name, {**self._inputs, **self._parameters})
        if name in self._inputs:
            return ArtifactValue(Index(InputArtifacts(name), 0))
        return ExecutionParameterValue(name)

    def _check(self, expression: Expression) -> None:
        """Refuse an expression that reads what is not declared, or what its type does not have."""
        match expression:
            case InputArtifacts(key):
                self._check_name("input", key, self._inputs)
            case OutputArtifacts(key):
                self._check_name("output", key, self._outputs)
            case ExecutionParameterValue(name):
                self._check_name("parameter", name, self._parameters)
            case ArtifactValue(Index(InputArtifacts(key))) if key in self._inputs:
                _ = self._declared_input(key).value
            case ArtifactProperty(Index(InputArtifacts(key)), name, False) if key in self._inputs:
                self._declared_input(key).property(name)
            case SplitUri(Index(InputArtifacts(key)), split) if key in self._inputs:
                self._declared_input(key).split_uri(split)

    def _declared_input(self, key: str) -> ArtifactPlaceholder:
        """The artifact at an input, of the declared type, which refuses what that has not."""
        name = f"{self._where}: input({key!r})[...]"
        return ArtifactPlaceholder(lambda _: Index(InputArtifacts(key), 0), name, self._inputs[key])

    def _check_name(self, what: str, key: str, known: Mapping[str, object]) -> None:
        if key not in known:
            raise AuthoringError(
                f"{self._where}: the command reads {what} {key!r}, which is not declared."
                f"{did_you_mean(key, known)}"
            )
