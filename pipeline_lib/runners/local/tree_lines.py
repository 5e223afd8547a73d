"""A run's tree as lines for a terminal, not more of them than there is room for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from pipeline_lib.metadata.store import ExecutionState
from pipeline_lib.runners.local.run_tree import Branch
from pipeline_lib.runners.local.wording import STATE_MARKS, duration, rough_duration, why

_WAITING = ("·", "dim")
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_TURNS_PER_SECOND = 8
_WIDEST_NAMES = 44
_INDENT = "  "
_NEXT_SHOWN = 2
_FOLDED = (ExecutionState.COMPLETE, ExecutionState.CACHED, ExecutionState.SKIPPED, None)
"""States of branches of which a number says enough where room is scarce."""


@dataclass(frozen=True)
class Row:
    """One line of a tree: a branch, or a number of them that are folded together.

    Attributes:
        folded: the states of the branches, where they are folded.
    """

    depth: int
    branch: Branch | None
    folded: Sequence[ExecutionState | None] = ()


def fitting_rows(top: Branch, height: int) -> list[Row]:
    """The rows of all branches below `top`; where these are too many, the ones that tell most.

    What failed or runs is shown one by one; what is done and what waits is counted, but for what
    ended last and what comes next.
    """
    rows = list(_all_rows(top, 0))
    if len(rows) <= height:
        return rows
    room = height - len(list(_folded_rows(top, 0, 0, 0)))
    waiting = min(_NEXT_SHOWN, max(0, room))
    rows = list(_folded_rows(top, 0, max(0, room - waiting), waiting))
    if len(rows) <= height:
        return rows
    left = [one.branch.state if one.branch else None for one in rows[height - 1 :]]
    return [*rows[: height - 1], Row(0, None, left)]


def lines_of(rows: Sequence[Row], now: float, earlier: dict[str, float]) -> Iterator[Text]:
    """The text of each row.

    Args:
        rows: the rows.
        now: the time on the clock by which the branches were started.
        earlier: seconds that the pipeline's nodes took before, by id.
    """
    names = [len(_name(one)) for one in rows if one.branch is not None]
    width = min(_WIDEST_NAMES, max(names, default=0))
    for row in rows:
        if row.branch is None:
            yield Text(f"{_INDENT * row.depth}{_counted(row.folded)}", "dim")
        else:
            expected = earlier.get(row.branch.label) if row.depth == 0 else None
            yield _line(row, row.branch, width, now, expected)


def _all_rows(branch: Branch, depth: int) -> Iterator[Row]:
    for one in branch.inner.values():
        yield Row(depth, one)
        yield from _all_rows(one, depth + 1)


def _folded_rows(branch: Branch, depth: int, last: int, following: int) -> Iterator[Row]:
    """The rows below a branch, of those that are done the `last`, of the others the next few."""
    branches = list(branch.inner.values())
    waiting = [one for one in branches if one.state is None]
    done = [one for one in branches if one.state is not None and one.state in _FOLDED]
    done.sort(key=lambda one: one.since + one.seconds)
    shown = done[len(done) - last :] if last else []
    yield from _count(done[: len(done) - len(shown)], depth)
    yield from (Row(depth, one) for one in shown)
    for one in branches:
        if one.state not in _FOLDED:
            yield Row(depth, one)
            yield from _folded_rows(one, depth + 1, 0, 0)
    yield from (Row(depth, one) for one in waiting[:following])
    yield from _count(waiting[following:], depth)


def _count(branches: Sequence[Branch], depth: int) -> Iterator[Row]:
    if len(branches) == 1:
        yield Row(depth, branches[0])
    elif branches:
        yield Row(depth, None, [one.state for one in branches])


def _counted(states: Sequence[ExecutionState | None]) -> str:
    counts = Counter("waiting" if one is None else one.value for one in states)
    return "… " + ", ".join(f"{count} {word}" for word, count in counts.items())


def _name(row: Row) -> str:
    assert row.branch is not None, "only rows of one branch have a name"
    return _INDENT * row.depth + row.branch.label


def _line(row: Row, branch: Branch, width: int, now: float, expected: float | None) -> Text:
    state = branch.state
    mark, colour = _mark(state, now)
    indent = _INDENT * row.depth
    line = Text.assemble(indent, (mark, colour), f" {_name(row)[len(indent) :]}")
    if state is None:
        return line
    line.append(" " * max(0, width - len(_name(row))) + f" {state.value:<8} ", colour)
    line.append(f" {_time(branch, now, expected):<9}")
    detail = why(branch.execution) if branch.execution is not None else branch.note
    if detail:
        line.append(f"  {detail}", "dim")
    line.rstrip()
    return line


def _mark(state: ExecutionState | None, now: float) -> tuple[str, str]:
    if state is None:
        return _WAITING
    turning = _SPINNER[int(now * _TURNS_PER_SECOND) % len(_SPINNER)]
    return STATE_MARKS.get(state, (turning, "blue"))


def _time(branch: Branch, now: float, expected: float | None) -> str:
    if branch.execution is not None:
        return duration(branch.seconds)
    if not branch.since:
        return ""
    took = rough_duration(now - branch.since)
    return f"{took} of about {rough_duration(expected)}" if expected else took
