"""A level of a run as a drawing: boxes and the edges between them, in pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline_lib.report.html.states import NodeFace
from pipeline_lib.report.layered_layout import layered_layout
from pipeline_lib.report.run_levels import Box, Level

WIDTH, HEIGHT = 216, 60
_GAP_X, _GAP_Y, _MARGIN = 22, 34, 8
_MOST_COLUMNS = 8


@dataclass(frozen=True)
class DrawnBox:
    """A node's box; `x` and `y` are its upper left corner."""

    face: NodeFace
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    """A graph in pixels.

    Attributes:
        title: what it is of; empty for a pipeline's own graph.
        edges: as SVG paths.
        inner: the boxes that hold drawings, with these.
        summary: how its nodes ended, in words.
    """

    title: str
    width: int
    height: int
    boxes: Sequence[DrawnBox]
    edges: Sequence[str]
    inner: Sequence[tuple[NodeFace, Sequence[Drawing]]]
    summary: str


def draw(
    level: Level, face_of: Callable[[Box], NodeFace], summarize: Callable[[Level], str]
) -> Drawing:
    """Draw a level, and those inside."""
    layout = layered_layout(len(level.boxes), level.edges, _MOST_COLUMNS)
    faces = [face_of(box) for box in level.boxes]
    corners = [(_x(column) - WIDTH // 2, _y(row)) for column, row in layout.places]
    holders = [(face, box) for face, box in zip(faces, level.boxes, strict=True) if box.inner]
    return Drawing(
        level.title,
        round(layout.columns * (WIDTH + _GAP_X)) + 2 * _MARGIN - _GAP_X,
        layout.rows * (HEIGHT + _GAP_Y) - _GAP_Y + 2 * _MARGIN,
        [DrawnBox(face, x, y) for face, (x, y) in zip(faces, corners, strict=True)],
        [_path(path) for path in layout.paths],
        [(face, [draw(inner, face_of, summarize) for inner in box.inner]) for face, box in holders],
        summarize(level),
    )


def _x(column: float) -> int:
    return round(column * (WIDTH + _GAP_X) - _GAP_X / 2) + _MARGIN


def _y(row: int) -> int:
    return row * (HEIGHT + _GAP_Y) + _MARGIN


def _path(cells: Sequence[tuple[float, int]]) -> str:
    """A curve from below the first cell to above the last, straight through those between."""
    (column, row), *others = cells
    x, y = _x(column), _y(row) + HEIGHT
    drawn = [f"M{x} {y}"]
    for place, (column, row) in enumerate(others):
        to_x, to_y = _x(column), _y(row)
        middle = (y + to_y) // 2
        drawn.append(f"C{x} {middle} {to_x} {middle} {to_x} {to_y}")
        x, y = to_x, to_y
        if place < len(others) - 1:
            y += HEIGHT
            drawn.append(f"V{y}")
    return "".join(drawn)
