"""Where two JSON values differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline_lib.report.wording import value

_MOST_SHOWN = 3
_ABSENT = object()


def json_difference(before: Any, after: Any) -> str:
    """`3 -> 5`; of lists and dicts the places that differ, `layers[1].units: 8 -> 16`."""
    places = list(_places("", before, after))
    shown = [f"{path}: {change}" if path else change for path, change in places[:_MOST_SHOWN]]
    rest = len(places) - len(shown)
    return "; ".join([*shown, *([f"and {rest} more"] if rest else [])])


def _places(path: str, before: Any, after: Any) -> Iterator[tuple[str, str]]:
    match before, after:
        case dict(), dict():
            for key in {**before, **after}:
                inner = f"{path}.{key}" if path else str(key)
                yield from _places(inner, before.get(key, _ABSENT), after.get(key, _ABSENT))
        case list(), list() if len(before) == len(after):
            for index, (old, new) in enumerate(zip(before, after, strict=True)):
                yield from _places(f"{path}[{index}]", old, new)
        case _ if before is _ABSENT:
            yield path, f"new, {value(after)}"
        case _ if after is _ABSENT:
            yield path, f"not there any more, was {value(before)}"
        case _ if before != after or type(before) is not type(after):
            yield path, f"{value(before)} -> {value(after)}"
