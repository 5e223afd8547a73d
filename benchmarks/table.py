"""The result as a table for the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from benchmarks.rows import Against, Bar, Row, Unit

_VERDICTS = {True: "[green]holds[/]", False: "[bold red]fails[/]", None: "[dim]not measured[/]"}


def result_table(rows: Iterable[Row], caption: str) -> Table:
    """A line for each row; one bar below the other where a row has several."""
    table = Table(caption=caption, caption_justify="left")
    table.add_column("what")
    for name in ("ours", "TFX", "floor", "ours / TFX", "ours / floor"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("bar", ""):
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(
            row.what,
            _figure(row.ours, row.unit),
            _figure(row.tfx, row.unit),
            _figure(row.floor, row.unit),
            _ratio(row, Against.TFX),
            _ratio(row, Against.FLOOR),
            "\n".join(_bar(bar, row.unit) for bar in row.bars),
            "\n".join(_VERDICTS[row.holds(bar)] for bar in row.bars),
        )
    return table


def _figure(value: float | None, unit: Unit) -> str:
    return "" if value is None else f"{_digits(value)} {unit.value}"


def _ratio(row: Row, against: Against) -> str:
    # A quotient of two quotients says nothing that the two do not.
    ratio = None if row.unit is Unit.TIMES else row.ratio(against)
    return "" if ratio is None else _digits(ratio)


def _bar(bar: Bar, unit: Unit) -> str:
    limit = f"{'≥' if bar.at_least else '≤'} {bar.limit:g}"
    if bar.against is Against.ABSOLUTE:
        return f"{limit} {unit.value}"
    return f"{limit} x{bar.against.value}"


def _digits(value: float) -> str:
    """Three digits that count: 0.000712, 0.71, 18.3, 1.2."""
    return f"{value:.3g}"
