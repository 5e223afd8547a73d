"""Values that can be read, compared and pickled, but not changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, TypeVar

V = TypeVar("V")


class FrozenMapping(Mapping[str, V]):
    """Keys in sorted order, so that equal mappings look the same wherever they are printed."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, V] | None = None) -> None:
        self._items: dict[str, V] = dict(sorted((items or {}).items()))

    def __getitem__(self, key: str) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return repr(self._items)

    def __hash__(self) -> int:
        return hash(tuple(self._items))

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenMapping, (self._items,)


def thaw(value: Any) -> Any:
    """A copy of a frozen value with plain lists and dicts, which its reader may change."""
    match value:
        case tuple():
            return [thaw(item) for item in value]
        case Mapping():
            return {key: thaw(item) for key, item in value.items()}
    return value


class FrozenFields:
    """Turns the mappings of a frozen dataclass into `FrozenMapping`s."""

    def __post_init__(self) -> None:
        for part in fields(self):  # type: ignore[arg-type]
            value = getattr(self, part.name)
            if isinstance(value, Mapping):
                object.__setattr__(self, part.name, FrozenMapping(value))
