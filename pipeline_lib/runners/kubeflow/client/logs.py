"""The end of a failed node's log, from wherever it can still be had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline_lib.artifacts import files
from pipeline_lib.errors import ClusterError, RunNotFoundError
from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.runners.kubeflow.client.cluster import Cluster

_LINES = 20
_USUAL_NAMESPACE = "kubeflow"


def log_end(execution: ExecutionRecord, pods: Sequence[str], cluster: Cluster) -> list[str]:
    """Lines about the log of an execution: its end, or how to see it.

    Args:
        execution: whose log.
        pods: names of pods that may have it.
        cluster: where it ran.
    """
    for text in _logs(execution, pods, cluster):
        if text.strip():
            end = text.rstrip().splitlines()[-_LINES:]
            return ["end of its log:", *(f"  {line}" for line in end)]
    # Kubeflow labels each pod with its run.
    namespace = cluster.namespace or _USUAL_NAMESPACE
    run = f"-l pipeline/runid={execution.run_id}"
    return [f"logs of the run: kubectl logs -n {namespace} {run} -c main --prefix --tail=-1"]


def _logs(execution: ExecutionRecord, pods: Sequence[str], cluster: Cluster) -> Iterator[str]:
    """What the executor said, as it was kept below the pipeline root; then what pods said."""
    if execution.log_uri:
        try:
            yield files.read_bytes(execution.log_uri).decode(errors="replace")
        except Exception:
            pass  # each storage has errors of its own, for a place that is closed to this machine
    for pod in pods:
        try:
            yield cluster.log(execution.run_id, pod)
        except (ClusterError, RunNotFoundError):
            pass  # the pod is gone
