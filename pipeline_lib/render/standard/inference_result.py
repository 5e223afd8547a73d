"""InferenceResult: the first predictions, beside the examples that they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from markupsafe import Markup

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.render.example_cells import values_text
from pipeline_lib.render.markup import joined, paragraph, table
from pipeline_lib.render.payloads_pb2 import Example, PredictionLog
from pipeline_lib.render.record_files import records_of
from pipeline_lib.render.standard.default import files_with_sizes
from pipeline_lib.render.tensors import values

_MOST_ROWS = 10
_STRING = 7


def body(record: ArtifactRecord) -> Markup:
    """A row for each prediction: what came out, then what went in."""
    logs = map(PredictionLog.FromString, records_of(record.uri))
    rows = list(islice((row for log in logs for row in _rows(log)), _MOST_ROWS))
    if not rows:
        return joined([paragraph("It holds no prediction."), files_with_sizes(record.uri)])
    outputs = list({name: None for given, _ in rows for name in given})
    inputs = list({name: None for _, given in rows for name in given})
    cells = [
        (
            number + 1,
            *(given.get(name, "") for name in outputs),
            *(of.get(name, "") for name in inputs),
        )
        for number, (given, of) in enumerate(rows)
    ]
    columns = ("row", *(f"→ {name}" for name in outputs), *inputs)
    caption = f"the first {len(rows)} predictions; → is what the model gave"
    return joined([table(columns, cells, caption), files_with_sizes(record.uri)])


def _rows(log: Any) -> Iterator[tuple[Mapping[str, str], Mapping[str, str]]]:
    """Outputs and inputs of each example in a log, as texts by name."""
    match log.WhichOneof("log_type"):
        case "predict_log":
            outputs = _by_example(log.predict_log.response.outputs)
            yield from zip(outputs, _by_example(log.predict_log.request.inputs), strict=False)
        case "classify_log":
            examples = log.classify_log.request.input.example_list.examples
            results = log.classify_log.response.result.classifications
            for example, result in zip(examples, results, strict=False):
                scores = sorted(result.classes, key=lambda one: -one.score)
                texts = [f"{one.label or 'class'} {one.score:.4g}" for one in scores[:5]]
                yield {"classes": ", ".join(texts)}, _features(example)
        case "regress_log":
            examples = log.regress_log.request.input.example_list.examples
            results = log.regress_log.response.result.regressions
            for example, result in zip(examples, results, strict=False):
                yield {"value": f"{result.value:.5g}"}, _features(example)


def _by_example(tensors: Mapping[str, Any]) -> list[dict[str, str]]:
    """Tensors whose first dimension counts examples, taken apart."""
    shapes = {name: [dim.size for dim in tensors[name].tensor_shape.dim] for name in tensors}
    count = max((shape[0] for shape in shapes.values() if shape), default=0)
    rows: list[dict[str, str]] = [{} for _ in range(min(count, _MOST_ROWS))]
    for name in sorted(tensors):
        given = values(tensors[name])
        width = max(1, len(given) // count) if count else 1
        for place, row in enumerate(rows):
            row.update(_named(name, given[place * width : (place + 1) * width]))
    return rows


def _named(name: str, given: list[Any]) -> Mapping[str, str]:
    """A tensor's part for one example; serialized examples are shown by their features."""
    if len(given) == 1 and isinstance(given[0], bytes):
        try:
            features = _features(Example.FromString(given[0]))
        except ValueError:  # DecodeError is one: these are bytes of another kind
            features = {}
        if features:
            return features
    return {name: values_text(given)}


def _features(example: Example) -> Mapping[str, str]:
    features = example.features.feature
    found = {}
    for name in sorted(features):
        kind = features[name].WhichOneof("kind")
        found[name] = values_text(list(getattr(features[name], kind).value)) if kind else ""
    return found
