"""The last steps of a run: what never started is recorded, the exit handler runs, the run ends."""

from __future__ import annotations

import time
from dataclasses import replace

from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import (
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
    RunState,
)
from pipeline_lib.node.run import Run
from pipeline_lib.runners.kubeflow.steps.begun_run import BegunRun
from pipeline_lib.runners.kubeflow.steps.levels import Place
from pipeline_lib.runners.kubeflow.steps.node import launch_at
from pipeline_lib.runners.kubeflow.steps.saying import say
from pipeline_lib.runners.kubeflow.steps.settling import Settling, failures_of
from pipeline_lib.runners.local.task import final_status


def check_run(begun: BegunRun, store: MetadataStore) -> int:
    """Tell the cluster whether nodes have failed whose steps ended well, so that others could run.

    Returns:
        1 where the run has failed.
    """
    failures = failures_of(begun, store)
    for one in failures:
        error = one.error
        say(f"{one.instance}: {error.type}: {error.message}" if error else one.instance)
    return 1 if failures else 0


def end_run(begun: BegunRun, store: MetadataStore) -> int:
    """Settle the nodes, run the exit handler, record how the run ended.

    Returns:
        0, or 1 where the exit handler failed: the cluster knows of the other failures.
    """
    Settling(begun, store).settle_pipeline()
    handler = begun.run.pipeline.exit_handler
    failures = [
        one for one in failures_of(begun, store) if handler is None or one.node_id != handler.id
    ]
    handled = True
    if handler is not None:
        run = replace(begun.run, final_status=final_status(begun.run, failures))
        ended = _handle_exit(handler, run, begun, store)
        handled = ended.state is not ExecutionState.FAILED or handler.options.optional
    state = _state(begun, bool(failures) or not handled, store)
    store.record_run(replace(begun.record, state=state))
    say(f"run {begun.run.run_id}: {state.value}")
    return 0 if handled else 1


def _handle_exit(handler: Node, run: Run, begun: BegunRun, store: MetadataStore) -> ExecutionRecord:
    """Run the exit handler, again if it fails and may: this step itself is not started again."""
    place = Place((handler,), (begun.run.pipeline,), run, only=frozenset())
    retries = 0
    while True:
        ended = launch_at(place, begun, store)
        assert isinstance(ended, ExecutionRecord), "an exit handler holds no nodes"
        if ended.state is not ExecutionState.FAILED or retries == handler.options.max_retries:
            return ended
        time.sleep(handler.options.retry_delay * 2.0**retries)
        retries += 1


def _state(begun: BegunRun, has_failed: bool, store: MetadataStore) -> RunState:
    if has_failed:
        return RunState.FAILED
    was_canceled = ExecutionState.CANCELED in store.states(begun.run.run_id).values()
    return RunState.CANCELED if was_canceled else RunState.COMPLETE
