"""Reads what TFMA wrote: metrics by slice, and why a model did not keep its thresholds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.slicer.slicer_lib import is_cross_slice_key

from components.evaluator.summary import SliceMetrics, SliceValue, slice_name


def metrics_by_slice(evaluation_uri: str, config: tfma.EvalConfig) -> list[SliceMetrics]:
    """Scalar metrics of each slice; cross-slice comparisons are left to TFMA's own tools."""
    baseline: dict[Any, dict[str, float | None]] = {}
    candidate: dict[Any, dict[str, float | None]] = {}
    for spec in config.model_specs:
        result = tfma.load_eval_result(evaluation_uri, model_name=spec.name)
        found = baseline if spec.is_baseline else candidate
        found.update({key: _scalars(outputs) for key, outputs in result.slicing_metrics})
    return [
        SliceMetrics(dict(key), metrics, baseline.get(key, {}))
        for key, metrics in candidate.items()
        if not is_cross_slice_key(key)
    ]


def empty_slicing_specs(config: tfma.EvalConfig, slices: Sequence[SliceMetrics]) -> list[str]:
    """Slicing specifications, by their features, that no example falls into."""
    found = [set(entry.slice) for entry in slices]
    wanted = [sorted([*spec.feature_keys, *spec.feature_values]) for spec in config.slicing_specs]
    return [", ".join(features) for features in wanted if features and set(features) not in found]


def failures(evaluation_uri: str) -> list[str]:
    """What the model failed, one sentence each; none if it keeps all thresholds."""
    result = tfma.load_validation_result(evaluation_uri)
    if result.validation_ok:
        return []
    return list(_failures_of(result)) or ["TFMA says that a threshold was not kept"]


def _failures_of(result: Any) -> Iterator[str]:
    validations = ((_slice_of(found), found) for found in result.metric_validations_per_slice)
    for where, validation in sorted(validations, key=lambda pair: _overall_first(pair[0])):
        for failure in validation.failures:
            yield _describe(failure, where)
    for spec in (*result.missing_slices, *result.missing_cross_slices):
        yield f"no example falls into a slice that has thresholds ({_one_line(spec)})"
    if result.missing_thresholds:
        yield "no threshold could be checked"


def _overall_first(where: str) -> tuple[bool, str]:
    return where != slice_name({}), where


def _describe(failure: Any, where: str) -> str:
    name = _metric_name(failure.metric_key)
    if not failure.HasField("metric_value"):
        return f"{name} was not computed on {where}"
    value = failure.metric_value.double_value.value
    threshold = failure.metric_threshold
    if threshold.HasField("change_threshold"):
        expected = _change_bounds(threshold.change_threshold)
        return f"{name} changed by {value:.6g} from the baseline on {where}, expected {expected}"
    return f"{name} is {value:.6g} on {where}, expected {_value_bounds(threshold.value_threshold)}"


def _value_bounds(threshold: Any) -> str:
    bounds = [
        f"{word} {getattr(threshold, field).value:.6g}"
        for field, word in (("lower_bound", "at least"), ("upper_bound", "at most"))
        if threshold.HasField(field)
    ]
    return " and ".join(bounds)


def _change_bounds(threshold: Any) -> str:
    direction = type(threshold).DESCRIPTOR.fields_by_name["direction"].enum_type
    lower_is_better = direction.values_by_number[threshold.direction].name == "LOWER_IS_BETTER"
    word = "at most" if lower_is_better else "at least"
    bounds = []
    if threshold.HasField("absolute"):
        bounds.append(f"{word} {threshold.absolute.value:.6g}")
    if threshold.HasField("relative"):
        bounds.append(f"{word} {threshold.relative.value:.6g} times the baseline")
    return " and ".join(bounds)


def _metric_name(key: Any) -> str:
    output = f"{key.output_name}/" if key.output_name else ""
    return f"{output}{key.name}{f'@{_one_line(key.sub_key)}' if key.HasField('sub_key') else ''}"


def _slice_of(validation: Any) -> str:
    if validation.HasField("cross_slice_key"):
        cross = validation.cross_slice_key
        return f"{_slice_text(cross.comparison_slice_key)} against " + _slice_text(
            cross.baseline_slice_key
        )
    return _slice_text(validation.slice_key)


def _slice_text(key: Any) -> str:
    return slice_name({single.column: _slice_value(single) for single in key.single_slice_keys})


def _slice_value(single: Any) -> SliceValue:
    value = getattr(single, single.WhichOneof("kind"))
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _one_line(message: Any) -> str:
    return " ".join(str(message).split())


def _scalars(outputs: Any) -> dict[str, float | None]:
    """`{output: {sub key: {metric: value}}}` flattened; what is no single number drops out."""
    scalars = {}
    for output, by_sub_key in outputs.items():
        for sub_key, metrics in by_sub_key.items():
            for name, value in metrics.items():
                number = value.get("doubleValue", value.get("boundedValue", {}).get("value"))
                if number is not None:
                    full_name = "/".join(filter(None, [output, name])) + (sub_key and f"@{sub_key}")
                    scalars[full_name] = _finite(float(number))
    return scalars


def _finite(number: float) -> float | None:
    """JSON knows no NaN and no infinity."""
    return number if math.isfinite(number) else None
