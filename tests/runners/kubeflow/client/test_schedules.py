from __future__ import annotations

from typing import Any

import pytest

from pipeline_lib.errors import AuthoringError, RunNotFoundError
from pipeline_lib.runners.kubeflow.client.cluster import Cluster
from pipeline_lib.runners.kubeflow.client.schedules import (
    When,
    create_schedule,
    delete_schedule,
    disable_schedule,
    enable_schedule,
    schedules,
)
from pipeline_lib.runners.kubeflow.client.uploads import upload
from tests.runners.kubeflow.client.small_pipeline import small_document
from tests.whole_message import raises

pytest.importorskip("kfp", reason="kfp is not installed")

from tests.runners.kubeflow.client.kfp_api_stub import KfpApiStub


def test_cron_and_interval(cluster: Cluster, kfp_stub: KfpApiStub) -> None:
    version = upload(cluster, "small", small_document())
    nightly = create_schedule(cluster, "nightly", version, When(cron="30 2 * * *"), {"rows": 3})
    often = create_schedule(cluster, "often", version, When(interval=3600, catch_up=True), {})
    assert [one.name for one in schedules(cluster)] == ["nightly", "often"]
    assert (nightly.cron, nightly.interval) == ("0 30 2 * * *", 0)
    assert (often.cron, often.interval) == ("", 3600)
    assert nightly.version_id == version.version_id
    held = kfp_stub.recurring
    assert held[nightly.schedule_id].runtime_config.parameters == {"rows": 3}
    assert [one.no_catchup for one in held.values()] == [True, False]


def test_six_fields_are_taken_as_they_are() -> None:
    assert When(cron="15 30 2 * * 1-5").six_fields == "15 30 2 * * 1-5"


def test_disabled_enabled_and_deleted(cluster: Cluster) -> None:
    version = upload(cluster, "small", small_document())
    made = create_schedule(cluster, "nightly", version, When(cron="30 2 * * *"), {})
    assert made.enabled
    disable_schedule(cluster, made.schedule_id)
    assert [one.enabled for one in schedules(cluster)] == [False]
    enable_schedule(cluster, made.schedule_id)
    assert [one.enabled for one in schedules(cluster)] == [True]
    delete_schedule(cluster, made.schedule_id)
    assert schedules(cluster) == []


def test_a_schedule_that_is_not_there(cluster: Cluster, kfp_stub: KfpApiStub) -> None:
    with raises(
        RunNotFoundError,
        f"Kubeflow Pipelines at '{kfp_stub.host}' could not delete schedule 'x': "
        "ResourceNotFoundError: Job x not found.",
    ):
        delete_schedule(cluster, "x")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "A schedule takes either cron (--cron) or an interval (--interval)."),
        (
            {"cron": "* * * * *", "interval": 5},
            "A schedule takes either cron (--cron) or an interval (--interval).",
        ),
        (
            {"cron": "daily"},
            "A schedule's cron has five fields (minute, hour, day of the month, month, day of the "
            "week), or six with the second before them; got 'daily'.",
        ),
        ({"interval": 0}, "A schedule's interval is at least one second, got 0."),
        (
            {"interval": 5, "max_concurrency": 11},
            "A schedule's max_concurrency is from 1 to 10, got 11.",
        ),
    ],
)
def test_what_cannot_be_a_schedule(given: dict[str, Any], message: str) -> None:
    with raises(AuthoringError, message):
        When(**given)
