"""Small plots as inline SVG, for light and dark pages: no script, no font, nothing from elsewhere.

A plot is a figure with a text alternative; whoever draws one also gives its numbers in a table.
"""

from __future__ import annotations

import hashlib
import io
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipeline_lib.render.inline_svg import INK, ON_PAGE, SERIES, inline
from pipeline_lib.render.markup import template

MOST_SERIES = len(SERIES)
_LOCK = threading.Lock()
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 7.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.5,
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.frameon": False,
}


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
    with _drawing():
        figure, axes = _axes(2.6, 1.15)
        for colour, one in zip(SERIES, series, strict=False):
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
    with _drawing():
        figure, axes = _axes(2.6, 0.35 + 0.16 * max(3, len(names)))
        thickness = 0.8 / max(1, len(series))
        for place, (colour, (_, lengths)) in enumerate(zip(SERIES, series, strict=False)):
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
    with _drawing():
        figure, axes = _axes(3.2, 1.8)
        for colour, one in zip(SERIES, curves, strict=False):
            marker = "o" if len(one.x) < 30 else ""
            axes.plot(one.x, one.y, color=colour, lw=1.3, marker=marker, ms=2.5)
        if diagonal:
            axes.plot([0, 1], [0, 1], color=INK, lw=0.6, ls=":")
        _whole_numbers(axes, [x for one in curves for x in one.x])
        axes.set_xlabel(labels[0])
        axes.set_ylabel(labels[1])
        return _on_page(figure, title, description)


def legend(labels: Sequence[str]) -> Markup:
    """Which colour stands for which data set or curve; for several plots at once."""
    colours = [ON_PAGE[colour] for colour in SERIES]
    return template("legend.html", entries=list(zip(labels, colours, strict=False)))


@contextmanager
def _drawing() -> Iterator[None]:
    """Matplotlib set up as it is here; its settings are the process's, so one thread at a time."""
    with _LOCK, rc_context(_STYLE), warnings.catch_warnings():
        # The page's font draws the text: what Matplotlib's own lacks does not matter.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


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
    drawing = inline(written.getvalue())
    return template("plot.html", drawing=Markup(drawing), title=title, description=description)
