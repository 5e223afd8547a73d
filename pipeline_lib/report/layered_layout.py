"""Where the nodes of a graph are drawn: in rows, each below those that it waits for.

The steps are those of Sugiyama: rows by longest path, an order in each row that has few crossings
(every node near the middle of its neighbours), then places side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import pairwise

from pipeline_lib.report.spread import spread

Edge = tuple[int, int]

_SWEEPS = 8
_MOST_PASSES = 60
"""Of putting nodes near their neighbours: long chains are straight after many."""
_MOST_WORK = 200_000
"""Cells that the sweeps look at in all: a graph of thousands of nodes gets fewer of them."""
_BEND_WIDTH = 0.15
"""Of an edge that passes a row, in widths of a node."""


@dataclass(frozen=True)
class Layout:
    """Places in units of a node and the gap around it.

    Attributes:
        places: column (of the middle, fractional) and row of each node.
        paths: the columns and rows that each edge passes through, from end to end.
        columns, rows: size of the whole.
    """

    places: Sequence[tuple[float, int]]
    paths: Sequence[Sequence[tuple[float, int]]]
    columns: float
    rows: int


def layered_layout(count: int, edges: Iterable[Edge], most_columns: int = 12) -> Layout:
    """The layout of a graph without cycles, whose nodes are numbered from 0.

    Args:
        count: how many nodes there are.
        edges: from a node to one that waits for it.
        most_columns: a row with more nodes is broken into several.
    """
    edges = sorted(set(edges))
    rows = _broken(_rows(count, edges), most_columns)
    cells = _Cells(count, rows, edges)
    cells.order()
    columns = cells.columns()
    left = min((columns[i] - 0.5 for i in range(count)), default=0.0)
    places = [(columns[i] - left, cells.row[i]) for i in range(count)]
    paths = [[(columns[i] - left, cells.row[i]) for i in chain] for chain in cells.chains]
    width = max((column + 0.5 for column, _ in places), default=0.0)
    return Layout(places, paths, width, len(cells.order_of_row))


def _rows(count: int, edges: Sequence[Edge]) -> list[list[int]]:
    """The nodes of each row: a node is below all that it waits for."""
    above: dict[int, set[int]] = {i: set() for i in range(count)}
    below: dict[int, set[int]] = {i: set() for i in range(count)}
    for start, end in edges:
        above[end].add(start)
        below[start].add(end)
    row = [0] * count
    order = list(TopologicalSorter(above).static_order())
    for i in order:
        row[i] = max((row[j] + 1 for j in above[i]), default=0)
    for i in reversed(order):
        # What waits for nothing stands right above the first that needs it.
        if not above[i] and below[i]:
            row[i] = min(row[j] for j in below[i]) - 1
    found: list[list[int]] = [[] for _ in range(max(row, default=-1) + 1)]
    for i in range(count):
        found[row[i]].append(i)
    return found


def _broken(rows: Sequence[Sequence[int]], most: int) -> list[list[int]]:
    return [list(row[at : at + most]) for row in rows for at in range(0, len(row), most)]


class _Cells:
    """Nodes, and the bends of edges that pass a row; bends are numbered after the nodes."""

    def __init__(self, count: int, rows: Sequence[Sequence[int]], edges: Sequence[Edge]) -> None:
        self._count = count
        self.order_of_row = [list(one) for one in rows]
        self.row = {i: place for place, one in enumerate(rows) for i in one}
        passed = sum(max(0, self.row[end] - self.row[start] - 1) for start, end in edges)
        with_bends = passed <= 4 * count + 2_000  # beyond that, they cost more than they show
        self.chains = [self._chain(edge, with_bends) for edge in edges]
        self._neighbours: dict[int, list[int]] = {}
        for chain in self.chains:
            for one, other in pairwise(chain):
                self._neighbours.setdefault(one, []).append(other)
                self._neighbours.setdefault(other, []).append(one)

    def _chain(self, edge: Edge, with_bends: bool) -> list[int]:
        start, end = edge
        bends = []
        for row in range(self.row[start] + 1, self.row[end] if with_bends else 0):
            bend = len(self.row)
            self.row[bend] = row
            self.order_of_row[row].append(bend)
            bends.append(bend)
        return [start, *bends, end]

    def order(self) -> None:
        """Move each cell to the middle of its neighbours in the row before, down and up again."""
        cells = len(self.row) + sum(map(len, self.chains))
        for _ in range(min(_SWEEPS, _MOST_WORK // max(1, cells))):
            self._sweep(range(1, len(self.order_of_row)), -1)
            self._sweep(range(len(self.order_of_row) - 2, -1, -1), 1)

    def _sweep(self, rows: Iterable[int], towards: int) -> None:
        for row in rows:
            before = {i: place for place, i in enumerate(self.order_of_row[row + towards])}
            position = {}
            for place, i in enumerate(self.order_of_row[row]):
                near = [before[j] for j in self._neighbours.get(i, ()) if j in before]
                position[i] = sum(near) / len(near) if near else float(place)
            self.order_of_row[row].sort(key=position.__getitem__)

    def columns(self) -> dict[int, float]:
        """The middle of each cell: as near to its neighbours as its row allows."""
        column: dict[int, float] = {}
        for order in self.order_of_row:
            for i, place in zip(order, spread([0.0] * len(order), self._gaps(order)), strict=True):
                column[i] = place
        for _ in range(max(2, min(_MOST_PASSES, _MOST_WORK // max(1, len(self.row) ** 2)))):
            for order in (*self.order_of_row, *reversed(self.order_of_row)):
                wanted = [self._wanted(i, column) for i in order]
                column.update(zip(order, spread(wanted, self._gaps(order)), strict=True))
        return column

    def _wanted(self, i: int, column: dict[int, float]) -> float:
        near = [column[j] for j in self._neighbours.get(i, ())]
        return sum(near) / len(near) if near else column[i]

    def _gaps(self, order: Sequence[int]) -> list[float]:
        """The least distance of each cell from the one before it."""
        widths = [1.0 if i < self._count else _BEND_WIDTH for i in order]
        return [(one + other) / 2 for one, other in pairwise(widths)]
