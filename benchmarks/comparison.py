"""Measures each side in turn, so that a busy minute of the machine weighs on all of them."""

from __future__ import annotations

import shutil
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
"""Measures one side; the directory is new, empty, on disk, and removed afterwards."""


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
        tfx_repeats: apart, because one of TFX's measurements takes minutes.
    """

    ours: Side
    tfx: Side | None
    floor: Side
    repeats: int
    tfx_repeats: int

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
                found["ours"].append(_measure(ours, self.ours))
            if floor is not None and turn < self.repeats:
                found["floor"].append(_measure(floor, self.floor))
            if tfx is not None and self.tfx is not None and turn < self.tfx_repeats:
                found["tfx"].append(_measure(tfx, self.tfx))
        return Medians(**{name: _medians(repeats) for name, repeats in found.items()})


def _measure(measure: Measure, side: Side) -> Mapping[str, float]:
    with _new_directory() as directory:
        return measure(side, directory)


@contextmanager
def _new_directory() -> Iterator[Path]:
    # In the project and not in /tmp, which may be memory: a store on disk is what is measured.
    parent = PROJECT / ".cache" / "benchmarks"
    parent.mkdir(parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(dir=parent))
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


def _medians(repeats: list[Mapping[str, float]]) -> Seconds:
    names = repeats[0] if repeats else ()
    return {name: statistics.median(one[name] for one in repeats) for name in names}
