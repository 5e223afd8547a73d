"""Executions of a run on a cluster: as the store has them, or else as Kubeflow tells its tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline_lib.errors import MetadataStoreError, RunNotFoundError
from pipeline_lib.metadata.store import (
    ErrorRecord,
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
    RunRecord,
)
from pipeline_lib.runners.kubeflow.client.records import ClusterRun, ClusterTask
from pipeline_lib.runners.kubeflow.client.spec_reading import container_tasks, node_of_task

TASK_FAILED = "TaskFailed"
"""Error type of an execution that is known from Kubeflow alone."""

# The first that one of a node's tasks has is the node's.
_BY_WEIGHT = (
    ExecutionState.FAILED,
    ExecutionState.CANCELED,
    ExecutionState.RUNNING,
    ExecutionState.SKIPPED,
    ExecutionState.COMPLETE,
)


class RunExecutions:
    """The executions of one run.

    Args:
        pipeline_name: whose run it is.
        store: where the run is recorded; `None` where it cannot be reached from here.
        spec: the pipeline as it lies on the cluster.
    """

    def __init__(
        self, pipeline_name: str, store: MetadataStore | None, spec: Mapping[str, Any]
    ) -> None:
        self._pipeline_name = pipeline_name
        self._store = store
        self._nodes = node_of_task(spec)
        self._containers = container_tasks(spec)

    def record(self, run: ClusterRun) -> RunRecord | None:
        """The run as the store has it, if it has."""
        if self._store is None:
            return None
        try:
            return self._store.run(run.run_id)
        except (RunNotFoundError, MetadataStoreError):
            return None

    def of(self, run: ClusterRun) -> list[ExecutionRecord]:
        """All executions, oldest first; of a store that has none, as Kubeflow tells them."""
        if self._store is not None:
            try:
                return self._store.executions(run.run_id)
            except RunNotFoundError:
                pass  # its first step has not recorded it; or it is in another store
            except MetadataStoreError:
                self._store = None
        return self.told_by_tasks(run)

    def told_by_tasks(self, run: ClusterRun) -> list[ExecutionRecord]:
        """One execution for each node that has begun, of what Kubeflow tells.

        Iterations of a loop are one, and so are attempts: it does not tell them apart.
        """
        tasks: dict[str, list[ClusterTask]] = {}
        for task in run.tasks:
            if task.state is not None and task.name in self._nodes:
                tasks.setdefault(self._nodes[task.name], []).append(task)
        return [self._execution(run, node, steps) for node, steps in tasks.items()]

    def failed_tasks(self, run: ClusterRun) -> list[ExecutionRecord]:
        """Executions that Kubeflow says to have failed: nodes, or else its own tasks.

        Of these, the ones that have a container: what holds them fails with them.
        """
        nodes = [one for one in self.told_by_tasks(run) if one.state is ExecutionState.FAILED]
        tasks = [task for task in run.tasks if task.state is ExecutionState.FAILED]
        contained = [task for task in tasks if task.name in self._containers]
        return nodes or [self._execution(run, task.name, [task]) for task in contained or tasks]

    def pods(self, run: ClusterRun, node_id: str) -> list[str]:
        """Pods that may have the log of a node, or of a task that belongs to none."""
        return [
            pod
            for task in run.tasks
            if self._nodes.get(task.name, task.name) == node_id
            for pod in task.pods
        ]

    def _execution(
        self, run: ClusterRun, node_id: str, tasks: Sequence[ClusterTask]
    ) -> ExecutionRecord:
        states = {task.state for task in tasks}
        state = next(state for state in _BY_WEIGHT if state in states)
        failed = state is ExecutionState.FAILED
        told = next((task.error for task in tasks if task.error), "")
        message = told or "Kubeflow Pipelines give no reason"
        return ExecutionRecord(
            pipeline_name=self._pipeline_name,
            run_id=run.run_id,
            node_id=node_id,
            type_name="",
            state=state,
            error=ErrorRecord(TASK_FAILED, message) if failed else None,
            started=min((task.started for task in tasks if task.started), default=0.0),
            ended=max(task.ended for task in tasks),
        )
