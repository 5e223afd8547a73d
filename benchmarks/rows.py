"""A line of the result: what was measured, on each side, and the bars it is held to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Unit(Enum):
    """What a figure counts; the value is what stands behind it in the table."""

    SECONDS = "s"
    MILLISECONDS_PER_NODE = "ms/node"
    TIMES = "x"
    KIBIBYTES = "KiB"
    PER_SECOND = "/s"


class Against(Enum):
    """What a bar is a multiple of."""

    ABSOLUTE = ""
    TFX = " TFX"
    FLOOR = " floor"


@dataclass(frozen=True)
class Bar:
    """Ours is to be at most `limit`, or at most `limit` times another side.

    Attributes:
        limit: the bar.
        against: what it is a multiple of.
        at_least: ours is to be so much or more: it is a rate, and not a cost.
    """

    limit: float
    against: Against = Against.ABSOLUTE
    at_least: bool = False


@dataclass(frozen=True)
class Row:
    """One figure; `None` for a side that has none."""

    what: str
    unit: Unit
    ours: float
    tfx: float | None = None
    floor: float | None = None
    bars: Sequence[Bar] = ()

    def ratio(self, against: Against) -> float | None:
        """Ours over another side, or ours itself; `None` if that side has no figure."""
        if against is Against.ABSOLUTE:
            return self.ours
        other = self.tfx if against is Against.TFX else self.floor
        return self.ours / other if other else None

    def holds(self, bar: Bar) -> bool | None:
        """Whether a bar holds; `None` if it cannot be told."""
        ratio = self.ratio(bar.against)
        if ratio is None:
            return None
        return ratio >= bar.limit if bar.at_least else ratio <= bar.limit
