"""Future values, and what can be made of them: comparisons, text, elements, fields.

`channel.future()[0].custom_property("blessed") == 1` builds a `Predicate`.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline_lib.dsl.comparable import can_compare
from pipeline_lib.dsl.given_later import GivenLater
from pipeline_lib.dsl.placeholder_base import Build, UnknownFieldError
from pipeline_lib.dsl.placeholder_base import Placeholder as Placeholder
from pipeline_lib.dsl.placeholder_base import Reader as Reader
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError, InvalidPipelineError
from pipeline_lib.ir.expressions import (
    Expression,
    Index,
    Literal,
    Member,
    Operation,
    Operator,
)

if TYPE_CHECKING:
    from pipeline_lib.dsl.channel import RunChannel
    from pipeline_lib.dsl.for_each import ForEach

V = TypeVar("V", bound="ValuePlaceholder")


class ProtoSerializationFormat(Enum):
    """How a message or a dict is written as text."""

    JSON = "JSON"
    TEXT_FORMAT = "TEXT_FORMAT"
    BINARY = "BINARY"
    INLINE_FILE_TEXT_FORMAT = "INLINE_FILE_TEXT_FORMAT"


class ListSerializationFormat(Enum):
    """How a list is written as text."""

    JSON = "JSON"
    COMMA_SEPARATED_STR = "COMMA_SEPARATED_STR"
    """`"a",1,True`: text in quotes, other elements as Python prints them."""


class ValuePlaceholder(Placeholder, GivenLater):
    """A value: of a property, a parameter, a file. Comparing it gives a `Predicate`."""

    __hash__ = object.__hash__

    @classmethod
    def of(
        cls: type[V],
        wrap: Callable[..., Expression],
        *operands: Placeholder,
        value_type: type | None = None,
    ) -> V:
        """What `wrap` makes of the operands' expressions."""
        return cls(
            lambda reader: wrap(*(operand.to_expression(reader) for operand in operands)),
            tuple(channel for operand in operands for channel in operand.channels),
            tuple(loop for operand in operands for loop in operand.loops),
            value_type,
        )

    def __eq__(self, other: object) -> Predicate:
        return self._compare(Operator.EQUAL, other)

    def __ne__(self, other: object) -> Predicate:
        return self._compare(Operator.NOT_EQUAL, other)

    def __lt__(self, other: object) -> Predicate:
        return self._compare(Operator.LESS, other)

    def __le__(self, other: object) -> Predicate:
        return self._compare(Operator.LESS_OR_EQUAL, other)

    def __gt__(self, other: object) -> Predicate:
        return self._compare(Operator.GREATER, other)

    def __ge__(self, other: object) -> Predicate:
        return self._compare(Operator.GREATER_OR_EQUAL, other)

    def __add__(self, right: object) -> ValuePlaceholder:
        """Text that begins with this one's."""
        return ConcatPlaceholder([self, right])

    def __radd__(self, left: object) -> ValuePlaceholder:
        """Text that ends with this one's."""
        return ConcatPlaceholder([left, self])

    def __getitem__(self, key: int | str) -> ValuePlaceholder:
        """One element of a list, or one entry of a dict or message."""
        if isinstance(key, str):
            return self._member(key)
        if isinstance(key, bool) or not isinstance(key, int):
            raise AuthoringError(
                f"{self!r}[...] takes a position or a key, got {key!r} "
                f"of type {type(key).__name__}."
            )
        if self.value_type not in (None, list):
            raise AuthoringError(
                f"{self!r}[{key}]: {self!r} is {self.type_word} and has no elements."
            )
        return ValuePlaceholder.of(lambda of: Index(of, key), self)

    def __getattr__(self, name: str) -> ValuePlaceholder:
        """One field of a message, or one entry of a dict."""
        if name.startswith("_"):  # what Python itself asks for
            raise AttributeError(name)
        return self._member(name)

    def b64encode(self, url_safe: bool = True) -> ValuePlaceholder:
        """The text or bytes in Base64, with or without `/` and `+` in its alphabet."""
        if url_safe:
            return self._operate(Operator.BASE64, str)
        standard = Literal(False)
        return ValuePlaceholder.of(
            lambda of: Operation(Operator.BASE64, (of, standard)), self, value_type=str
        )

    def serialize(self, serialization_format: ProtoSerializationFormat) -> ValuePlaceholder:
        """The message or dict as JSON text.

        Raises:
            AuthoringError: another format is asked for.
        """
        if serialization_format is not ProtoSerializationFormat.JSON:
            raise AuthoringError(
                f"{self!r}.serialize(...) cannot give {serialization_format!r}: messages travel as "
                "dicts, without the class that the other formats need. "
                "Use ProtoSerializationFormat.JSON."
            )
        return self._operate(Operator.JSON, str)

    def serialize_list(self, serialization_format: ListSerializationFormat) -> ValuePlaceholder:
        """The list as text.

        Raises:
            AuthoringError: it is no list.
        """
        if self.value_type not in (None, list):
            raise AuthoringError(
                f"{self!r}.serialize_list(...): {self!r} is {self.type_word}, not a list."
            )
        match serialization_format:
            case ListSerializationFormat.JSON:
                return self._operate(Operator.JSON, str)
            case ListSerializationFormat.COMMA_SEPARATED_STR:
                comma, quote = Literal(","), Literal('"')
                return ValuePlaceholder.of(
                    lambda of: Operation(Operator.JOIN, (comma, of, quote)), self, value_type=str
                )
        raise AuthoringError(
            f"{self!r}.serialize_list(...) takes a ListSerializationFormat, "
            f"got {serialization_format!r}."
        )

    def _member(self, key: str) -> ValuePlaceholder:
        if self.value_type not in (None, dict):
            raise UnknownFieldError(f"{self!r} is {self.type_word} and has no field {key!r}.")
        return ValuePlaceholder.of(lambda of: Member(of, key), self)

    def _operate(self, operator: Operator, value_type: type) -> ValuePlaceholder:
        return ValuePlaceholder.of(
            lambda of: Operation(operator, (of,)), self, value_type=value_type
        )

    def _compare(self, operator: Operator, other: Any) -> Predicate:
        right = operand(
            other,
            "A future value cannot be compared with",
            "compare it with a plain value or with another future value",
        )
        if not can_compare(self.value_type, right.value_type):
            raise AuthoringError(
                f"{self!r} {operator.value} {other!r} compares {self.type_word} with "
                f"{right.type_word}, which never are alike. Compare values of one type."
            )
        return Predicate.of(lambda *both: Operation(operator, both), self, right)


