"""HTML from templates that escape every name and value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline_lib.render.wording import byte_count, cut, number, value

STYLE = (Path(__file__).parent / "templates" / "artifact.css").read_text()
"""Of every fragment. It takes colours from the page around it, light or dark."""


def environment(package: str) -> Environment:
    """Templates of a package, which escape, with the filters that word values."""
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters.update(byte_count=byte_count, cut=cut, figure=number, value=value)
    return made


@cache
def _environment() -> Environment:
    return environment("pipeline_lib.render")


def template(name: str, /, **values: Any) -> Markup:
    """A template of this package, filled in."""
    return Markup(_environment().get_template(name).render(**values))


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "") -> Markup:
    """A table; numbers stand at the right. A cell may be HTML if it is `Markup`."""
    listed = list(rows)
    numeric = {
        place for row in listed for place, one in enumerate(row) if place and _is_number(one)
    }
    return template("table.html", columns=columns, rows=listed, caption=caption, numeric=numeric)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def details(summary: str, content: str, *, is_open: bool = False) -> Markup:
    """What is shown when its summary is clicked."""
    return template("details.html", summary=summary, content=Markup(content), is_open=is_open)


def paragraph(text: str, kind: str = "") -> Markup:
    """A line of text; `kind` is one of the style's classes."""
    return template("paragraph.html", text=text, kind=kind)


def joined(parts: Iterable[str]) -> Markup:
    """The parts after each other; those that are not `Markup` are escaped."""
    return Markup("").join(parts)
