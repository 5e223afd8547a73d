"""Lists and dicts in which some values are known only during the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline_lib.dsl.parameter_types import plain_json
from pipeline_lib.dsl.placeholder import ValuePlaceholder, runtime_parameter_value
from pipeline_lib.dsl.placeholder_base import Placeholder
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError, did_you_mean
from pipeline_lib.ir.expressions import Literal, MakeDict, MakeList


class ListPlaceholder(ValuePlaceholder):
    """A list of plain and future values; `+` appends another one.

    Raises:
        AuthoringError: an element can be no part of a pipeline.
    """

    def __init__(self, items: Sequence[object]) -> None:
        self.items = tuple(items)
        made = ValuePlaceholder.of(
            lambda *of: MakeList(of), *(future_value(item, "make_list(...)") for item in self.items)
        )
        super().__init__(made.to_expression, made.channels, made.loops, list)

    def __add__(self, right: object) -> ListPlaceholder:
        """The elements of both."""
        return ListPlaceholder([*self.items, *_elements(right)])

    def __radd__(self, left: object) -> ListPlaceholder:
        """The elements of both."""
        return ListPlaceholder([*_elements(left), *self.items])


def make_list(input_placeholders: Sequence[object]) -> ListPlaceholder:
    """A list of plain and future values: `make_list(["a", input("model")[0].uri])`."""
    return ListPlaceholder(input_placeholders)


def make_dict(
    entries: Mapping[str, object] | Iterable[tuple[str | ValuePlaceholder, object]],
) -> ValuePlaceholder:
    """A dict of plain and future values; entries that are `None` are left out.

    Args:
        entries: a mapping, or pairs where keys are future values as well.

    Raises:
        AuthoringError: a key is no text, or a value can be no part of a pipeline.
    """
    pairs = entries.items() if isinstance(entries, Mapping) else entries
    return _dict([pair for pair in pairs if pair[1] is not None], "make_dict(...)")


def make_proto(base_message: Any, **fields: object) -> ValuePlaceholder:
    """A message of which some fields are known only during the run, as a dict of its fields.

    Args:
        base_message: the message with the fields that are known now.
        fields: the others; plain values, messages or future values, or lists and dicts of these.

    Raises:
        AuthoringError: the message has no such field, or the base message sets it.
    """
    name = base_message.DESCRIPTOR.name
    declared = base_message.DESCRIPTOR.fields_by_name
    known = plain_json(base_message, f"make_proto({name}(...))")
    for field in fields:
        if field not in declared:
            raise AuthoringError(
                f"make_proto({name}(...)): {name} has no field {field!r}."
                f"{did_you_mean(field, declared)}"
            )
        if field in known:
            raise AuthoringError(
                f"make_proto({name}(...)): field {field!r} is set in the message already. "
                "Give it once."
            )
    given = {field: value for field, value in fields.items() if value is not None}
    return _dict([*known.items(), *given.items()], f"make_proto({name}(...))")


def holds_placeholder(value: object) -> bool:
    """Whether a list or dict holds, at any depth, what only the run can tell."""
    match value:
        case Placeholder() | RuntimeParameter():
            return True
        case Mapping():
            return any(map(holds_placeholder, value.values()))
        case list() | tuple():
            return any(map(holds_placeholder, value))
    return False


def future_value(value: object, where: str) -> ValuePlaceholder:
    """A plain or future value, or a list or dict of such, as one future value.

    Raises:
        AuthoringError: it holds what can be no part of a pipeline; the message begins with `where`.
    """
    match value:
        case ValuePlaceholder():
            return value
        case RuntimeParameter():
            return runtime_parameter_value(value)
        case Placeholder():
            raise AuthoringError(
                f"{where} holds {value!r}, which is no value. "
                "Read its value, its uri or a property."
            )
        case Mapping() if holds_placeholder(value):
            return _dict(list(value.items()), where)
        case list() | tuple() if holds_placeholder(value):
            parts = [future_value(item, where) for item in value]
            return ValuePlaceholder.of(lambda *of: MakeList(of), *parts, value_type=list)
    plain = plain_json(value, where)
    literal = Literal(plain)
    return ValuePlaceholder(lambda _: literal, value_type=type(plain))


def _dict(pairs: Sequence[tuple[Any, object]], where: str) -> ValuePlaceholder:
    keys = [_key(key, where) for key, _ in pairs]
    values = [future_value(value, where) for _, value in pairs]
    count = len(pairs)
    return ValuePlaceholder.of(
        lambda *of: MakeDict(of[:count], of[count:]), *keys, *values, value_type=dict
    )


def _key(key: object, where: str) -> ValuePlaceholder:
    if not isinstance(key, (str, RuntimeParameter, ValuePlaceholder)):
        raise AuthoringError(f"{where} has the key {key!r}; keys must be text.")
    found = future_value(key, where)
    if found.value_type not in (None, str):
        raise AuthoringError(f"{where} has the key {key!r}; keys must be text.")
    return found


def _elements(other: object) -> Sequence[object]:
    if isinstance(other, ListPlaceholder):
        return other.items
    if isinstance(other, (list, tuple)):
        return other
    raise AuthoringError(
        f"A list of future values can only be joined with another list, got {other!r} "
        f"of type {type(other).__name__}."
    )
