"""Following a run on a cluster to its end, from wherever a user is."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from pipeline_lib.errors import MetadataStoreError, PipelineRunError
from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.metadata.store import MetadataStore, RunState, open_store
from pipeline_lib.runners.kubeflow.client.access import ClusterAccess
from pipeline_lib.runners.kubeflow.client.cluster import Cluster
from pipeline_lib.runners.kubeflow.client.executions import RunExecutions
from pipeline_lib.runners.kubeflow.client.result import KubeflowRunResult, latest, run_failure
from pipeline_lib.runners.kubeflow.client.spec_reading import pipeline_in
from pipeline_lib.runners.kubeflow.client.watching import watch
from pipeline_lib.runners.local.events import RunListener


@dataclass(frozen=True)
class Followed:
    """A run that was followed to its end.

    Attributes:
        failure: what is to be raised, if the run is not complete.
    """

    result: KubeflowRunResult
    failure: PipelineRunError | None

    def result_or_raise(self) -> KubeflowRunResult:
        """The result of a run that is complete.

        Raises:
            PipelineRunError: it is not.
        """
        if self.failure is not None:
            raise self.failure
        return self.result


def follow(
    cluster: Cluster,
    run_id: str,
    config: MetadataConnectionConfig | None,
    listener: RunListener,
    interval: float,
) -> Followed:
    """Follow a run that was started with this library, to its end.

    Args:
        cluster: where it runs.
        run_id: its id.
        config: where it is recorded; without it, what Kubeflow tells has to do.
        listener: is told what happens.
        interval: seconds from one look to the next.

    Raises:
        RunNotFoundError: the cluster has no such run, or it is of another tool.
        ClusterError: the cluster cannot be asked any more.
        KeyboardInterrupt: the user does not want to follow it any longer; the run goes on.
    """
    spec = cluster.spec(cluster.run(run_id))
    pipeline = pipeline_in(spec, run_id)
    with _opened(config) as store:
        source = RunExecutions(pipeline.name, store, spec)
        try:
            watched = watch(cluster, run_id, pipeline, source, listener, interval)
        except KeyboardInterrupt:
            sys.stderr.write(_left_alone(run_id, cluster.access))
            raise
        failure = None
        if watched.record.state is not RunState.COMPLETE:
            failure = run_failure(watched, source, cluster, pipeline)
    executions = latest(watched.executions)
    result = KubeflowRunResult(watched.record, executions, config, cluster.url(run_id))
    return Followed(result, failure)


@contextmanager
def _opened(config: MetadataConnectionConfig | None) -> Iterator[MetadataStore | None]:
    """The store, or nothing where it cannot be reached from here."""
    if config is None:
        yield None
        return
    try:
        store = open_store(config)
    except MetadataStoreError as error:
        sys.stderr.write(f"{error}\nWhat is shown of the run is what Kubeflow tells.\n")
        yield None
        return
    with closing(store):
        yield store


def _left_alone(run_id: str, access: ClusterAccess) -> str:
    options = "".join(
        f" {option} {shlex.quote(value)}"
        for option, value in (("--host", access.host), ("--namespace", access.namespace))
        if value
    )
    return (
        f"Run {run_id} goes on. Watch it: plib kubeflow watch {run_id}{options}\n"
        f"Cancel it: plib kubeflow cancel {run_id}{options}\n"
    )
