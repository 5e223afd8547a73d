"""Whether comparing two values can ever tell something."""

from __future__ import annotations

from collections.abc import Sequence

_ALIKE: Sequence[frozenset[type]] = (frozenset({bool, int, float}),)
"""Types whose values compare with each other."""


def can_compare(one: type | None, other: type | None) -> bool:
    """Whether values of two types can be equal or ordered; `None` is a type that is not known."""
    if one is None or other is None or one is other or type(None) in (one, other):
        return True
    return any(one in alike and other in alike for alike in _ALIKE)
