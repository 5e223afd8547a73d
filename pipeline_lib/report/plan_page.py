"""What a run would do, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.text import Text

from pipeline_lib.report.cache_changes import Writers, writers_in
from pipeline_lib.report.cache_reasons import Reason, reason_for_work
from pipeline_lib.report.columns import in_columns
from pipeline_lib.report.why_page import changes_text, reason_json
from pipeline_lib.report.wording import duration
from pipeline_lib.runners.local.planned_node import PlannedNode, Verdict, in_words

_MARKS = {
    Verdict.RUN: ("✓", "green", "runs"),
    Verdict.CACHED: ("=", "cyan", "cached"),
    Verdict.DEPENDS: ("?", "yellow", "depends"),
    Verdict.IMPORT: ("=", "cyan", "imports"),
    Verdict.RESOLVE: ("=", "cyan", "resolves"),
    Verdict.NESTED: (" ", "bold", "holds"),
    Verdict.SKIP: ("-", "yellow", "skipped"),
    Verdict.FAIL: ("✗", "red", "fails"),
}


def plan_page(pipeline_name: str, planned: Sequence[PlannedNode]) -> Text:
    """A line for each node, what changed below it, and the total."""
    writers = _writers(planned)
    rows = in_columns([_row(one, writers) for one in planned]).split("\n")
    text = Text.assemble("Pipeline ", (pipeline_name, "bold"), "\n")
    for row, one in zip(rows, planned, strict=True):
        text.append_text(row).append_text(changes_text(_reason(one, writers), "      "))
        text.append("\n")
    return text.append(_total(planned))


def plan_json(pipeline_name: str, planned: Sequence[PlannedNode]) -> dict[str, Any]:
    """The same as plain JSON; `seconds` is how long a node took when it was executed last."""
    writers = _writers(planned)
    return {
        "pipeline": pipeline_name,
        "nodes": [_node_json(one, writers) for one in planned],
        "seconds": round(_seconds(planned, Verdict.RUN), 3),
        "seconds_at_most": round(_seconds(planned, Verdict.RUN, Verdict.DEPENDS), 3),
    }


def _node_json(one: PlannedNode, writers: Writers) -> dict[str, Any]:
    return {
        "node": one.execution.instance,
        "verdict": one.verdict.value,
        "unless_unchanged": list(one.unknown),
        "cached_from": one.execution.cached_from or None,
        "seconds": None if one.seconds is None else round(one.seconds, 3),
        **reason_json(_reason(one, writers)),
    }


def _row(one: PlannedNode, writers: Writers) -> list[Text]:
    mark, colour, word = _MARKS[one.verdict]
    depth = one.execution.node_id.count(".")
    took = "" if one.seconds is None else f"took {duration(one.seconds)}"
    return [
        Text.assemble("  " * depth, (mark, colour), f" {one.execution.instance}"),
        Text(word, colour),
        Text(took),
        Text(_reason(one, writers).text, "dim"),
    ]


def _reason(one: PlannedNode, writers: Writers) -> Reason:
    if one.verdict is Verdict.RUN and not one.reason:
        return reason_for_work(one.execution, one.earlier, writers)
    if one.verdict not in (Verdict.DEPENDS, Verdict.NESTED) or not one.unknown:
        return Reason(one.reason)
    before = in_words(one.unknown)
    if one.verdict is Verdict.NESTED:
        return Reason(f"how many times is decided when the output of {before} is known")
    if one.reason and not one.execution.cached_from:
        return Reason(f"{one.reason}, if the output of {before} is as before")
    if not one.execution.cache_leaves:
        return Reason(f"this is decided when the output of {before} is known")
    runs = "runs if its condition holds" if one.is_conditional else "runs"
    if one.execution.cached_from:
        return Reason(f"{runs}, unless the output of {before} is as before")
    return Reason(f"{runs}, unless an earlier result fits the output of {before}")


def _writers(planned: Iterable[PlannedNode]) -> Writers:
    return writers_in(one.execution for one in planned)


def _total(planned: Sequence[PlannedNode]) -> str:
    if not any(one.verdict in (Verdict.RUN, Verdict.DEPENDS) for one in planned):
        return "Nothing would run."
    running = [one for one in planned if one.verdict is Verdict.RUN]
    depending = [one for one in planned if one.verdict is Verdict.DEPENDS]
    text = f"{_nodes(len(running))} would run{_work(running)}"
    if depending:
        more = f"and at most {len(depending)} more that depend on others"
        text += f", {more}{_work([*running, *depending], ' in all')}"
    new = sum(one.seconds is None for one in [*running, *depending])
    return f"{text}. {_nodes(new)} never ran before." if new else f"{text}."


def _nodes(count: int) -> str:
    return "1 node" if count == 1 else f"{count} nodes"


def _work(nodes: Iterable[PlannedNode], of: str = "") -> str:
    """How long the work of nodes took the last time; empty where none was ever done."""
    known = [one.seconds for one in nodes if one.seconds is not None]
    return f": {duration(sum(known))} of work{of}" if known else ""


def _seconds(planned: Iterable[PlannedNode], *verdicts: Verdict) -> float:
    """Seconds of work, as long as it took the last time."""
    return sum(one.seconds or 0.0 for one in planned if one.verdict in verdicts)