class Predicate(ValuePlaceholder):
    """Something that is true or false, for `Cond`; `&`, `|` and `~` combine."""

    __hash__ = object.__hash__

    def __init__(
        self,
        build: Build,
        channels: tuple[RunChannel, ...] = (),
        loops: tuple[ForEach, ...] = (),
        value_type: type | None = bool,
    ) -> None:
        super().__init__(build, channels, loops, value_type or bool)

    def __and__(self, other: object) -> Predicate:
        """Whether both hold."""
        return logical_and(self, other)

    def __or__(self, other: object) -> Predicate:
        """Whether one of them holds."""
        return logical_or(self, other)

    def __invert__(self) -> Predicate:
        """Whether it does not hold."""
        return logical_not(self)


class ConcatPlaceholder(ValuePlaceholder):
    """Text and future values joined without anything between them; `+` does the same.

    Raises:
        AuthoringError: an item is no text.
    """

    def __init__(self, items: Sequence[object]) -> None:
        self.items = (items,) if isinstance(items, str) else tuple(items)
        joined = ValuePlaceholder.of(
            lambda *of: Operation(Operator.CONCAT, of), *map(text_operand, self.items)
        )
        super().__init__(joined.to_expression, joined.channels, joined.loops, str)

    def __add__(self, right: object) -> ConcatPlaceholder:
        """Text that begins with this one's."""
        return ConcatPlaceholder([*self.items, right])

    def __radd__(self, left: object) -> ConcatPlaceholder:
        """Text that ends with this one's."""
        return ConcatPlaceholder([left, *self.items])


