"""A run as ML Metadata's `pipeline_run` context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib.metadata.mlmd_annotations import notes_of, tag_property, tags_of
from pipeline_lib.metadata.mlmd_exact import EXACT, read_properties
from pipeline_lib.metadata.mlmd_records import PREFIX
from pipeline_lib.metadata.mlmd_values import set_value
from pipeline_lib.metadata.records import RunRecord, RunState
from pipeline_lib.metadata.tracking import CodeVersion, RunEnvironment

ENDED = f"{PREFIX}ended"
"""Custom property of a run that was changed after its end: when that was, in seconds."""


def run_context(run: RunRecord, type_id: int) -> mlmd.Context:
    """The context that stands for a run, without its tags and notes."""
    context = mlmd.Context(type_id=type_id, name=run.run_id)
    for name, value in _own_properties(run).items():
        set_value(context.custom_properties[PREFIX + name], value)
    return context


def _own_properties(run: RunRecord) -> dict[str, Any]:
    return {
        "pipeline_name": run.pipeline_name,
        "pipeline_root": run.pipeline_root,
        "state": run.state.value,
        "parameters": dict(run.parameters),
        "pipeline_digest": run.pipeline_digest,
        "only": list(run.only),
        "use_cache": run.use_cache,
        "environments": [asdict(one) for one in run.environments],
    }


def own_names(run: RunRecord) -> list[str]:
    """Names of the custom properties that recording a known run may change."""
    return [*(PREFIX + name for name in _own_properties(run)), ENDED, EXACT]


def give_tags(context: mlmd.Context, run: RunRecord) -> None:
    """Give a new context the tags of its run."""
    for tag in run.tags:
        context.custom_properties[tag_property(tag)].int_value = 1


def run_record(context: mlmd.Context) -> RunRecord:
    """The run that a context stands for."""
    own = {name.removeprefix(PREFIX): value for name, value in read_properties(context)[1].items()}
    # Another tool's context does not say when its run ended.
    has_ended = own.get("state", RunState.RUNNING.value) != RunState.RUNNING.value
    ended = own.get("ended", context.last_update_time_since_epoch / 1000)
    return RunRecord(
        pipeline_name=own.get("pipeline_name", ""),
        run_id=context.name,
        state=RunState(own.get("state", RunState.COMPLETE.value)),
        pipeline_root=own.get("pipeline_root", ""),
        parameters=own.get("parameters", {}),
        pipeline_digest=own.get("pipeline_digest", ""),
        tags=tags_of(context),
        only=tuple(own.get("only", ())),
        use_cache=own.get("use_cache", True),
        started=context.create_time_since_epoch / 1000,
        ended=ended if has_ended else 0.0,
        environments=tuple(map(_environment, own.get("environments", ()))),
        notes=notes_of(context),
    )


def _environment(given: Mapping[str, Any]) -> RunEnvironment:
    code = given.get("code")
    return RunEnvironment(
        **{
            **given,
            "code": None if code is None else CodeVersion(**code),
            "packages": dict(sorted(given["packages"].items())),  # the store keeps no order
        }
    )
