"""A run's metrics: a view of what its nodes wrote, wherever they wrote it; nothing is kept twice.

A metric is a number that a node returned, a floating-point property of an artifact, or what an
evaluation measured on a slice. What a resolver found was measured in another run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.artifacts.evaluation_summary import read_summary, slice_name
from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.render.value_preview import NO_VALUE, value_preview
from pipeline_lib.render.wording import number, value

_EVALUATION = "ModelEvaluation"
_OVERALL = slice_name({})


@dataclass(frozen=True)
class Told:
    """A value that a node told.

    Attributes:
        node: instance of the node.
        key: the output, and what of it.
        slice: what it was measured on, of an evaluation; else empty.
    """

    node: str
    key: str
    given: Any
    slice: str = ""

    @property
    def label(self) -> str:
        """`Train.accuracy`, or `Evaluator.evaluation auc on all examples`."""
        return f"{self.node}.{self.key}" + (f" on {self.slice}" if self.slice else "")

    @property
    def is_metric(self) -> bool:
        """Whether it is a number, or stands in place of one."""
        return bool(self.slice) or is_number(self.given)

    @property
    def is_overall(self) -> bool:
        """Whether it is of everything, and not of a part of the examples."""
        return self.slice in ("", _OVERALL)

    @property
    def words(self) -> str:
        """The value for people."""
        return number(self.given) if self.is_metric else value(self.given)


def told_values(executions: Mapping[str, ExecutionRecord]) -> Iterator[Told]:
    """Plain values and metrics, in the order of the nodes; executions are by instance."""
    for node, key, record in outputs(executions):
        shown = value_preview(record)
        if shown is not NO_VALUE:
            yield Told(node, key, shown)
        elif record.type_name == _EVALUATION:
            yield from _evaluation(node, key, record)
        for name, given in sorted({**record.properties, **record.custom_properties}.items()):
            if isinstance(given, float):
                yield Told(node, f"{key} {name}", given)


def metrics(executions: Mapping[str, ExecutionRecord]) -> list[Told]:
    """Those of the values that are metrics."""
    return [one for one in told_values(executions) if one.is_metric]


def metrics_json(told: Sequence[Told]) -> dict[str, float | None]:
    """Metrics by label, for programs: what is not finite has no JSON."""
    return {
        one.label: one.given if one.given is not None and math.isfinite(one.given) else None
        for one in told
    }


def outputs(
    executions: Mapping[str, ExecutionRecord],
) -> Iterator[tuple[str, str, ArtifactRecord]]:
    """Every artifact that a node wrote, with the node and a key that is unique in it."""
    for node, execution in executions.items():
        if execution.chosen:
            continue
        for key, records in execution.outputs.items():
            for index, record in enumerate(records):
                place = f"[{index}]" if len(records) > 1 else ""
                yield node, f"{key}{place}", record


def _evaluation(node: str, key: str, record: ArtifactRecord) -> Iterator[Told]:
    try:
        slices = read_summary(record.uri)
    except (OSError, ValueError, TypeError):  # gone, or not written by this library
        return
    for one in slices:
        for metric, measured in one.metrics.items():
            if not metric.endswith("_diff"):
                yield Told(node, f"{key} {metric}", measured, one.name)


def is_number(given: Any) -> bool:
    """Whether it is a number, which a truth value is not."""
    return isinstance(given, (int, float)) and not isinstance(given, bool)
