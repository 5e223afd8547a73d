"""Text and paths of future values."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline_lib.dsl.placeholder import ValuePlaceholder, text_operand
from pipeline_lib.dsl.placeholder_base import Placeholder
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.expressions import MakeList, Operation, Operator


def join(
    placeholders: Sequence[object] | ValuePlaceholder, separator: str | ValuePlaceholder = ""
) -> str | ValuePlaceholder:
    """The elements of a list as one text: `join(["--rate=", rate.future()[0].value])`.

    Args:
        placeholders: text and future values, or one future value that is a list.
        separator: what stands between them.

    Returns:
        A text where everything is known now, else a future value.

    Raises:
        AuthoringError: an element is no text.
    """
    between = text_operand(separator)
    if isinstance(placeholders, ValuePlaceholder):
        if placeholders.value_type not in (None, list):
            raise AuthoringError(f"join(...) takes a list, got {placeholders!r}.")
        return _text(lambda by, of: Operation(Operator.JOIN, (by, of)), between, placeholders)
    if isinstance(placeholders, str):
        raise AuthoringError(
            f"join(...) takes a list, got {placeholders!r}. Write [{placeholders!r}]."
        )
    items = list(placeholders)
    if isinstance(separator, str) and all(isinstance(item, str) for item in items):
        return separator.join(map(str, items))
    return _text(
        lambda by, *of: Operation(Operator.JOIN, (by, MakeList(of))),
        between,
        *map(text_operand, items),
    )


def join_path(*args: str | RuntimeParameter | ValuePlaceholder) -> ValuePlaceholder:
    """A path of its parts, as `os.path.join` makes it: `join_path(input("x")[0].uri, "a.csv")`.

    Raises:
        AuthoringError: there is no part, or one is no text.
    """
    if not args:
        raise AuthoringError("join_path(...) takes at least one part.")
    return _text(lambda *of: Operation(Operator.JOIN_PATH, of), *map(path_operand, args))


def dirname(placeholder: str | RuntimeParameter | ValuePlaceholder) -> ValuePlaceholder:
    """The directory of a path, as `os.path.dirname` tells it.

    Raises:
        AuthoringError: it is no text.
    """
    return _text(lambda of: Operation(Operator.DIRNAME, (of,)), path_operand(placeholder))


def path_operand(value: object) -> ValuePlaceholder:
    """A part of a path, as a future value.

    Raises:
        AuthoringError: it is no text.
    """
    part = text_operand(value)
    if part.value_type not in (None, str):
        raise AuthoringError(f"A path consists of text, got {value!r}, which is {part.type_word}.")
    return part


def _text(wrap: object, *operands: Placeholder) -> ValuePlaceholder:
    return ValuePlaceholder.of(wrap, *operands, value_type=str)  # type: ignore[arg-type]