class LoopValue(ValuePlaceholder):
    """The value that a loop has come to."""

    def __init__(self, loop: ForEach) -> None:
        super().__init__(lambda reader: reader.loop_value(loop), loops=(loop,))


def logical_and(left: object, right: object) -> Predicate:
    """Whether both hold; what stands right is not read where the left does not hold."""
    return _logical(Operator.AND, left, right)


def logical_or(left: object, right: object) -> Predicate:
    """Whether one of them holds; what stands right is not read where the left holds."""
    return _logical(Operator.OR, left, right)


def logical_not(predicate: object) -> Predicate:
    """Whether it does not hold."""
    return _logical(Operator.NOT, predicate)


def operand(value: object, refused: str, advice: str) -> ValuePlaceholder:
    """A future value as it is, a `RuntimeParameter` or plain value as one.

    Raises:
        AuthoringError: `value` is none of these; the message begins with `refused`.
    """
    if isinstance(value, ValuePlaceholder):
        return value
    if isinstance(value, RuntimeParameter):
        return runtime_parameter_value(value)
    try:
        literal = Literal(value)
    except InvalidPipelineError as error:
        raise AuthoringError(
            f"{refused} {value!r} of type {type(value).__name__}: {advice}."
        ) from error
    return ValuePlaceholder(lambda _: literal, value_type=type(value))


def text_operand(value: object) -> ValuePlaceholder:
    """A part of a text, as a future value.

    Raises:
        AuthoringError: it is no text and is not written as one without more ado.
    """
    if not isinstance(value, (str, RuntimeParameter, ValuePlaceholder)):
        raise AuthoringError(
            f"Text cannot be joined with {value!r} of type {type(value).__name__}: "
            "join text and future values."
        )
    part = operand(value, "", "")
    if part.value_type in _HOW_TO_WRITE:
        raise AuthoringError(
            f"Text cannot be joined with {value!r}, which is {part.type_word}: "
            f"{_HOW_TO_WRITE[part.value_type]}."
        )
    return part


_HOW_TO_WRITE: Mapping[type | None, str] = {
    bool: "make it a text in the component that writes it",
    list: "write it as text with .serialize_list(...)",
    dict: "write it as text with .serialize(...)",
    bytes: "write it as text with .b64encode()",
}


def runtime_parameter_value(parameter: RuntimeParameter) -> ValuePlaceholder:
    """The value that the run is given for a parameter."""
    declared: Any = typing.get_origin(parameter.ptype) or parameter.ptype
    value_type = str if issubclass(declared, str) else declared
    return ValuePlaceholder(
        lambda reader: reader.runtime_parameter(parameter), value_type=value_type
    )


def _logical(operator: Operator, *operands: object) -> Predicate:
    checked = [_truth(value, operator) for value in operands]
    return Predicate.of(lambda *of: Operation(operator, _flat(operator, of)), *checked)


def _flat(operator: Operator, operands: Sequence[Expression]) -> tuple[Expression, ...]:
    """`a and (b and c)` as `a and b and c`: the wire format nests to a limit only."""
    flat: list[Expression] = []
    for one in operands:
        nested = isinstance(one, Operation) and one.operator is operator is not Operator.NOT
        flat += one.operands if nested else [one]  # type: ignore[union-attr]
    return tuple(flat)


def _truth(value: object, operator: Operator) -> ValuePlaceholder:
    refused = f"logical_{operator.value} takes conditions, not"
    advice = "compare a future value, for example with =="
    truth = operand(value, refused, advice)
    if truth.value_type not in (None, bool):
        raise AuthoringError(f"{refused} {value!r}, which is {truth.type_word}: {advice}.")
    return truth
