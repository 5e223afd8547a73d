"""How two runs differ, for the terminal and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from pipeline_lib.render.wording import cut
from pipeline_lib.report.columns import in_columns
from pipeline_lib.report.comparison import Comparison, NodeRow, Row

_LONGEST_CELL = 60


def compare_page(comparison: Comparison) -> RenderableType:
    """What differs, a table for each kind of thing; of what is the same, how much it is."""
    parts: list[RenderableType] = []
    for title, rows in comparison.tables:
        if rows:
            parts.append(_table(title, rows, with_titles=not parts))
    return Group(*parts, _nodes(comparison.nodes))


def compare_json(comparison: Comparison) -> dict[str, Any]:
    """The same as plain JSON, with what does not differ."""
    return {
        "before": comparison.before.run_id,
        "after": comparison.after.run_id,
        **{
            name: [{**asdict(row), "differs": row.differs} for row in getattr(comparison, name)]
            for name in ("facts", "parameters", "metrics", "environment", "data", "code", "nodes")
        },
    }


def _table(title: str, rows: Sequence[Row], with_titles: bool) -> Text:
    different = [row for row in rows if row.differs]
    cells = [[Text("")] + [Text(one, "bold") for one in ("before", "after", "")]] * with_titles
    cells += [_cells(row) for row in different]
    text = Text("" if with_titles else "\n").append(title, "bold")
    if cells:
        text.append("\n").append_text(in_columns(cells, indent="  "))
    return text.append(_same(len(rows) - len(different), bool(different)), "dim")


def _cells(row: Row) -> list[Text]:
    before, after = (Text(cut(one, _LONGEST_CELL) or "-") for one in (row.before, row.after))
    return [Text(row.name), before, after, Text(row.note, "cyan")]


def _same(count: int, has_others: bool) -> str:
    if not count:
        return ""
    return f"\n  {count} the same" if has_others else f": no difference in {count}"


def _nodes(rows: Sequence[NodeRow]) -> Text:
    text = Text("\nNodes", "bold")
    different = [row for row in rows if row.differs]
    lines = [
        [Text(row.name, "bold"), Text(row.before or "-"), Text(row.after or "-")]
        for row in different
    ]
    shown = list(in_columns(lines, indent="  ").split("\n")) if lines else []
    for line, row in zip(shown, different, strict=True):
        text.append("\n").append_text(line)
        for change in row.changes:
            text.append(f"\n      {change}")
    return text.append(_same(len(rows) - len(different), bool(different)), "dim")
