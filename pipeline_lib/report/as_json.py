"""The store's records as plain JSON, for other programs. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.metadata.lineage import Lineage
from pipeline_lib.metadata.store import ExecutionRecord, NoteRecord, RunRecord
from pipeline_lib.render.value_preview import NO_VALUE, value_preview
from pipeline_lib.report.run_metrics import Told, metrics, metrics_json
from pipeline_lib.report.run_table import RunStates
from pipeline_lib.report.wording import node_counts

Json = dict[str, Any]


def run_summary_json(run_states: RunStates, measured: Sequence[Told] | None = None) -> Json:
    """A run with the number of its nodes in each state, and its metrics if they are given."""
    run, states = run_states
    more = {} if measured is None else {"metrics": metrics_json(measured)}
    return {**_run_json(run), **more, "nodes": node_counts(states.values())}


def run_page_json(run: RunRecord, executions: Mapping[str, ExecutionRecord]) -> Json:
    """A run with its nodes, in the order they ran."""
    return {
        **_run_json(run),
        "metrics": metrics_json(metrics(executions)),
        "nodes": [node_json(one) for one in executions.values()],
    }


def node_json(execution: ExecutionRecord) -> Json:
    """A node's execution; `error` is `null` if there was none."""
    error = execution.error
    return {
        "node": execution.instance,
        "run_id": execution.run_id,
        "pipeline": execution.pipeline_name,
        "component": execution.type_name,
        "execution_id": execution.id,
        "state": execution.state.value,
        "reason": execution.reason,
        **_times(execution),
        "parameters": dict(execution.parameters),
        "inputs": _artifacts_json(execution.inputs),
        "outputs": _artifacts_json(execution.outputs),
        "error": None if error is None else vars(error),
        "log": execution.log_uri,
        **({"image": execution.image} if execution.image else {}),
    }


def lineage_json(lineage: Lineage, artifact_id: int) -> Json:
    """The lineage of one artifact: artifacts, executions, and the links between them."""
    return {
        "artifact": artifact_id,
        "artifacts": [
            {
                **_artifact_json(one.record),
                "recorded": _time(one.created),
                "deleted": one.is_deleted,
            }
            for one in lineage.artifacts.values()
        ],
        "executions": [
            {
                "id": one.id,
                "node": one.instance,
                "run_id": one.run_id,
                "pipeline": one.pipeline_name,
                "component": one.type_name,
                "state": one.state.value,
                **_times(one),
            }
            for one in lineage.executions.values()
        ],
        "links": [
            {
                "artifact": one.artifact_id,
                "execution": one.execution_id,
                "kind": one.kind.value,
                "key": one.key,
                "time": _time(one.time),
            }
            for one in lineage.links
        ],
    }


def _run_json(run: RunRecord) -> Json:
    return {
        "run_id": run.run_id,
        "pipeline": run.pipeline_name,
        "state": run.state.value,
        "pipeline_root": run.pipeline_root,
        "parameters": dict(run.parameters),
        "tags": list(run.tags),
        "notes": [note_json(one) for one in run.notes],
        "environments": [asdict(one) for one in run.environments],
        **_times(run),
    }


def note_json(note: NoteRecord) -> Json:
    """A note."""
    return {"text": note.text, "author": note.author, "time": _time(note.time)}


def _artifacts_json(artifacts: Mapping[str, Sequence[ArtifactRecord]]) -> Json:
    return {key: [_artifact_json(one) for one in records] for key, records in artifacts.items()}


def _artifact_json(record: ArtifactRecord) -> Json:
    described: Json = {
        "id": record.id,
        "type": record.type_name,
        "uri": record.uri,
        "properties": dict(record.properties),
        "custom_properties": dict(record.custom_properties),
    }
    shown = value_preview(record)
    return described if shown is NO_VALUE else {**described, "value": shown}


def _times(record: RunRecord | ExecutionRecord) -> Json:
    return {
        "started": _time(record.started),
        "ended": _time(record.ended) if record.ended else None,
        "seconds": round(record.ended - record.started, 3) if record.ended else None,
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")
