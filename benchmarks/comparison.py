"""Measures each side in turn, so that a busy minute of the machine weighs on all of them."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.sides import PROJECT, Side

Seconds = dict[str, float]
"""Named figures of one measurement."""

Measure = Callable[[Side, Path], Mapping[str, float]]
"""Measures one side; the directory is new and empty."""


@dataclass(frozen=True)
class Medians:
    """What was found; empty for a side that was not measured."""

    ours: Seconds
    tfx: Seconds = field(default_factory=dict)
    floor: Seconds = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """The sides and how often to measure them.

    Attributes:
        tfx: `None` where TFX cannot be had.
        repeats: of ours and the floor.
        tfx_repeats: apart, because one of TFX's measurements takes minutes.
        directory: each measurement gets a new one below it.
    """

    ours: Side
    tfx: Side | None
    floor: Side
    repeats: int
    tfx_repeats: int
    directory: Path

    def medians(
        self, ours: Measure, tfx: Measure | None = None, floor: Measure | None = None
    ) -> Medians:
        """Medians of all repeats, figure by figure.

        Raises:
            MeasurementError: a measured process failed.
        """
        found: dict[str, list[Mapping[str, float]]] = {"ours": [], "tfx": [], "floor": []}
        for turn in range(max(self.repeats, self.tfx_repeats)):
            if turn < self.repeats:
                found["ours"].append(self._measure(ours, self.ours))
            if floor is not None and turn < self.repeats:
                found["floor"].append(self._measure(floor, self.floor))
            if tfx is not None and self.tfx is not None and turn < self.tfx_repeats:
                found["tfx"].append(self._measure(tfx, self.tfx))
        return Medians(**{name: _medians(repeats) for name, repeats in found.items()})

    def _measure(self, measure: Measure, side: Side) -> Mapping[str, float]:
        return measure(side, Path(tempfile.mkdtemp(dir=self.directory)))


@contextmanager
def directory_on_disk() -> Iterator[Path]:
    """A directory for all measurements of a comparison, which goes with all of them at the end.

    To remove each at once would slow the next one down: ext4 passes over inodes that have just
    been freed, and making a file takes twice as long after some thousands were deleted.
    """
    # In the project and not in /tmp, which may be memory: a store on disk is what is measured.
    parent = PROJECT / ".cache" / "benchmarks"
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent) as directory:
        yield Path(directory)


def _medians(repeats: list[Mapping[str, float]]) -> Seconds:
    names = repeats[0] if repeats else ()
    return {name: statistics.median(one[name] for one in repeats) for name in names}
