"""Which version to load or to unload next, so that a model that is served stays served.

Source: tensorflow_serving/core/availability_preserving_policy.h: the new version is up before the
old one goes; the highest version is loaded first, the lowest unloaded first.
"""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass


class Stage(enum.Enum):
    """How far a version is, as far as this decision needs it."""

    NEW = enum.auto()
    READY = enum.auto()
    BUSY = enum.auto()
    """On its way from one to another, or ended."""


@dataclass(frozen=True)
class VersionView:
    """A version as the decision sees it."""

    number: int
    stage: Stage
    aspired: bool


@dataclass(frozen=True)
class Load:
    """Load this version."""

    number: int


@dataclass(frozen=True)
class Unload:
    """Unload this version."""

    number: int


def next_action(versions: Collection[VersionView]) -> Load | Unload | None:
    """The next thing to do for one model, or `None` if nothing is to be done now."""
    aspired = [version for version in versions if version.aspired]
    ready = any(version.stage is Stage.READY for version in aspired)
    leftovers = [v.number for v in versions if not v.aspired and v.stage is Stage.READY]
    if leftovers and (not aspired or ready or len(leftovers) > 1):
        return Unload(min(leftovers))
    new = [version.number for version in aspired if version.stage is Stage.NEW]
    return Load(max(new)) if new else None
