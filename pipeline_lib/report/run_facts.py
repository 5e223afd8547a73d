"""What one run is compared by: facts, parameters, metrics, data and code, by name and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline_lib.metadata.store import ExecutionRecord, RunRecord
from pipeline_lib.report.run_metrics import outputs, told_values
from pipeline_lib.report.wording import moment, took

Executions = Mapping[str, ExecutionRecord]
"""The latest execution of each node, by instance."""

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
    return {one.label: one.words for one in told_values(executions)}


def fingerprints(executions: Executions) -> dict[str, str]:
    """What stands for the content of each output."""
    return {
        f"{node}.{key}": record.fingerprint[:_DIGITS]
        for node, key, record in outputs(executions)
        if record.fingerprint
    }


def code(executions: Executions) -> dict[str, str]:
    """Digests of the parts of the code that each node's result depends on."""
    return {
        f"{name}: {leaf.removeprefix('code.').replace(':', '.')}": digest[:_DIGITS]
        for name, execution in executions.items()
        for leaf, digest in execution.cache_leaves.items()
        if leaf.partition(".")[0] == "code"
    }
