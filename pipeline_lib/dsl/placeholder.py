"""Values that exist only when a node is about to run, as authors write them.

`channel.future()[0].custom_property("blessed") == 1` builds a `Predicate`. Nothing is evaluated
here: a placeholder knows how to become an IR expression once the compiler has named the inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from pipeline_lib.artifacts.value_artifact import value_artifact_class
from pipeline_lib.errors import AuthoringError, InvalidPipelineError, did_you_mean
from pipeline_lib.ir.expressions import (
    ArtifactProperty,
    ArtifactUri,
    ArtifactValue,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    Operation,
    Operator,
    describe,
)

if TYPE_CHECKING:
    from pipeline_lib.dsl.channel import OutputChannel

InputKeyOf = Callable[["OutputChannel"], str]
"""Names the input through which a channel reaches the node that evaluates an expression."""


class Placeholder:
    """Something that becomes an IR expression; knows the channels it reads."""

    def __init__(
        self, build: Callable[[InputKeyOf], Expression], channels: tuple[OutputChannel, ...]
    ) -> None:
        self._build = build
        self.channels = channels

    def to_expression(self, input_key_of: InputKeyOf) -> Expression:
        """The IR expression, with each channel read through the input that `input_key_of` names."""
        return self._build(input_key_of)

    def __bool__(self) -> NoReturn:
        raise AuthoringError(
            "A placeholder has no value while the pipeline is written. "
            "Use it in Cond(...), not in 'if', 'and', 'or' or 'not'."
        )

    def __repr__(self) -> str:
        return describe(self.to_expression(lambda of: f"{of.producer.id}.{of.output_key}"))


class ChannelFuture(Placeholder):
    """The list of artifacts that a channel will hold: `channel.future()`."""

    def __init__(self, channel: OutputChannel) -> None:
        super().__init__(lambda key_of: InputArtifacts(key_of(channel)), (channel,))
        self._channel = channel

    def __getitem__(self, position: int) -> ArtifactFuture:
        """One artifact of the list."""
        return ArtifactFuture(self, position)


class ArtifactFuture(Placeholder):
    """One artifact that a channel will hold: `channel.future()[0]`."""

    def __init__(self, future: ChannelFuture, position: int) -> None:
        super().__init__(
            lambda key_of: Index(future.to_expression(key_of), position), future.channels
        )
        self._artifact_class = future.channels[0].type

    @property
    def value(self) -> ValuePlaceholder:
        """The value in the artifact's file.

        Raises:
            AuthoringError: artifacts of that type hold no single value.
        """
        if value_artifact_class(self._artifact_class.TYPE_NAME) is None:
            raise AuthoringError(
                f"{self._name()}.value: artifacts of type {self._artifact_class.TYPE_NAME!r} hold "
                "no value that a condition can read. Read a property, or let a component return "
                "the value."
            )
        return self._derive(ArtifactValue)

    @property
    def uri(self) -> ValuePlaceholder:
        """The artifact's URI."""
        return self._derive(ArtifactUri)

    def property(self, name: str) -> ValuePlaceholder:
        """A property that the artifact's type declares.

        Raises:
            AuthoringError: the type declares no such property.
        """
        declared = self._artifact_class.PROPERTIES
        if name not in declared:
            raise AuthoringError(
                f"{self._name()}.property({name!r}): artifact type "
                f"{self._artifact_class.TYPE_NAME!r} declares no property {name!r}."
                f"{did_you_mean(name, declared)}"
            )
        return self._derive(lambda of: ArtifactProperty(of, name))

    def custom_property(self, name: str) -> ValuePlaceholder:
        """A free property that the producing component sets."""
        return self._derive(lambda of: ArtifactProperty(of, name, custom=True))

    def _derive(self, wrap: Callable[[Expression], Expression]) -> ValuePlaceholder:
        return ValuePlaceholder(lambda key_of: wrap(self.to_expression(key_of)), self.channels)

    def _name(self) -> str:
        channel = self.channels[0]
        return f"{channel.producer.id}.outputs[{channel.output_key!r}].future()[...]"


class ValuePlaceholder(Placeholder):
    """A property, a value artifact's value or a URI. Comparing it gives a `Predicate`."""

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> Predicate:  # type: ignore[override]
        return self._compare(Operator.EQUAL, other)

    def __ne__(self, other: object) -> Predicate:  # type: ignore[override]
        return self._compare(Operator.NOT_EQUAL, other)

    def __lt__(self, other: object) -> Predicate:
        return self._compare(Operator.LESS, other)

    def __le__(self, other: object) -> Predicate:
        return self._compare(Operator.LESS_OR_EQUAL, other)

    def __gt__(self, other: object) -> Predicate:
        return self._compare(Operator.GREATER, other)

    def __ge__(self, other: object) -> Predicate:
        return self._compare(Operator.GREATER_OR_EQUAL, other)

    def _compare(self, operator: Operator, other: Any) -> Predicate:
        right = _as_placeholder(other)
        return Predicate(
            lambda key_of: Operation(
                operator, (self.to_expression(key_of), right.to_expression(key_of))
            ),
            self.channels + right.channels,
        )


class Predicate(Placeholder):
    """A comparison, for `Cond`."""


def _as_placeholder(value: Any) -> Placeholder:
    if isinstance(value, ValuePlaceholder):
        return value
    try:
        literal = Literal(value)
    except InvalidPipelineError as error:
        raise AuthoringError(
            f"A future value cannot be compared with {value!r} of type {type(value).__name__}: "
            "compare it with a plain value or with another future value."
        ) from error
    return Placeholder(lambda _: literal, ())
