"""A run as ML Metadata's `pipeline_run` context."""

from __future__ import annotations

from typing import Any

from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib.metadata.mlmd_exact import read_properties
from pipeline_lib.metadata.mlmd_records import PREFIX
from pipeline_lib.metadata.mlmd_values import set_value
from pipeline_lib.metadata.records import RunRecord, RunState

_TAG = "tag:"


def run_context(run: RunRecord, type_id: int) -> mlmd.Context:
    """The context that stands for a run."""
    context = mlmd.Context(type_id=type_id, name=run.run_id)
    own: dict[str, Any] = {
        "pipeline_name": run.pipeline_name,
        "pipeline_root": run.pipeline_root,
        "state": run.state.value,
        "parameters": dict(run.parameters),
        "pipeline_digest": run.pipeline_digest,
        "only": list(run.only),
        "use_cache": run.use_cache,
    }
    for name, value in own.items():
        set_value(context.custom_properties[PREFIX + name], value)
    for tag in run.tags:
        context.custom_properties[tag_property(tag)].int_value = 1
    return context


def tag_property(tag: str) -> str:
    """Name of the custom property that a run with the tag has, so that the database can find it."""
    return f"{PREFIX}{_TAG}{tag}"


def run_record(context: mlmd.Context) -> RunRecord:
    """The run that a context stands for."""
    own = {name.removeprefix(PREFIX): value for name, value in read_properties(context)[1].items()}
    # Another tool's context does not say when its run ended.
    has_ended = own.get("state", RunState.RUNNING.value) != RunState.RUNNING.value
    return RunRecord(
        pipeline_name=own.get("pipeline_name", ""),
        run_id=context.name,
        state=RunState(own.get("state", RunState.COMPLETE.value)),
        pipeline_root=own.get("pipeline_root", ""),
        parameters=own.get("parameters", {}),
        pipeline_digest=own.get("pipeline_digest", ""),
        tags=tuple(sorted(name.removeprefix(_TAG) for name in own if name.startswith(_TAG))),
        only=tuple(own.get("only", ())),
        use_cache=own.get("use_cache", True),
        started=context.create_time_since_epoch / 1000,
        ended=context.last_update_time_since_epoch / 1000 if has_ended else 0.0,
    )
