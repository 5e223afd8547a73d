"""kfp's answers as records."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pipeline_lib.metadata.records import RunState
from pipeline_lib.runners.kubeflow.client.records import (
    RUN_STATES,
    TASK_STATES,
    ClusterRun,
    ClusterTask,
    Schedule,
)


def run_of(answer: Any) -> ClusterRun:
    """A run, of a `V2beta1Run`."""
    word = answer.state or "PENDING"
    reference = answer.pipeline_version_reference
    details = answer.run_details
    return ClusterRun(
        run_id=answer.run_id,
        name=answer.display_name or "",
        state=RUN_STATES.get(word, RunState.RUNNING),
        word=word,
        experiment_id=answer.experiment_id or "",
        pipeline_id=(reference and reference.pipeline_id) or "",
        version_id=(reference and reference.pipeline_version_id) or "",
        parameters=dict((answer.runtime_config and answer.runtime_config.parameters) or {}),
        error=_message(answer.error),
        tasks=tuple(_task_of(one) for one in (details and details.task_details) or []),
        created=_seconds(answer.created_at),
        ended=_seconds(answer.finished_at),
    )


def schedule_of(answer: Any) -> Schedule:
    """A schedule, of a `V2beta1RecurringRun`."""
    trigger = answer.trigger
    cron = trigger and trigger.cron_schedule
    periodic = trigger and trigger.periodic_schedule
    reference = answer.pipeline_version_reference
    return Schedule(
        schedule_id=answer.recurring_run_id,
        name=answer.display_name or "",
        enabled=answer.status == "ENABLED",
        cron=(cron and cron.cron) or "",
        interval=int((periodic and periodic.interval_second) or 0),
        max_concurrency=int(answer.max_concurrency or 1),
        pipeline_id=(reference and reference.pipeline_id) or "",
        version_id=(reference and reference.pipeline_version_id) or "",
        created=_seconds(answer.created_at),
    )


def _task_of(answer: Any) -> ClusterTask:
    # The server gives a task's own pod only in newer versions; its child's is the next best.
    pods = [answer.pod_name, *(child.pod_name for child in answer.child_tasks or [])]
    return ClusterTask(
        name=answer.display_name or "",
        state=TASK_STATES.get(answer.state or ""),
        error=_message(answer.error),
        pods=tuple(pod for pod in pods if pod),
        started=_seconds(answer.start_time),
        ended=_seconds(answer.end_time),
    )


def _message(status: Any) -> str:
    return (status and status.message) or ""


def _seconds(moment: datetime | None) -> float:
    # What has not happened yet is told as a moment before 1970.
    return 0.0 if moment is None else max(0.0, moment.timestamp())
