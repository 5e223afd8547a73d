"""ModelEvaluation: metrics by slice, thresholds, confusion matrix and calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.artifacts.evaluation_summary import (
    SUMMARY_FILE,
    SliceMetrics,
    read_summary,
)
from pipeline_lib.render.evaluation_plots import evaluation_plots
from pipeline_lib.render.markup import details, joined, paragraph, table
from pipeline_lib.render.standard.default import files_with_sizes
from pipeline_lib.render.thresholds import Threshold, thresholds_of
from pipeline_lib.render.wording import number

_MOST_SLICES = 200
_CHANGE = "_diff"


def body(record: ArtifactRecord) -> Markup:
    """Metrics of each slice, whether thresholds were kept, and plots that TFMA made data for."""
    plots = evaluation_plots(record.uri)
    if not files.exists(f"{record.uri}/{SUMMARY_FILE}"):
        said = paragraph(f"There is no {SUMMARY_FILE}: read the metrics with TFMA.")
        return joined([said, plots, files_with_sizes(record.uri)])
    slices = read_summary(record.uri)
    parts = [_metrics(slices), _thresholds(thresholds_of(record.uri), slices), plots]
    return joined([*parts, files_with_sizes(record.uri)])


def in_words(record: ArtifactRecord) -> str:
    """The metrics over all examples."""
    overall = next((one for one in read_summary(record.uri) if not one.slice), None)
    if overall is None:
        return ""
    shown = {name: one for name, one in overall.metrics.items() if not name.endswith(_CHANGE)}
    return ", ".join(f"{name} {number(one)}" for name, one in shown.items())


def _metrics(slices: Sequence[SliceMetrics]) -> Markup:
    names = list({name: None for one in slices for name in one.metrics})
    changes = {name for name in names if name.endswith(_CHANGE)}
    shown = [name for name in names if name not in changes]
    has_baseline = any(one.baseline_metrics for one in slices)
    rows = [(one.name, *(_metric(one, name) for name in shown)) for one in slices[:_MOST_SLICES]]
    caption = "in brackets: the change from the baseline" if has_baseline else ""
    if len(slices) > _MOST_SLICES:
        caption = f"the first {_MOST_SLICES} of {len(slices):,} slices"
    return table(("slice", *shown), rows, caption)


def _metric(one: SliceMetrics, name: str) -> Any:
    if name not in one.metrics:
        return ""
    value = one.metrics[name]
    if name not in one.baseline_metrics:
        return "no number" if value is None else value
    before = one.baseline_metrics[name]
    if value is None or before is None:
        return f"{number(value)} ({number(before)} before)"
    change = f"{value - before:+.3g}" if value != before else "same"
    return f"{number(value)} ({change})"


def _thresholds(thresholds: Sequence[Threshold], slices: Sequence[SliceMetrics]) -> Markup:
    by_slice = {one.name: one for one in slices}
    rows = [_threshold(one, by_slice) for one in thresholds]
    columns = ("threshold on", "slice", "expected", "measured", "kept")
    return details("thresholds", table(columns, rows), is_open=True) if rows else Markup()


def _threshold(one: Threshold, by_slice: Mapping[str, SliceMetrics]) -> tuple[Any, ...]:
    measured = by_slice.get(one.slice_name)
    name = f"{one.metric}{_CHANGE}" if one.is_change else one.metric
    value = measured.metrics.get(name) if measured is not None else None
    if value is None:
        return (one.metric, one.slice_name, one.expected, "", "could not be checked")
    base = measured.baseline_metrics.get(one.metric) if measured is not None else None
    kept = "✓\N{NO-BREAK SPACE}yes" if one.is_kept(value, base) else "✗\N{NO-BREAK SPACE}no"
    shown = f"{value:+.5g} from the baseline" if one.is_change else number(value)
    return (one.metric, one.slice_name, one.expected, shown, kept)
