"""How values and sizes are worded, the same in every report."""

from __future__ import annotations

import json
import math
from typing import Any

_LONGEST_VALUE = 200


def value(given: Any) -> str:
    """A value on one line; a long one is cut."""
    text = given if isinstance(given, str) else json.dumps(given, default=str)
    return cut(" ".join(text.splitlines()), _LONGEST_VALUE)


def cut(text: str, longest: int) -> str:
    """The text, with dots in place of what is beyond so many characters."""
    return text if len(text) <= longest else f"{text[:longest]}..."


def byte_count(count: int) -> str:
    """`312 B`, `4.0 kB` or `1.3 GB`."""
    if count < 1000:
        return f"{count} B"
    size = float(count)
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 999.95:
            return f"{size:.1f} {unit}"
    return f"{size / 1000:.1f} TB"


def counted(count: int, noun: str) -> str:
    """`1 file`, `3 files`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def number(given: float | None) -> str:
    """Five significant digits; `NaN` and `none` in words."""
    if given is None:
        return "none"
    if isinstance(given, int) or (math.isfinite(given) and given == int(given) < 1e15):
        return str(int(given))
    return "NaN" if math.isnan(given) else f"{given:.5g}"
