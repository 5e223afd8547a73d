"""The templates of whole pages."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jinja2 import Environment

from pipeline_lib.render.markup import environment


@cache
def page_environment() -> Environment:
    """Where the templates are found; all that is filled into them is escaped."""
    made = environment("pipeline_lib.report.html")
    made.filters.update(pretty=_pretty)
    return made


def _pretty(given: Any) -> str:
    return given if isinstance(given, str) else json.dumps(given, indent=2, default=str)
