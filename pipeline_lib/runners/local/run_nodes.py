"""Runs the nodes of a run that has begun, and records how it ended."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore, RunRecord, RunState
from pipeline_lib.node.run import Run
from pipeline_lib.runners.local.beginning import Beginning
from pipeline_lib.runners.local.capacity import Capacity
from pipeline_lib.runners.local.events import RunListener
from pipeline_lib.runners.local.scheduler import Scheduler
from pipeline_lib.runners.local.workforce import Workforce


@dataclass(frozen=True)
class Ended:
    """What became of the nodes.

    Attributes:
        executions: the final record of each, by instance.
        failures: those of them that made the run fail, oldest first.
    """

    executions: Mapping[str, ExecutionRecord]
    failures: Sequence[ExecutionRecord]


def run_nodes(
    run: Run,
    store: MetadataStore,
    workforce: Workforce,
    capacity: Capacity,
    listener: RunListener,
    beginning: Beginning,
) -> tuple[RunRecord, Ended]:
    """Run the nodes to their end; the final record of the run, and what became of them.

    Raises:
        KeyboardInterrupt: the user interrupted; the run is recorded as canceled.
        MetadataStoreError: the store cannot be written.
    """
    done, only = beginning.done, beginning.only
    started = time.monotonic()
    listener.run_started(run, _awaited(run, done, only))
    scheduler = Scheduler(run, store, workforce, capacity, listener, done, only, beginning.earlier)
    state = RunState.FAILED
    try:
        executions = scheduler.run_all()
        state = RunState.FAILED if scheduler.failures else RunState.COMPLETE
    except KeyboardInterrupt:
        state = RunState.CANCELED
        raise
    finally:
        record = beginning.tracking.ended(replace(beginning.record, state=state))
        try:
            store.record_run(record)
        finally:  # whatever becomes of the store, the terminal is given back
            listener.run_ended(record, time.monotonic() - started)
    return record, Ended(executions, scheduler.failures)


def _awaited(
    run: Run, done: Mapping[str, ExecutionRecord], only: frozenset[str] | None
) -> list[str]:
    """Ids of the pipeline's nodes that are to be run."""
    ids = [node.id for node in run.pipeline.nodes]
    return [one for one in ids if one not in done and (only is None or one in only)]
