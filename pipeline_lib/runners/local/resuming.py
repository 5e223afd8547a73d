"""Going on with a run that was interrupted or has failed."""

from __future__ import annotations

from dataclasses import replace

from pipeline_lib import ir
from pipeline_lib.artifacts import files
from pipeline_lib.errors import AuthoringError
from pipeline_lib.metadata.store import (
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
    RunRecord,
    RunState,
)
from pipeline_lib.node.caching import files_exist
from pipeline_lib.node.places import leftovers


def check_resumable(run: RunRecord, pipeline_name: str) -> None:
    """Refuse to go on with a run.

    Raises:
        AuthoringError: it has finished, or is one of another pipeline.
    """
    if run.pipeline_name != pipeline_name:
        raise AuthoringError(
            f"Run {run.run_id!r} is of pipeline {run.pipeline_name!r}, not of {pipeline_name!r}. "
            "Resume it with its own pipeline."
        )
    if run.state is RunState.COMPLETE:
        raise AuthoringError(
            f"Run {run.run_id!r} has finished: there is nothing to resume. Start a new run; what "
            "has not changed is taken from the cache."
        )


def done_before(
    run: RunRecord, pipeline: ir.Pipeline, store: MetadataStore
) -> dict[str, ExecutionRecord]:
    """The executions of a run that need not be run again, by instance.

    The exit handler is not among them: it is to be told how the run ends now.
    """
    latest = {one.instance: one for one in store.executions(run.run_id)}
    if pipeline.exit_handler is not None:
        latest.pop(pipeline.exit_handler.id, None)
    return {
        instance: one
        for instance, one in latest.items()
        if one.state.is_success and files_exist(one.outputs)
    }


def clear_up(run: RunRecord, store: MetadataStore) -> None:
    """Record as canceled what was running when the runner ended, and remove what it left."""
    for execution in store.executions(run.run_id):
        if execution.state is ExecutionState.RUNNING:
            for uri in leftovers(execution, run.pipeline_root):
                files.remove(uri)
            ended = replace(
                execution, state=ExecutionState.CANCELED, reason="the runner ended before the node"
            )
            store.record(ended)
