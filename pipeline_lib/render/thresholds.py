"""The thresholds of an evaluation, from `eval_config.json` as TFMA writes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.evaluation_summary import slice_name

_FILE = "eval_config.json"
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Threshold:
    """One bound of a metric on a slice.

    Attributes:
        is_change: it bounds the change from the baseline, not the metric itself.
        is_lower: the metric must be at least, not at most, what is bounded.
        is_relative: the bound is a share of the baseline's metric.
    """

    metric: str
    slice_name: str
    bound: float
    is_lower: bool
    is_change: bool = False
    is_relative: bool = False

    @property
    def expected(self) -> str:
        """The bound in words."""
        bound = f"{'at least' if self.is_lower else 'at most'} {self.bound:.6g}"
        if not self.is_change:
            return bound
        return f"a change of {bound}{' times the baseline' if self.is_relative else ''}"

    def is_kept(self, value: float, baseline: float | None) -> bool:
        """Whether a metric, or its change from `baseline`, is within the bound."""
        bound = self.bound * (baseline or 0.0) if self.is_relative else self.bound
        return value >= bound if self.is_lower else value <= bound


def thresholds_of(evaluation_uri: str) -> list[Threshold]:
    """The thresholds that an evaluation was made with; change thresholds where there is a baseline.

    Those on cross-slice comparisons and on single classes are left out.
    """
    path = f"{evaluation_uri}/{_FILE}"
    if not files.exists(path):
        return []
    config = json.loads(files.read_bytes(path))["evalConfig"]
    has_baseline = any(one.get("isBaseline") for one in config.get("modelSpecs", ()))
    found = [one for spec in config.get("metricsSpecs", ()) for one in _of_spec(spec)]
    return [one for one in found if has_baseline or not one.is_change]


def _of_spec(spec: Mapping[str, Any]) -> Iterator[Threshold]:
    for metric in spec.get("metrics", ()):
        name = _metric_name(metric)
        yield from _bounds(name, slice_name({}), metric.get("threshold", {}))
        yield from _per_slice(name, metric.get("perSliceThresholds", ()))
    for name, threshold in spec.get("thresholds", {}).items():
        yield from _bounds(name, slice_name({}), threshold)
    for name, several in spec.get("perSliceThresholds", {}).items():
        yield from _per_slice(name, several.get("thresholds", ()))


def _per_slice(name: str, thresholds: Any) -> Iterator[Threshold]:
    for one in thresholds:
        for spec in one.get("slicingSpecs", ()):
            # A spec on keys alone stands for each of their values: there is no one slice to name.
            if not spec.get("featureKeys"):
                where = slice_name(spec.get("featureValues", {}))
                yield from _bounds(name, where, one.get("threshold", {}))


def _bounds(metric: str, where: str, threshold: Mapping[str, Any]) -> Iterator[Threshold]:
    value = threshold.get("valueThreshold", {})
    if "lowerBound" in value:
        yield Threshold(metric, where, float(value["lowerBound"]), is_lower=True)
    if "upperBound" in value:
        yield Threshold(metric, where, float(value["upperBound"]), is_lower=False)
    change = threshold.get("changeThreshold", {})
    is_lower = change.get("direction") != "LOWER_IS_BETTER"
    for kind in ("absolute", "relative"):
        if kind in change:
            bound = float(change[kind])
            yield Threshold(metric, where, bound, is_lower, True, kind == "relative")


def _metric_name(metric: Mapping[str, Any]) -> str:
    """The name under which TFMA reports a metric: the one that was given, else of its class."""
    given = json.loads(metric["config"]).get("name") if metric.get("config") else None
    return str(given or _WORD.sub("_", metric["className"]).lower())
