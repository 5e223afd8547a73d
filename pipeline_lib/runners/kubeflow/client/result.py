"""What a run on a cluster leaves behind, for the program that started it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline_lib import ir
from pipeline_lib.errors import PipelineRunError
from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.metadata.store import (
    NESTED_FAILURE,
    ExecutionRecord,
    ExecutionState,
    RunRecord,
    RunState,
)
from pipeline_lib.runners.kubeflow.client.cluster import Cluster
from pipeline_lib.runners.kubeflow.client.executions import RunExecutions
from pipeline_lib.runners.kubeflow.client.full_ids import nodes_by_full_id
from pipeline_lib.runners.kubeflow.client.logs import log_end
from pipeline_lib.runners.kubeflow.client.watching import Watched
from pipeline_lib.runners.local.result import failure_lines, failure_summary


@dataclass(frozen=True)
class KubeflowRunResult:
    """A run on a cluster that has ended.

    Attributes:
        executions: the final record of each node by its id, with those of the nodes around it and
            the iteration of the loop, if it is in one; without a store that can be reached from
            here, made of what Kubeflow tells.
        metadata_connection_config: the store that they were read from, if any.
        url: where a browser shows the run.
    """

    run: RunRecord
    executions: Mapping[str, ExecutionRecord]
    metadata_connection_config: MetadataConnectionConfig | None
    url: str

    @property
    def run_id(self) -> str:
        """Id of the run, on the cluster and in the store."""
        return self.run.run_id

    def __getitem__(self, instance: str) -> ExecutionRecord:
        """The final record of a node."""
        return self.executions[instance]


def latest(executions: Sequence[ExecutionRecord]) -> dict[str, ExecutionRecord]:
    """The last execution of each node."""
    return {one.instance: one for one in executions}


def run_failure(
    watched: Watched, source: RunExecutions, cluster: Cluster, pipeline: ir.Pipeline
) -> PipelineRunError:
    """The error of a run that did not complete: each node that failed, and the end of its log."""
    record, executions = watched.record, latest(watched.executions)
    if record.state is RunState.CANCELED:
        return PipelineRunError(
            f"Run {record.run_id!r} of pipeline {record.pipeline_name!r} was canceled."
        )
    failed = [one for one in executions.values() if _made_it_fail(one, pipeline)]
    if failed:
        lines = [failure_summary(record, executions.values(), failed)]
    else:
        failed = source.failed_tasks(watched.seen)
        lines = [_failed_elsewhere(watched, failed)]
    for execution in failed:
        lines += failure_lines(execution)
        pods = source.pods(watched.seen, execution.node_id)
        lines += [f"    {line}" for line in log_end(execution, pods, cluster)]
    lines.append(f"Look further: {cluster.url(record.run_id)}")
    return PipelineRunError("\n".join(lines))


def _failed_elsewhere(watched: Watched, tasks: Sequence[ExecutionRecord]) -> str:
    """The first line about a run that failed although no node is known to have failed."""
    record = watched.record
    run = f"Run {record.run_id!r} of pipeline {record.pipeline_name!r} failed"
    if not tasks:
        return f"{run}: {watched.seen.error or 'Kubeflow Pipelines give no reason'}"
    names = ", ".join(repr(task.instance) for task in tasks)
    return f"{run}, and no node is recorded to have: see Kubeflow's tasks {names}."


def _made_it_fail(execution: ExecutionRecord, pipeline: ir.Pipeline) -> bool:
    if execution.state is not ExecutionState.FAILED:
        return False
    if execution.error is not None and execution.error.type == NESTED_FAILURE:
        return False  # only passes on what a node that it holds did
    around = nodes_by_full_id(pipeline).get(execution.node_id, ())
    return not any(node.options.optional for node in around)
