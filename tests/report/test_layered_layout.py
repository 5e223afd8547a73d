from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_lib.report.layered_layout import Edge, layered_layout
from pipeline_lib.report.spread import spread


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[Edge]]:
    count = draw(st.integers(1, 25))
    place = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(place, place), max_size=40))
    return count, [(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]]


@given(graphs(), st.integers(1, 6))
def test_nodes_stand_below_what_they_wait_for_and_beside_each_other(
    graph: tuple[int, list[Edge]], most_columns: int
) -> None:
    count, edges = graph
    layout = layered_layout(count, edges, most_columns)
    assert len(layout.places) == count
    for start, end in edges:
        assert layout.places[start][1] < layout.places[end][1]
    for row in range(layout.rows):
        columns = sorted(column for column, other in layout.places if other == row)
        assert len(columns) <= most_columns
        assert all(b - a >= 1 - 1e-9 for a, b in pairwise(columns))
    assert all(0.5 - 1e-9 <= column <= layout.columns - 0.5 + 1e-9 for column, _ in layout.places)


@given(graphs())
def test_an_edge_goes_from_node_to_node_row_by_row(graph: tuple[int, list[Edge]]) -> None:
    count, edges = graph
    layout = layered_layout(count, edges)
    for (start, end), path in zip(sorted(set(edges)), layout.paths, strict=True):
        assert (path[0], path[-1]) == (layout.places[start], layout.places[end])
        assert [row for _, row in path] == list(range(path[0][1], path[-1][1] + 1))


def test_a_chain_is_straight() -> None:
    layout = layered_layout(4, [(0, 1), (1, 2), (2, 3)])
    assert layout.places == [(0.5, 0), (0.5, 1), (0.5, 2), (0.5, 3)]


def test_branches_stand_on_both_sides_of_what_they_come_from() -> None:
    layout = layered_layout(4, [(0, 1), (0, 2), (1, 3), (2, 3)])
    assert layout.places == [(1.0, 0), (0.5, 1), (1.5, 1), (1.0, 2)]


def test_what_waits_for_nothing_stands_right_above_what_needs_it() -> None:
    layout = layered_layout(4, [(0, 1), (1, 2), (3, 2)])
    assert layout.places[3][1] == 1


def test_branches_do_not_cross() -> None:
    # Two chains, whose nodes are listed in another order in each row.
    layout = layered_layout(6, [(0, 3), (1, 2), (2, 5), (3, 4)])
    first, second = ([layout.places[i][0] for i in chain] for chain in ([0, 3, 4], [1, 2, 5]))
    assert all(a < b for a, b in zip(first, second, strict=True)) or all(
        a > b for a, b in zip(first, second, strict=True)
    )


def test_nothing_to_draw() -> None:
    assert layered_layout(0, []).rows == 0


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=20))
def test_spread_keeps_distances_and_the_mean(wanted: list[float]) -> None:
    found = spread(wanted, [1.0] * (len(wanted) - 1))
    assert all(b - a >= 1 - 1e-6 for a, b in pairwise(found))
    assert sum(found) == pytest.approx(sum(wanted), abs=1e-6)


def test_spread_leaves_what_is_far_enough_apart() -> None:
    assert spread([0.0, 5.0, 9.0], [1.0, 1.0]) == [0.0, 5.0, 9.0]
