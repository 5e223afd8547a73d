"""Small plots as inline SVG, for light and dark pages: no script, no font, nothing from elsewhere.

A plot is a figure with a text alternative; whoever draws one also gives its numbers in a table.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipeline_lib.render.markup import template

_INK = "#010203"
_SERIES = ("#0a0b01", "#0a0b02", "#0a0b03", "#0a0b04")
_ON_PAGE = {
    _INK: "currentColor",
    _SERIES[0]: "var(--plib-series-1,#3f83f8)",
    _SERIES[1]: "var(--plib-series-2,#e07b00)",
    _SERIES[2]: "var(--plib-series-3,#2f9e6e)",
    _SERIES[3]: "var(--plib-series-4,#b65fcf)",
}
"""Colours that stand in the drawing, and what they are on the page."""

MOST_SERIES = len(_SERIES)
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 7.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.linewidth": 0.5,
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.frameon": False,
}
_STYLE_ELEMENT = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_FONT = re.compile(r"font: ([\d.]+)px [^;\"]*")
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_SPACE = re.compile(r">\s+<")
_ROOT = re.compile(r"<svg [^>]*?(viewBox=\"[^\"]*\")[^>]*>")
_WIDTH = re.compile(r"viewBox=\"0 0 ([\d.]+)")


@dataclass(frozen=True)
class Steps:
    """A distribution: the height over each interval between two neighbouring edges."""

    label: str
    edges: Sequence[float]
    heights: Sequence[float]


@dataclass(frozen=True)
class Points:
    """A curve."""

    label: str
    x: Sequence[float]
    y: Sequence[float]


def distribution_plot(title: str, description: str, series: Sequence[Steps]) -> Markup:
    """Distributions over each other."""
    with rc_context(_STYLE):
        figure, axes = _axes(2.6, 1.15)
        for colour, one in zip(_SERIES, series, strict=False):
            axes.stairs(one.heights, one.edges, color=colour, lw=1.2, fill=False)
            axes.stairs(one.heights, one.edges, color=colour, lw=0, fill=True, alpha=0.22)
        axes.set_ylim(bottom=0)
        _whole_numbers(axes, [series[0].edges[0], series[0].edges[-1]])
        return _on_page(figure, title, description)


def bar_plot(
    title: str,
    description: str,
    names: Sequence[str],
    series: Sequence[tuple[str, Sequence[float]]],
) -> Markup:
    """Bars for each name, those of several data sets beside each other."""
    with rc_context(_STYLE):
        figure, axes = _axes(2.6, 0.35 + 0.16 * max(3, len(names)))
        thickness = 0.8 / max(1, len(series))
        for place, (colour, (_, lengths)) in enumerate(zip(_SERIES, series, strict=False)):
            positions = [row + place * thickness for row in range(len(names))]
            axes.barh(positions, lengths, thickness, color=colour, alpha=0.75)
        middle = 0.4 - thickness / 2
        axes.set_yticks([row + middle for row in range(len(names))], names)
        axes.invert_yaxis()
        return _on_page(figure, title, description)


def curve_plot(
    title: str,
    description: str,
    curves: Sequence[Points],
    labels: tuple[str, str] = ("", ""),
    *,
    diagonal: bool = False,
) -> Markup:
    """Curves over each other; with the diagonal where points should lie on it."""
    with rc_context(_STYLE):
        figure, axes = _axes(3.2, 1.8)
        for colour, one in zip(_SERIES, curves, strict=False):
            marker = "o" if len(one.x) < 30 else ""
            axes.plot(one.x, one.y, color=colour, lw=1.3, marker=marker, ms=2.5)
        if diagonal:
            axes.plot([0, 1], [0, 1], color=_INK, lw=0.6, ls=":")
        _whole_numbers(axes, [x for one in curves for x in one.x])
        axes.set_xlabel(labels[0])
        axes.set_ylabel(labels[1])
        return _on_page(figure, title, description)


def legend(labels: Sequence[str]) -> Markup:
    """Which colour stands for which data set or curve; for several plots at once."""
    colours = [_ON_PAGE[colour] for colour in _SERIES]
    return template("legend.html", entries=list(zip(labels, colours, strict=False)))


def _axes(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.tick_params(labelsize=6.5)
    return figure, axes


def _whole_numbers(axes: Axes, x: Sequence[float]) -> None:
    """Mark whole numbers only where there are no others."""
    if all(float(one).is_integer() for one in x):
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))


def _on_page(figure: Figure, title: str, description: str) -> Markup:
    written = io.StringIO()
    # Ids in the drawing are made with the salt: no two plots on a page may share one.
    salt = hashlib.sha256(f"{title}{description}".encode()).hexdigest()
    with rc_context({"svg.hashsalt": salt}):
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    drawing = _small(written.getvalue())
    return template("plot.html", drawing=Markup(drawing), title=title, description=description)


def _small(svg: str) -> str:
    """The drawing as an element of a page, in the page's own font and colours."""
    svg = svg[svg.index("<svg") :]
    for pattern in (_STYLE_ELEMENT, _METADATA, _COMMENT):
        svg = pattern.sub("", svg)
    svg = _FONT.sub(r"font: \1px sans-serif", svg)
    width = _WIDTH.search(svg)
    pixels = f' width="{float(width[1]) * 1.33:.0f}"' if width else ""
    svg = _ROOT.sub(rf'<svg \1{pixels} aria-hidden="true">', svg, count=1)
    for colour, on_page in _ON_PAGE.items():
        svg = svg.replace(colour, on_page)
    return _SPACE.sub("><", svg)
