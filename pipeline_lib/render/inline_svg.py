"""Matplotlib's SVG as an element of a page: small, in the page's own font and colours."""

from __future__ import annotations

import re

INK = "#010203"
SERIES = ("#0a0b01", "#0a0b02", "#0a0b03", "#0a0b04")
ON_PAGE = {
    INK: "currentColor",
    SERIES[0]: "var(--plib-series-1,#3f83f8)",
    SERIES[1]: "var(--plib-series-2,#e07b00)",
    SERIES[2]: "var(--plib-series-3,#2f9e6e)",
    SERIES[3]: "var(--plib-series-4,#b65fcf)",
}
"""Colours that stand in the drawing, and what they are on the page."""

_STYLE_ELEMENT = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_FONT = re.compile(r"font: ([\d.]+)px [^;\"]*")
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_SPACE = re.compile(r">\s+<")
_ROOT = re.compile(r"<svg [^>]*?(viewBox=\"[^\"]*\")[^>]*>")
_WIDTH = re.compile(r"viewBox=\"0 0 ([\d.]+)")


def inline(svg: str) -> str:
    """The drawing as an element of a page, in the page's own font and colours."""
    svg = svg[svg.index("<svg") :]
    for pattern in (_STYLE_ELEMENT, _METADATA, _COMMENT):
        svg = pattern.sub("", svg)
    svg = _FONT.sub(r"font: \1px sans-serif", svg)
    width = _WIDTH.search(svg)
    pixels = f' width="{float(width[1]) * 1.33:.0f}"' if width else ""
    svg = _ROOT.sub(rf'<svg \1{pixels} aria-hidden="true">', svg, count=1)
    for colour, on_page in ON_PAGE.items():
        svg = svg.replace(colour, on_page)
    return _SPACE.sub("><", svg)
