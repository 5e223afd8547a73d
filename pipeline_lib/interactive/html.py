"""HTML in which every text is escaped, unless it is HTML already."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence


class Html(str):
    """A piece of HTML."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)


def element(tag: str, *children: object, **attributes: str) -> Html:
    """`<tag ...>children</tag>`; a child that is no `Html` is a text."""
    given = "".join(f' {name}="{html.escape(value)}"' for name, value in attributes.items())
    return Html(f"<{tag}{given}>{joined(children)}</{tag}>")


def joined(children: Iterable[object]) -> Html:
    """The children one after another."""
    return Html("".join(one if isinstance(one, Html) else _escaped(one) for one in children))


def table(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Html:
    """A table, with text aligned left; it takes the page's colours."""
    head = element("tr", *(element("th", one, style=_CELL) for one in header))
    body = [element("tr", *(element("td", one, style=_CELL) for one in row)) for row in rows]
    return element(
        "table", element("thead", head), element("tbody", *body), style="margin: 0.3em 0"
    )


def named_values(rows: Iterable[tuple[object, object]]) -> Html:
    """A table of names and their values, without a header."""
    lines = [
        element(
            "tr", element("th", name, scope="row", style=_CELL), element("td", one, style=_CELL)
        )
        for name, one in rows
    ]
    return element("table", element("tbody", *lines), style="margin: 0.3em 0")


def details(summary: object, *children: object) -> Html:
    """What is folded until it is asked for."""
    return element("details", element("summary", summary), *children)


def preformatted(text: object) -> Html:
    """A text with its lines and spaces."""
    return element("pre", text, style="white-space: pre-wrap; margin: 0.3em 0")


def _escaped(text: object) -> str:
    return html.escape(str(text))


_CELL = "text-align: left; vertical-align: top"
