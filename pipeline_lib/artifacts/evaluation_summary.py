"""`summary.json` in a `ModelEvaluation`: metrics by slice that can be read without TFMA."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pipeline_lib.artifacts import files

SUMMARY_FILE = "summary.json"
"""TFMA looks for `metrics*`, `plots*`, `attributions*`, `validations*`: not for this name."""

SliceValue: TypeAlias = "str | int | float"


@dataclass(frozen=True)
class SliceMetrics:
    """Metrics of one slice.

    Attributes:
        slice: values of the features that make up the slice; empty for all examples.
        metrics: the candidate's metrics by name, `None` where one is not a number. With a
            baseline there is `{name}_diff`, candidate minus baseline. Names of multi-output or
            per-class metrics are `{output}/{name}@{class}`.
        baseline_metrics: the same of the baseline model; empty where there is none.
    """

    slice: Mapping[str, SliceValue]
    metrics: Mapping[str, float | None]
    baseline_metrics: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The slice for people: `island=Biscoe, sex=male`; `all examples` for the overall one."""
        return slice_name(self.slice)


def slice_name(values: Mapping[str, SliceValue]) -> str:
    """A slice for people, from the values of its features."""
    return ", ".join(f"{key}={value}" for key, value in values.items()) or "all examples"


def read_summary(evaluation_uri: str) -> list[SliceMetrics]:
    """Metrics by slice of the evaluation at `evaluation_uri`; the overall slice is first."""
    payload = files.read_bytes(os.path.join(evaluation_uri, SUMMARY_FILE))
    return [SliceMetrics(**entry) for entry in json.loads(payload)]
