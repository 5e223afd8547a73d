"""Cells of a table of examples: numbers, text, and images as images."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from pipeline_lib.render.markup import template
from pipeline_lib.render.payloads_pb2 import Example
from pipeline_lib.render.wording import byte_count, cut, number

_TYPES = {"bytes_list": "bytes", "float_list": "float", "int64_list": "int64"}
_IMAGES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif"}
_LARGEST_IMAGE = 100_000
_LONGEST_TEXT = 60
_MOST_VALUES = 6


class FeatureCells:
    """One feature's column in a table of examples."""

    def __init__(self, name: str, examples: Sequence[Example]) -> None:
        self._name = name
        self._features = [one.features.feature.get(name) for one in examples]

    @property
    def title(self) -> Markup:
        """The feature's name and type."""
        kinds = {one.WhichOneof("kind") for one in self._features if one is not None} - {None}
        types = " or ".join(_TYPES[kind] for kind in sorted(kinds)) or "empty"
        return template("column.html", name=self._name, type=types)

    def cell(self, row: int) -> Any:
        """The feature's values in one row."""
        feature = self._features[row]
        kind = feature.WhichOneof("kind") if feature is not None else None
        if feature is None or kind is None:
            return template("missing.html")
        values = list(getattr(feature, kind).value)
        if len(values) == 1:
            return self._single(values[0], row)
        return values_text(values) if values else template("missing.html")

    def _single(self, value: Any, row: int) -> Any:
        if not isinstance(value, bytes):
            return value
        image = next((kind for start, kind in _IMAGES.items() if value.startswith(start)), "")
        if not image:
            return _text(value)
        if len(value) > _LARGEST_IMAGE:
            return f"{image.upper()} image of {byte_count(len(value))}"
        data = base64.b64encode(value).decode()
        return template("image.html", kind=image, data=data, name=self._name, row=row + 1)


def values_text(values: Sequence[Any]) -> str:
    """Values on one line; of many the first."""
    if len(values) == 1:
        return _text(values[0])
    shown = ", ".join(map(_text, values[:_MOST_VALUES]))
    more = f", … {len(values):,} values" if len(values) > _MOST_VALUES else ""
    return f"[{shown}{more}]"


def _text(value: Any) -> str:
    if not isinstance(value, bytes):
        return number(value)
    try:
        return cut(value.decode(), _LONGEST_TEXT)
    except UnicodeDecodeError:
        return f"{byte_count(len(value))}: {cut(value.hex(' ', 1), _LONGEST_TEXT)}"
