"""What a cluster tells, as plain records in the words of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline_lib.metadata.records import ExecutionState, RunState

RUN_STATES: Mapping[str, RunState] = {
    "RUNTIME_STATE_UNSPECIFIED": RunState.RUNNING,
    "PENDING": RunState.RUNNING,
    "RUNNING": RunState.RUNNING,
    "PAUSED": RunState.RUNNING,
    "CANCELING": RunState.RUNNING,
    "SUCCEEDED": RunState.COMPLETE,
    "SKIPPED": RunState.CANCELED,
    "FAILED": RunState.FAILED,
    "CANCELED": RunState.CANCELED,
}
"""State of a run by Kubeflow's word. A run that is skipped is one that was due and not made."""

TASK_STATES: Mapping[str, ExecutionState] = {
    "RUNNING": ExecutionState.RUNNING,
    "PAUSED": ExecutionState.RUNNING,
    "CANCELING": ExecutionState.RUNNING,
    "SUCCEEDED": ExecutionState.COMPLETE,
    "SKIPPED": ExecutionState.SKIPPED,
    "FAILED": ExecutionState.FAILED,
    "CANCELED": ExecutionState.CANCELED,
}
"""State of an execution by Kubeflow's word for a task's; one that waits has none."""


@dataclass(frozen=True)
class ClusterTask:
    """A task of a run, as Kubeflow tells it.

    Attributes:
        name: of the task in the compiled pipeline; in a loop, several have the same.
        state: `None` where it has not begun.
        pods: names of pods that may have its log.
        started, ended: seconds since the epoch, or 0.
    """

    name: str
    state: ExecutionState | None
    error: str = ""
    pods: tuple[str, ...] = ()
    started: float = 0.0
    ended: float = 0.0


@dataclass(frozen=True)
class ClusterRun:
    """A run, as Kubeflow tells it.

    Attributes:
        run_id: Kubeflow's id of it, which is its id in the store, too.
        name: what people call it.
        word: its state in Kubeflow's own word.
        pipeline_id, version_id: what is run; empty where it was given whole.
        tasks: empty where the server does not tell them.
        created, ended: seconds since the epoch, or 0.
    """

    run_id: str
    name: str
    state: RunState
    word: str
    experiment_id: str = ""
    pipeline_id: str = ""
    version_id: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    tasks: tuple[ClusterTask, ...] = ()
    created: float = 0.0
    ended: float = 0.0


@dataclass(frozen=True)
class PipelineVersion:
    """A compiled pipeline that lies on the cluster.

    Attributes:
        name: digest of the compiled pipeline.
        is_new: whether it was not there before.
    """

    pipeline_id: str
    version_id: str
    name: str
    is_new: bool


@dataclass(frozen=True)
class Schedule:
    """A pipeline that runs again and again.

    Attributes:
        cron: when, in six fields from seconds to days of the week; empty where `interval` says it.
        interval: seconds from one run to the next; 0 where `cron` says it.
    """

    schedule_id: str
    name: str
    enabled: bool
    cron: str = ""
    interval: int = 0
    max_concurrency: int = 1
    pipeline_id: str = ""
    version_id: str = ""
    created: float = 0.0
