"""Watching a run on a cluster to its end."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from pipeline_lib import ir
from pipeline_lib.errors import ClusterError
from pipeline_lib.metadata.store import ExecutionRecord, RunRecord, RunState
from pipeline_lib.node.run import Run
from pipeline_lib.runners.kubeflow.client.cluster import Cluster, is_passing, wants_new_token
from pipeline_lib.runners.kubeflow.client.executions import RunExecutions
from pipeline_lib.runners.kubeflow.client.records import ClusterRun
from pipeline_lib.runners.kubeflow.client.telling import Teller
from pipeline_lib.runners.local.events import RunListener

_LOOKS = 5
"""How often in a row a look may fail, before watching ends with it."""


@dataclass(frozen=True)
class Watched:
    """A run that has ended.

    Attributes:
        seen: as Kubeflow told it last.
        record: as the store has it, or else made of what Kubeflow told.
        executions: all of the run, oldest first.
    """

    seen: ClusterRun
    record: RunRecord
    executions: list[ExecutionRecord]


def watch(
    cluster: Cluster,
    run_id: str,
    pipeline: ir.Pipeline,
    source: RunExecutions,
    listener: RunListener,
    interval: float,
) -> Watched:
    """Watch a run until it has ended.

    Args:
        cluster: where it runs.
        run_id: its id.
        pipeline: what is run.
        source: where its executions are read.
        listener: is told what happens.
        interval: seconds from one look to the next.

    Raises:
        ClusterError: the cluster cannot be asked any more.
        KeyboardInterrupt: the user does not want to watch it any longer; the run goes on.
    """
    started = time.monotonic()
    listener.run_started(Run(pipeline, run_id, root=""), list(pipeline.by_id))
    teller = Teller(pipeline, listener)
    record = RunRecord(pipeline.name, run_id, RunState.RUNNING)
    try:
        while True:
            # Before its executions: what ended before the run did is in the store by then.
            seen = _look(cluster, run_id, interval)
            executions = source.of(seen)
            is_over = seen.state is not RunState.RUNNING
            teller.tell(executions, is_over=is_over)
            if is_over:
                break
            time.sleep(interval)
        record = _final(seen, source.record(seen), record)
    finally:
        listener.run_ended(record, time.monotonic() - started)
    return Watched(seen, record, executions)


def _look(cluster: Cluster, run_id: str, interval: float) -> ClusterRun:
    for _ in range(_LOOKS - 1):
        try:
            return cluster.run(run_id)
        except ClusterError as error:
            if wants_new_token(error):
                cluster.connect_again()
            elif not is_passing(error):
                raise
            else:
                time.sleep(interval)
    return cluster.run(run_id)


def _final(seen: ClusterRun, stored: RunRecord | None, record: RunRecord) -> RunRecord:
    """The run's last record; a store that does not know the end is told by Kubeflow."""
    known = stored or replace(
        record, parameters=seen.parameters, started=seen.created, ended=seen.ended
    )
    # A run that was complete for the nodes may have failed for Kubeflow, as at its last step.
    if known.state is RunState.RUNNING or seen.state is not RunState.COMPLETE:
        return replace(known, state=seen.state)
    return known
