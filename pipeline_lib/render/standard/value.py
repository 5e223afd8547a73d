"""Value artifacts: the value itself."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.render.markup import joined, paragraph, table, template
from pipeline_lib.render.standard import default
from pipeline_lib.render.value_preview import NO_VALUE, value_preview
from pipeline_lib.render.wording import value as value_text

_MOST_ROWS = 50


def body(record: ArtifactRecord) -> Markup:
    """A list of records as a table, other lists and dicts as JSON, text as text."""
    shown = value_preview(record)
    if shown is NO_VALUE:
        return joined([paragraph("The value is too large to show, or no value."), _files(record)])
    if _is_table(shown):
        return _table(shown)
    text = shown if isinstance(shown, str) else json.dumps(shown, indent=2, ensure_ascii=False)
    return template("value.html", text=text, is_long="\n" in text or len(text) > 80)


def _files(record: ArtifactRecord) -> Markup:
    return default.body(record)


def _is_table(shown: Any) -> bool:
    return isinstance(shown, list) and bool(shown) and all(isinstance(one, dict) for one in shown)


def _table(records: list[dict[str, Any]]) -> Markup:
    columns = list({name: None for one in records for name in one})
    rows = [[_cell(one.get(name, "")) for name in columns] for one in records[:_MOST_ROWS]]
    caption = f"the first {_MOST_ROWS} of {len(records)}" if len(records) > _MOST_ROWS else ""
    return table(columns, rows, caption)


def _cell(given: Any) -> Any:
    is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
    return given if is_number else value_text(given)
