"""Why a model did not keep its thresholds, in words, from TFMA's validation result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import tensorflow_model_analysis as tfma

from pipeline_lib.artifacts.evaluation_summary import SliceValue, slice_name


def validation_failures(evaluation_uri: str) -> list[str]:
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
    lower_is_better = threshold.direction == tfma.MetricDirection.LOWER_IS_BETTER
    word = "at most" if lower_is_better else "at least"
    bounds = []
    if threshold.HasField("absolute"):
        bounds.append(f"{word} {threshold.absolute.value:.6g}")
    if threshold.HasField("relative"):
        bounds.append(f"{word} {threshold.relative.value:.6g} times the baseline")
    return " and ".join(bounds)


def _metric_name(key: Any) -> str:
    """The metric as `summary.json` names it, such as `recall@classId:1`."""
    output = f"{key.output_name}/" if key.output_name else ""
    sub_key = [
        f"@{name}:{getattr(key.sub_key, field).value}"
        for field, name in (("class_id", "classId"), ("k", "k"), ("top_k", "topK"))
        if key.sub_key.HasField(field)
    ]
    return f"{output}{key.name}{''.join(sub_key)}"


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
