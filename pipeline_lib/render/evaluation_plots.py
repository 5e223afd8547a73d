"""Confusion matrices and calibration, where TFMA was asked for them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.evaluation_summary import slice_name
from pipeline_lib.render.markup import details, joined, paragraph, table, template
from pipeline_lib.render.missing import how_to_install
from pipeline_lib.render.payloads_pb2 import Plots
from pipeline_lib.render.record_files import records_in

_MOST_CLASSES = 30
_MOST_THRESHOLDS = 11
_MOST_SLICES = 20


def evaluation_plots(uri: str) -> Markup:
    """What the `plots*` files hold; those over all examples are open."""
    by_slice = sorted(_plots(uri), key=lambda item: item[0] != slice_name({}))[:_MOST_SLICES]
    return joined(
        details(f"plots: {name}", content, is_open=name == slice_name({}))
        for name, content in by_slice
    )


def _plots(uri: str) -> Iterator[tuple[str, Markup]]:
    for name in files.names_in(uri):
        if name.startswith("plots"):
            for payload in records_in(f"{uri}/{name}"):
                plots = Plots.FromString(payload)
                drawn = joined(itertools.chain(*map(_drawn, plots.plot_keys_and_values)))
                if drawn:
                    yield _slice_name(plots.slice_key), drawn


def _slice_name(key: Any) -> str:
    return slice_name({one.column: _slice_value(one) for one in key.single_slice_keys})


def _slice_value(single: Any) -> str | int | float:
    value = getattr(single, single.WhichOneof("kind"))
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _drawn(one: Any) -> Iterator[Markup]:
    key, data = one.key, one.value
    of_class = f"class {key.sub_key.class_id.value}:" if key.sub_key.HasField("class_id") else ""
    prefix = " ".join(filter(None, [key.model_name, key.output_name, of_class]))
    if data.multi_class_confusion_matrix_at_thresholds.matrices:
        matrix = data.multi_class_confusion_matrix_at_thresholds.matrices[0]
        yield _confusion_matrix(matrix, f"{prefix} confusion matrix, in examples".strip())
    if data.confusion_matrix_at_thresholds.matrices:
        yield _at_thresholds(data.confusion_matrix_at_thresholds.matrices, prefix)
    if data.calibration_histogram_buckets.buckets:
        yield _calibration(data.calibration_histogram_buckets.buckets, prefix)


def _confusion_matrix(matrix: Any, title: str) -> Markup:
    counts = {
        (one.actual_class_id, one.predicted_class_id): one.num_weighted_examples
        for one in matrix.entries
    }
    # Class -1 is TFMA's for "no class is above the threshold".
    classes = sorted({one for pair in counts for one in pair})[:_MOST_CLASSES]
    most = max(counts.values(), default=0.0) or 1.0
    rows = [
        (
            actual,
            [(counts.get((actual, p), 0.0), counts.get((actual, p), 0.0) / most) for p in classes],
        )
        for actual in classes
    ]
    return template("confusion.html", title=title, classes=classes, rows=rows)


def _at_thresholds(matrices: Any, prefix: str) -> Markup:
    inner = [one for one in matrices if 0 <= one.threshold <= 1]
    step = max(1, len(inner) // _MOST_THRESHOLDS)
    rows = [
        (
            one.threshold,
            one.true_positives,
            one.false_positives,
            one.true_negatives,
            one.false_negatives,
            one.precision,
            one.recall,
        )
        for one in inner[::step]
    ]
    columns = ("threshold", "true +", "false +", "true -", "false -", "precision", "recall")
    return table(columns, rows, f"{prefix} confusion matrix by threshold".strip())


def _calibration(buckets: Any, prefix: str) -> Markup:
    rows = [
        (
            one.total_weighted_refined_prediction.value / one.num_weighted_examples.value,
            one.total_weighted_label.value / one.num_weighted_examples.value,
            one.num_weighted_examples.value,
        )
        for one in buckets
        if one.num_weighted_examples.value
    ]
    title = f"{prefix} calibration".strip()
    numbers = table(("mean prediction", "mean label", "examples"), rows, title)
    return joined([_calibration_plot(title, rows), details("numbers of the calibration", numbers)])


def _calibration_plot(title: str, rows: list[tuple[float, float, float]]) -> Markup:
    try:
        from pipeline_lib.render.plots import Points, curve_plot
    except ModuleNotFoundError as error:
        return paragraph(f"To see the calibration, {how_to_install(error)}.", "note")
    curve = Points("", [one[0] for one in rows], [one[1] for one in rows])
    told = f"mean label against mean prediction in {len(rows)} buckets; calibrated on the diagonal"
    return curve_plot(title, told, [curve], ("mean prediction", "mean label"), diagonal=True)
