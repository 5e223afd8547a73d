"""ModelRun: training curves from what `tf.summary` wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from markupsafe import Markup

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.render.markup import details, joined, paragraph, table
from pipeline_lib.render.missing import how_to_install
from pipeline_lib.render.payloads_pb2 import Event
from pipeline_lib.render.record_files import records_in
from pipeline_lib.render.standard.default import files_with_sizes
from pipeline_lib.render.tensors import values
from pipeline_lib.render.wording import counted

Curve = dict[int, float]
"""Values by step."""
Curves = Mapping[str, Mapping[str, Curve]]
"""Curves by what they show, then by what they were measured on: `train`, `validation`."""

_MOST_PLOTS = 24
_MOST_ROWS = 100
_LARGEST_FILE = 50_000_000
_SCALARS = ("scalars", "")


def body(record: ArtifactRecord) -> Markup:
    """A plot for each curve, and the numbers."""
    curves = scalar_curves(record.uri)
    if not curves:
        return joined([paragraph("No numbers were logged."), files_with_sizes(record.uri)])
    return joined([_plots(curves), _numbers(curves), files_with_sizes(record.uri)])


def scalar_curves(uri: str) -> Curves:
    """The numbers that were logged, of all event files below `uri`."""
    curves: dict[str, dict[str, Curve]] = {}
    for name, size in files.files_in(uri).items():
        if "tfevents" in name and size <= _LARGEST_FILE:
            measured_on = name.rpartition("/")[0] or "."
            for tag, step, value in _scalars(f"{uri}/{name}"):
                curves.setdefault(tag, {}).setdefault(measured_on, {})[step] = value
    # What was measured most often says most.
    return dict(sorted(curves.items(), key=lambda item: (-len(item[1]), item[0])))


def _scalars(path: str) -> Iterator[tuple[str, int, float]]:
    for payload in _whole_records(path):
        event = Event.FromString(payload)
        for one in event.summary.value:
            if one.HasField("simple_value"):
                yield one.tag, event.step, one.simple_value
            elif one.metadata.plugin_data.plugin_name in _SCALARS:
                numbers = values(one.tensor)
                if len(numbers) == 1 and isinstance(numbers[0], (int, float)):
                    yield one.tag, event.step, float(numbers[0])


def _whole_records(path: str) -> Iterator[bytes]:
    """The records; of a file that is still written, those that are whole."""
    try:
        yield from records_in(path)
    except ValueError:
        return


def _plots(curves: Curves) -> Markup:
    try:
        from pipeline_lib.render.plots import MOST_SERIES, Points, curve_plot, legend
    except ModuleNotFoundError as error:
        return paragraph(f"To see the curves, {how_to_install(error)}.", "note")
    names = list({name: None for one in curves.values() for name in one})[:MOST_SERIES]
    drawn = [
        curve_plot(
            tag,
            _told(by_name),
            [Points(name, *_coordinates(by_name.get(name, {}))) for name in names],
        )
        for tag, by_name in list(curves.items())[:_MOST_PLOTS]
        if any(len(one) > 1 for one in by_name.values())
    ]
    return joined([legend(names), *drawn])


def _coordinates(curve: Curve) -> tuple[list[float], list[float]]:
    points = sorted(curve.items())
    return [step for step, _ in points], [value for _, value in points]


def _told(by_name: Mapping[str, Curve]) -> str:
    told = []
    for name, curve in by_name.items():
        first, last = min(curve), max(curve)
        told.append(f"{name} {curve[first]:.4g} at step {first}, {curve[last]:.4g} at step {last}")
    return "; ".join(told)


def _numbers(curves: Curves) -> Markup:
    rows = [
        (
            tag,
            name,
            len(curve),
            curve[min(curve)],
            curve[max(curve)],
            min(curve.values()),
            max(curve.values()),
        )
        for tag, by_name in curves.items()
        for name, curve in by_name.items()
    ]
    columns = ("curve", "measured on", "points", "first", "last", "least", "most")
    return details(f"numbers of {counted(len(curves), 'curve')}", table(columns, rows[:_MOST_ROWS]))
