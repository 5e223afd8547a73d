"""Lists and dicts as an author gives them, copied and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline_lib.errors import AuthoringError


def checked_mapping(given: object, where: str) -> dict[str, str]:
    """A dict of its own.

    Raises:
        AuthoringError: it is no mapping.
    """
    if not isinstance(given, Mapping):
        raise AuthoringError(f"{where} takes a dict, got {given!r}.")
    return dict(given)


def checked_items(given: object, kinds: tuple[type, ...], where: str) -> tuple[Any, ...]:
    """The items of a list, each of one of the kinds.

    Raises:
        AuthoringError: it is no list, or an item is of another kind.
    """
    names = " or ".join(kind.__name__ for kind in kinds)
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise AuthoringError(f"{where} takes a list of {names}, got {given!r}.")
    for position, item in enumerate(given):
        if not isinstance(item, kinds):
            raise AuthoringError(f"{where}[{position}] takes {names}, got {item!r}.")
    return tuple(given)
