"""When each node ran: a bar for each, below each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.report.html.states import Faces, NodeFace
from pipeline_lib.report.wording import duration

ROW = 20
LABELS = 190
BARS = 370
_HEAD = 22
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_MOST_TICKS = 7


@dataclass(frozen=True)
class Bar:
    """One node's row."""

    face: NodeFace
    x: float
    width: float
    y: int


@dataclass(frozen=True)
class Timeline:
    """All rows, and the ticks of the axis: place and text."""

    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, str]]
    width: int
    height: int


def timeline(executions: Iterable[ExecutionRecord], faces: Faces, until: float) -> Timeline:
    """Lay out the rows; a node that has not ended goes on `until` then."""
    ordered = sorted(executions, key=lambda one: (one.started, one.id))
    start = min((one.started for one in ordered), default=0.0)
    end = max((one.ended or until for one in ordered), default=0.0)
    seconds = max(end - start, 0.001)
    scale = BARS / seconds
    bars = [
        Bar(
            faces.of(one),
            round(LABELS + (one.started - start) * scale, 1),
            round(max(2.0, ((one.ended or until) - one.started) * scale), 1),
            _HEAD + place * ROW,
        )
        for place, one in enumerate(ordered)
    ]
    ticks = [(round(LABELS + at * scale, 1), _words(at)) for at in _ticks(seconds)]
    return Timeline(bars, ticks, LABELS + BARS + 60, _HEAD + len(bars) * ROW + 4)


def _ticks(seconds: float) -> list[float]:
    steps = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, *_STEPS)
    step = next((one for one in steps if seconds / one <= _MOST_TICKS), seconds / _MOST_TICKS)
    return [place * step for place in range(int(seconds / step) + 1)]


def _words(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:g} s"
    return duration(seconds).replace(" 00 s", "").replace(" 00 min", "")
