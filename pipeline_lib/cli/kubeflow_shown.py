"""How runs and schedules on a cluster are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from typing import Any

from rich.text import Text

from pipeline_lib.report.columns import in_columns
from pipeline_lib.report.wording import duration, moment, run_state
from pipeline_lib.runners.kubeflow.client.records import ClusterRun, Schedule


def run_json(run: ClusterRun, url: str) -> dict[str, Any]:
    """A run as JSON."""
    return {
        "run_id": run.run_id,
        "name": run.name,
        "state": run.state.value,
        "url": url,
        "pipeline_id": run.pipeline_id,
        "version_id": run.version_id,
        "experiment_id": run.experiment_id,
        "parameters": dict(run.parameters),
        "created": _time(run.created),
        "ended": _time(run.ended),
        "error": run.error or None,
    }


def schedule_json(schedule: Schedule) -> dict[str, Any]:
    """A schedule as JSON."""
    return {
        "schedule_id": schedule.schedule_id,
        "name": schedule.name,
        "enabled": schedule.enabled,
        "cron": schedule.cron or None,
        "interval": schedule.interval or None,
        "max_concurrency": schedule.max_concurrency,
        "pipeline_id": schedule.pipeline_id,
        "version_id": schedule.version_id,
        "created": _time(schedule.created),
    }


def run_table(runs: Iterable[ClusterRun]) -> Text:
    """A line for each run, below a line of titles."""
    return _table(("Run", "Name", "State", "Created", "Took"), map(_run_row, runs))


def schedule_table(schedules: Iterable[Schedule]) -> Text:
    """A line for each schedule, below a line of titles."""
    return _table(("Schedule", "Name", "State", "When", "Created"), map(_schedule_row, schedules))


def _table(titles: Sequence[str], rows: Iterable[Sequence[Text]]) -> Text:
    return in_columns([[Text(title, "bold") for title in titles], *rows])


def _run_row(run: ClusterRun) -> list[Text]:
    took = duration(run.ended - run.created) if run.ended else ""
    name = Text(run.name)
    return [Text(run.run_id, "bold"), name, run_state(run.state), _moment(run.created), Text(took)]


def _schedule_row(schedule: Schedule) -> list[Text]:
    state = Text("enabled", "green") if schedule.enabled else Text("disabled", "yellow")
    when = schedule.cron or f"every {schedule.interval} s"
    name = Text(schedule.name)
    return [Text(schedule.schedule_id, "bold"), name, state, Text(when), _moment(schedule.created)]


def _moment(seconds: float) -> Text:
    return Text(moment(seconds) if seconds else "")


def _time(seconds: float) -> str | None:
    if not seconds:
        return None
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")
