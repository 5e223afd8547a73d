"""Text in columns. Lines are never wrapped or padded at the end, so that they can be copied."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

_GAP = "  "


def in_columns(rows: Sequence[Sequence[Text]], indent: str = "") -> Text:
    """One line for each row; every column but the last is as wide as its widest cell."""
    widths = [max(cell.cell_len for cell in column) for column in zip(*rows, strict=True)]
    return Text("\n").join(_line(row, widths, indent) for row in rows)


def _line(row: Sequence[Text], widths: Sequence[int], indent: str) -> Text:
    line = Text(indent)
    for cell, width in zip(row, widths, strict=True):
        line.append_text(cell).append(" " * (width - cell.cell_len) + _GAP)
    line.rstrip()
    return line
