"""The words in an HTML fragment."""

from __future__ import annotations

import html
import re


def text_of(fragment: str) -> str:
    """What a reader reads, with one space between words."""
    without_style = re.sub(r"<style>.*?</style>", "", fragment, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", without_style)).split())
