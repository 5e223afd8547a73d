"""One run as one HTML file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from pipeline_lib.metadata.store import NESTED_FAILURE, ExecutionRecord, ExecutionState, RunRecord
from pipeline_lib.render.markup import STYLE
from pipeline_lib.render.render import in_words, together
from pipeline_lib.render.value_preview import NO_VALUE, value_preview
from pipeline_lib.render.wording import value
from pipeline_lib.report.comparison import Comparison
from pipeline_lib.report.html.graph import HEIGHT, WIDTH, draw
from pipeline_lib.report.html.node_details import Details
from pipeline_lib.report.html.states import Faces
from pipeline_lib.report.html.template import page_environment
from pipeline_lib.report.html.timeline import LABELS, ROW, timeline
from pipeline_lib.report.run_levels import Level, run_levels
from pipeline_lib.report.run_metrics import is_number, metrics
from pipeline_lib.report.run_search import FoundRuns
from pipeline_lib.report.run_tracking import code_of, is_dirty, made_with, search_text
from pipeline_lib.report.run_view import RunView
from pipeline_lib.report.wording import moment, node_counts, state_mark, took

_SLOWEST = 5
_MOST_RESULTS = 40
_MOST_ROWS_SHOWN = 400
"""Nodes of which the timeline is open from the beginning."""


def run_html(view: RunView, comparison: Comparison | None = None, *, version: str = "") -> str:
    """The page of a run: no script, style, font or image from elsewhere.

    Args:
        view: the run.
        comparison: with another run, which then has a section of its own.
        version: of what is shown, on a page that `plib ui` serves: it leads to the other runs, and
            is loaded anew when a run that goes on has another version.
    """
    faces = Faces(view)
    details = Details(view, faces)
    executions = list(view.executions.values())
    until = max((one.ended or one.started for one in executions), default=view.run.started)
    return (
        page_environment()
        .get_template("run.html")
        .render(
            run=view.run,
            facts=_facts(view),
            counts=Counter(one.state.value for one in executions),
            marks=_marks(executions),
            drawing=draw(run_levels(view), faces.of_box, _summary),
            box={"width": WIDTH, "height": HEIGHT},
            timeline=timeline(executions, faces, until),
            time={"row": ROW, "labels": LABELS, "is_open": len(executions) <= _MOST_ROWS_SHOWN},
            faces=[faces.of(one) for one in executions],
            details=[details.of(one) for one in executions],
            results=list(_results(executions, faces))[:_MOST_RESULTS],
            metrics=_metrics(view, faces),
            is_dirty=is_dirty(view.run),
            made_with=made_with(view.run),
            notes=[(moment(one.time), one) for one in view.run.notes],
            slowest=_slowest(executions, faces),
            comparison=comparison,
            pictures=[] if comparison is None else list(_pictures(comparison)),
            version=version,
            nested_failure=NESTED_FAILURE,
            artifact_style=Markup(STYLE),
        )
    )


def _pictures(comparison: Comparison) -> Iterator[tuple[str, Markup]]:
    """What the two runs have written, by name, one over the other where that can be shown."""
    for name, (before, after) in comparison.rewritten.items():
        picture = together({f"run {comparison.before.run_id}": before, "this run": after})
        if picture is not None:
            yield name, picture


def runs_html(found: FoundRuns, states: Sequence[Mapping[str, ExecutionState]]) -> str:
    """The list of runs, as `plib ui` shows it, in the order given.

    Args:
        found: the runs.
        states: of the nodes of each, in the same order.
    """
    rows = [
        {
            "run": run,
            "started": moment(run.started),
            "took": took(run),
            "counts": ", ".join(f"{n} {name}" for name, n in node_counts(own.values()).items()),
            "code": code_of(run),
            "is_dirty": is_dirty(run),
            "note": run.notes[-1].text if run.notes else "",
            "words": search_text(run),
        }
        for run, own in zip(found.runs, states, strict=True)
    ]
    leads = [
        (name, _address(found, number))
        for name, number in (("newer", found.number - 1), ("older", found.number + 1))
        if 1 <= number <= found.pages
    ]
    return page_environment().get_template("runs.html").render(rows=rows, found=found, leads=leads)


def _address(found: FoundRuns, number: int) -> str:
    """Where another page of the same runs is."""
    asked = [("find", found.words)] if found.words else []
    asked += [("tag", tag) for tag in found.chosen_tags]
    return f"/?{urlencode([*asked, ('page', number)])}"


def _facts(view: RunView) -> Sequence[tuple[str, str]]:
    run = view.run
    return [
        *_times(run),
        *([("tags", ", ".join(run.tags))] if run.tags else []),
        *([("code", code_of(run))] if code_of(run) else []),
        ("pipeline root", run.pipeline_root or "not recorded"),
        *((f"parameter {name}", value(given)) for name, given in sorted(run.parameters.items())),
    ]


def _times(run: RunRecord) -> Iterator[tuple[str, str]]:
    yield "started", moment(run.started)
    yield "took", took(run) or "it has not ended"


def _metrics(view: RunView, faces: Faces) -> tuple[list[Any], list[Any]] | None:
    """Anchors and metrics, of those that are shown and of those that are folded.

    Folded are metrics of slices, and those beyond a few.
    """
    measured = metrics(view.executions)
    overall = [one for one in measured if one.is_overall]
    folded = overall[_MOST_RESULTS:] + [one for one in measured if not one.is_overall]
    parts = (overall[:_MOST_RESULTS], folded)
    shown, more = ([(faces.anchor(one.node), one) for one in part] for part in parts)
    return (shown, more) if measured else None


def _marks(executions: Sequence[ExecutionRecord]) -> Mapping[str, str]:
    return {one.state.value: state_mark(one.state)[0] for one in executions}


def _summary(level: Level) -> str:
    counts = Counter(state.value for state in level.states)
    return ", ".join(f"{count} {state}" for state, count in counts.items())


def _slowest(executions: Sequence[ExecutionRecord], faces: Faces) -> list[Any]:
    worked = [one for one in executions if one.ended and one.state is not ExecutionState.CACHED]
    ordered = sorted(worked, key=lambda one: one.started - one.ended)[:_SLOWEST]
    return [faces.of(one) for one in ordered]


def _results(executions: Sequence[ExecutionRecord], faces: Faces) -> Iterator[tuple[str, str, str]]:
    """What can be told of outputs in a line: anchor, name and words."""
    for execution in executions:
        if execution.chosen:
            continue
        for key, records in execution.outputs.items():
            for record in records:
                shown = value_preview(record)
                if is_number(shown):
                    continue  # it stands among the metrics
                words = in_words(record) if shown is NO_VALUE else value(shown)
                if words:
                    anchor = faces.anchor(execution.instance)
                    yield anchor, f"{execution.instance}.{key}", words
