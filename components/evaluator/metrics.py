"""Metrics by slice, from the files that TFMA has written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.slicer.slicer_lib import is_cross_slice_key

from pipeline_lib.artifacts.evaluation_summary import SliceMetrics
from pipeline_lib.errors import DataError


def metrics_by_slice(evaluation_uri: str, config: tfma.EvalConfig) -> list[SliceMetrics]:
    """Scalar metrics of each slice; cross-slice comparisons are left to TFMA's own tools.

    Raises:
        DataError: TFMA has computed no metric.
    """
    baseline: dict[Any, dict[str, float | None]] = {}
    candidate: dict[Any, dict[str, float | None]] = {}
    for spec in config.model_specs:
        result = tfma.load_eval_result(evaluation_uri, model_name=spec.name)
        found = baseline if spec.is_baseline else candidate
        _require_metrics([outputs for _, outputs in result.slicing_metrics])
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


def _require_metrics(outputs: Sequence[Any]) -> None:
    if outputs and not any(outputs):
        raise DataError(
            "No metric was computed: eval_config has thresholds and no 'metrics', and the saved "
            "model brings none that it was compiled with. Name the metrics in eval_config, or save "
            "the model with tf_keras, as tf.keras is where TF_USE_LEGACY_KERAS=1."
        )


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
