"""Pipelines that run again and again: Kubeflow's recurring runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline_lib.errors import AuthoringError
from pipeline_lib.runners.kubeflow.client.cluster import Cluster
from pipeline_lib.runners.kubeflow.client.reading import schedule_of
from pipeline_lib.runners.kubeflow.client.records import PipelineVersion, Schedule

_MOST_LISTED = 200
_CRON_FIELDS = (5, 6)


@dataclass(frozen=True)
class When:
    """When a pipeline runs.

    Attributes:
        cron: five fields from minutes to days of the week, or six with seconds before them.
        interval: seconds from one run to the next.
        max_concurrency: how many of its runs may go on at once, 1 to 10.
        catch_up: whether runs that were missed, while it was disabled, are made up for.
        start_time, end_time: first and last moment, as `2026-01-31T23:59:00Z`.

    Raises:
        AuthoringError: there is not exactly one of `cron` and `interval`, or a value is not
            possible.
    """

    cron: str | None = None
    interval: int | None = None
    max_concurrency: int = 1
    catch_up: bool = False
    start_time: str | None = None
    end_time: str | None = None

    def __post_init__(self) -> None:
        if (self.cron is None) == (self.interval is None):
            raise AuthoringError(
                "A schedule takes either cron (--cron) or an interval (--interval)."
            )
        if self.cron is not None and len(self.cron.split()) not in _CRON_FIELDS:
            raise AuthoringError(
                f"A schedule's cron has five fields (minute, hour, day of the month, month, day of "
                f"the week), or six with the second before them; got {self.cron!r}."
            )
        if self.interval is not None and self.interval < 1:
            raise AuthoringError(
                f"A schedule's interval is at least one second, got {self.interval}."
            )
        if not 1 <= self.max_concurrency <= 10:
            raise AuthoringError(
                f"A schedule's max_concurrency is from 1 to 10, got {self.max_concurrency}."
            )

    @property
    def six_fields(self) -> str | None:
        """The cron expression as Kubeflow takes it: with seconds."""
        if self.cron is None:
            return None
        fields = self.cron.split()
        return " ".join(fields if len(fields) == 6 else ["0", *fields])


def create_schedule(
    cluster: Cluster,
    name: str,
    version: PipelineVersion,
    when: When,
    parameters: Mapping[str, Any],
    experiment: str | None = None,
    service_account: str | None = None,
) -> Schedule:
    """Let a version of a pipeline run again and again, from now on."""
    experiment_id = cluster.experiment_id(experiment)
    with cluster.asking(f"make schedule {name!r}"):
        answer = cluster.kfp.create_recurring_run(
            experiment_id=experiment_id,
            job_name=name,
            start_time=when.start_time,
            end_time=when.end_time,
            interval_second=when.interval,
            cron_expression=when.six_fields,
            max_concurrency=when.max_concurrency,
            no_catchup=not when.catch_up,
            params=dict(parameters),
            pipeline_id=version.pipeline_id,
            version_id=version.version_id,
            service_account=service_account,
        )
    return schedule_of(answer)


def schedules(cluster: Cluster) -> list[Schedule]:
    """All schedules."""
    with cluster.asking("list the schedules"):
        answer = cluster.kfp.list_recurring_runs(
            page_size=_MOST_LISTED, namespace=cluster.namespace
        )
    return [schedule_of(one) for one in answer.recurring_runs or []]


def enable_schedule(cluster: Cluster, schedule_id: str) -> None:
    """Let a schedule's runs begin again.

    Raises:
        RunNotFoundError: there is no such schedule.
    """
    with cluster.asking(f"enable schedule {schedule_id!r}"):
        cluster.kfp.enable_recurring_run(schedule_id)


def disable_schedule(cluster: Cluster, schedule_id: str) -> None:
    """Let no further run of a schedule begin.

    Raises:
        RunNotFoundError: there is no such schedule.
    """
    with cluster.asking(f"disable schedule {schedule_id!r}"):
        cluster.kfp.disable_recurring_run(schedule_id)


def delete_schedule(cluster: Cluster, schedule_id: str) -> None:
    """Delete a schedule. Its runs stay.

    Raises:
        RunNotFoundError: there is no such schedule.
    """
    with cluster.asking(f"delete schedule {schedule_id!r}"):
        cluster.kfp.delete_recurring_run(schedule_id)
