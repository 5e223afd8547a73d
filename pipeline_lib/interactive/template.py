"""The templates of what a notebook's cell shows."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.metadata.store import ExecutionState
from pipeline_lib.render.markup import environment
from pipeline_lib.render.render import render
from pipeline_lib.report.wording import duration, state_mark


def filled(name: str, /, **values: Any) -> str:
    """A template, filled in; every text is escaped."""
    return _environment().get_template(name).render(**values)


@cache
def _environment() -> Environment:
    made = environment("pipeline_lib.interactive")
    made.filters.update(duration=duration, marked=_marked, rendered=_rendered)
    return made


def _marked(state: ExecutionState) -> str:
    return f"{state_mark(state)[0]} {state.value}"


def _rendered(artifact: Artifact) -> Markup:
    return Markup(render(artifact))  # made by templates, which escape, or by the user's renderer
