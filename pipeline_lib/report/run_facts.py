"""What one run is compared by: facts, parameters, metrics, data and code, by name and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.artifacts.evaluation_summary import read_summary
from pipeline_lib.metadata.store import ExecutionRecord, RunRecord
from pipeline_lib.render.value_preview import NO_VALUE, value_preview
from pipeline_lib.render.wording import number, value
from pipeline_lib.report.wording import moment, took

Executions = Mapping[str, ExecutionRecord]
"""The latest execution of each node, by instance."""

_EVALUATION = "ModelEvaluation"
_DIGITS = 8


def facts(run: RunRecord) -> dict[str, str]:
    """State, times and tags."""
    return {
        "run": run.run_id,
        "pipeline": run.pipeline_name,
        "state": run.state.value,
        "started": moment(run.started),
        "took": took(run) or "it has not ended",
        "tags": ", ".join(run.tags),
    }


def parameters(run: RunRecord, executions: Executions) -> dict[str, Any]:
    """The values of the run's parameters and of its nodes'."""
    given = {f"run: {name}": one for name, one in sorted(run.parameters.items())}
    for name, execution in executions.items():
        given.update({f"{name}.{key}": one for key, one in sorted(execution.parameters.items())})
    return given


def metrics(executions: Executions) -> dict[str, str]:
    """Plain values that nodes gave, and the metrics of evaluations by slice."""
    return dict(_metrics_of(executions))


def _metrics_of(executions: Executions) -> Iterator[tuple[str, str]]:
    for name, record in _outputs(executions):
        shown = value_preview(record)
        if shown is not NO_VALUE:
            yield name, _shown(shown)
        elif record.type_name == _EVALUATION:
            yield from _evaluation(name, record)


def _evaluation(name: str, record: ArtifactRecord) -> Iterator[tuple[str, str]]:
    try:
        slices = read_summary(record.uri)
    except (OSError, ValueError, TypeError):  # gone, or not written by this library
        return
    for one in slices:
        for metric, measured in one.metrics.items():
            if not metric.endswith("_diff"):
                yield f"{name} {metric} on {one.name}", number(measured)


def _shown(given: Any) -> str:
    is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
    return number(given) if is_number else value(given)


def fingerprints(executions: Executions) -> dict[str, str]:
    """What stands for the content of each output."""
    return {
        name: record.fingerprint[:_DIGITS]
        for name, record in _outputs(executions)
        if record.fingerprint
    }


def _outputs(executions: Executions) -> Iterator[tuple[str, ArtifactRecord]]:
    for name, execution in executions.items():
        for key, records in execution.outputs.items():
            for index, record in enumerate(records):
                place = f"[{index}]" if len(records) > 1 else ""
                yield f"{name}.{key}{place}", record


def code(executions: Executions) -> dict[str, str]:
    """Digests of the parts of the code that each node's result depends on."""
    return {
        f"{name}: {leaf.removeprefix('code.').replace(':', '.')}": digest[:_DIGITS]
        for name, execution in executions.items()
        for leaf, digest in execution.cache_leaves.items()
        if leaf.partition(".")[0] == "code"
    }
