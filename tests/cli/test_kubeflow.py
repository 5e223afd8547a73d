"""`plib kubeflow`, against a stand-in for the API server of Kubeflow Pipelines."""

from __future__ import annotations

import json
import shlex
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner, Result

from pipeline_lib.cli.kubeflow import command as kubeflow
from pipeline_lib.cli.main import plib
from tests.cli.desk import Desk

if TYPE_CHECKING:
    from tests.runners.kubeflow.client.kfp_api_stub import KfpApiStub

COMPILING = (
    "--image=registry.example/steps:1",
    "--store-secret=plib/url",
    "--pipeline-root=s3://bucket/root",
)


@pytest.fixture
def cluster(desk: Desk, kfp_stub: KfpApiStub, monkeypatch: pytest.MonkeyPatch) -> KfpApiStub:
    """The stand-in, as the environment's Kubeflow."""
    monkeypatch.setenv("KF_PIPELINES_ENDPOINT", kfp_stub.host)
    return kfp_stub


def call(desk: Desk, *arguments: str) -> Result:
    return desk.plib("kubeflow", *arguments)


def submitted(desk: Desk, *arguments: str) -> str:
    result = call(desk, "submit", "steps.py", *COMPILING, *arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout.strip()


def test_compile_writes_a_file_and_needs_no_cluster(desk: Desk) -> None:
    result = call(desk, "compile", "steps.py", *COMPILING, "-o", "steps.yaml")
    assert (result.exit_code, result.stderr) == (0, "Wrote pipeline 'steps' to 'steps.yaml'.\n")
    shown = call(desk, "compile", "steps.py", *COMPILING)
    assert shown.stdout == Path("steps.yaml").read_text()
    assert "registry.example/steps:1" in shown.stdout


def test_submit_starts_a_run_and_tells_its_id(desk: Desk, cluster: KfpApiStub) -> None:
    result = call(desk, "submit", "steps.py", *COMPILING, "--param", "rows=3", "--run-name", "it")
    run = cluster.runs[cluster.last_run]
    assert result.stdout == f"{run.run_id}\n"
    assert result.stderr == (
        f"Started run {run.run_id} of pipeline steps: {cluster.host}/#/runs/details/{run.run_id}\n"
    )
    assert run.runtime_config.parameters == {"rows": 3}
    assert run.display_name == "it"


def test_no_cache_is_another_version(desk: Desk, cluster: KfpApiStub) -> None:
    submitted(desk)
    submitted(desk)
    assert len(cluster.versions) == 1
    submitted(desk, "--no-cache")
    assert len(cluster.versions) == 2


def test_submit_as_json(desk: Desk, cluster: KfpApiStub) -> None:
    told = json.loads(submitted(desk, "--json", "--experiment", "nightly"))
    assert told["run_id"] == cluster.last_run
    assert told["state"] == "running"
    (experiment,) = cluster.experiments.values()
    assert experiment.display_name == "nightly"


def test_submit_and_watch(desk: Desk, cluster: KfpApiStub) -> None:
    cluster.as_it_is_watched(
        lambda: cluster.set_task(cluster.last_run, "load", "SUCCEEDED"),
        lambda: cluster.set_state(cluster.last_run, "SUCCEEDED"),
    )
    result = call(desk, "submit", "steps.py", *COMPILING, "--watch", "--interval=0.01")
    assert result.exit_code == 0
    _, started, node, ended, further = result.stderr.splitlines()
    assert started == f"Run {cluster.last_run} of pipeline steps: 3 nodes"
    assert node.startswith("✓ Load   complete")
    assert ended.startswith("Run complete in ")
    assert further == f"Look further: {cluster.host}/#/runs/details/{cluster.last_run}"


def test_watch_a_run_that_fails(desk: Desk, cluster: KfpApiStub) -> None:
    run_id = submitted(desk)
    cluster.set_task(run_id, "divide", "FAILED", error="OOMKilled")
    cluster.set_state(run_id, "FAILED")
    result = call(desk, "watch", "latest", "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["state"], told["nodes"][0]["state"]) == ("failed", "failed")
    assert result.stderr.endswith(
        f"Error: Run '{run_id}' of pipeline 'steps' failed: 1 of 1 nodes failed, 0 skipped.\n"
        "  Divide: TaskFailed: OOMKilled\n"
        f"    logs of the run: kubectl logs -n kubeflow -l pipeline/runid={run_id} -c main "
        "--prefix --tail=-1\n"
        f"Look further: {cluster.host}/#/runs/details/{run_id}\n"
    )


def test_ctrl_c_leaves_the_run(desk: Desk, cluster: KfpApiStub) -> None:
    run_id = submitted(desk)
    cluster.set_task(run_id, "load", "SUCCEEDED")
    watching = desk.start("kubeflow", "watch", run_id, "--interval", "0.05")
    assert watching.stderr is not None
    next(line for line in watching.stderr if "Load" in line)
    watching.send_signal(signal.SIGINT)
    _, errors = watching.communicate()
    assert watching.returncode == 130
    assert f"Cancel it: plib kubeflow cancel {run_id}" in errors
    assert errors.endswith("Interrupted.\n")
    assert cluster.runs[run_id].state == "PENDING"


def test_runs(desk: Desk, cluster: KfpApiStub) -> None:
    assert call(desk, "runs").stdout == "The cluster has no runs.\n"
    first, second = submitted(desk, "--run-name", "one"), submitted(desk, "--run-name", "two")
    cluster.set_state(first, "SUCCEEDED")
    listed = call(desk, "runs").stdout.splitlines()
    assert [line.split()[:3] for line in listed] == [
        ["Run", "Name", "State"],
        [second, "two", "running"],
        [first, "one", "complete"],
    ]
    told = json.loads(call(desk, "runs", "--json", "--limit", "1").stdout)
    assert [one["run_id"] for one in told] == [second]


def test_cancel(desk: Desk, cluster: KfpApiStub) -> None:
    run_id = submitted(desk)
    result = call(desk, "cancel", run_id[:5])
    assert result.stdout == f"Run {run_id} is being canceled.\n"
    assert cluster.runs[run_id].state == "CANCELING"


def test_a_run_that_is_not_there(desk: Desk, cluster: KfpApiStub) -> None:
    submitted(desk)
    result = call(desk, "cancel", "nope")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: None of the newest 1 runs on the cluster has an id that begins with 'nope'. "
        "'plib kubeflow runs' lists them.\n"
    )


def test_an_id_that_is_not_enough(desk: Desk, cluster: KfpApiStub) -> None:
    submitted(desk)
    submitted(desk)
    result = call(desk, "cancel", "run-")
    assert result.stderr == "Error: 2 runs have an id that begins with 'run-'. Give more of it.\n"


def test_schedules(desk: Desk, cluster: KfpApiStub) -> None:
    assert call(desk, "schedule", "list").stdout == "The cluster has no schedules.\n"
    made = call(
        desk, "schedule", "create", "steps.py", *COMPILING, "--cron", "30 2 * * *", "--name", "n"
    )
    assert made.stderr == "Made schedule 'n' of pipeline 'steps'.\n"
    schedule_id = made.stdout.strip()
    _, line = call(desk, "schedule", "list").stdout.splitlines()
    assert line.split()[:9] == [schedule_id, "n", "enabled", "0", "30", "2", "*", "*", "*"]
    assert call(desk, "schedule", "disable", "n").stdout == "Schedule n is disabled.\n"
    told = json.loads(call(desk, "schedule", "list", "--json").stdout)
    assert [(one["name"], one["enabled"]) for one in told] == [("n", False)]
    assert call(desk, "schedule", "enable", schedule_id).exit_code == 0
    assert call(desk, "schedule", "delete", "n").stdout == "Schedule n is deleted.\n"
    assert cluster.recurring == {}


def test_a_schedule_that_is_not_there(desk: Desk, cluster: KfpApiStub) -> None:
    result = call(desk, "schedule", "disable", "nightly")
    assert result.exit_code == 2
    assert result.stderr == "Error: The cluster has no schedule 'nightly'. None exist.\n"


def test_a_schedule_without_a_time(desk: Desk, cluster: KfpApiStub) -> None:
    result = call(desk, "schedule", "create", "steps.py", *COMPILING)
    assert result.exit_code == 2
    assert (
        result.stderr
        == "Error: A schedule takes either cron (--cron) or an interval (--interval).\n"
    )
    assert cluster.requests == []


def test_a_secret_that_is_not_one(desk: Desk) -> None:
    result = call(desk, "compile", "steps.py", "--store-secret", "plib")
    assert result.exit_code == 2
    assert result.stderr.endswith(
        "Error: Invalid value for '--store-secret' (env var: 'PLIB_STORE_SECRET'): expected "
        "SECRET/KEY, got 'plib'.\n"
    )


def test_nothing_says_where_the_store_is(desk: Desk) -> None:
    result = call(desk, "compile", "steps.py", "--image=registry.example/steps:1")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: Nothing says which metadata store the containers write to. Put the store's URL "
        "into a Kubernetes secret, as 'kubectl create secret generic pipeline-store "
        "--from-literal=url=mysql://USER:PASSWORD@HOST:PORT/DATABASE' does, and give "
        'store_secret=("pipeline-store", "url") (--store-secret pipeline-store/url).\n'
    )


def test_a_password_would_be_read_by_everybody(desk: Desk) -> None:
    store = "mysql://me:secret@db.example/mlmd"
    result = call(desk, "compile", "steps.py", *COMPILING[::2], "--store", store)
    assert result.exit_code == 2
    assert "holds a password, which would be written into the compiled pipeline" in result.stderr


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The path of each command below a group."""
    found = []
    context = click.Context(group)
    for name in group.list_commands(context):
        inner = group.get_command(context, name)
        assert inner is not None
        assert inner.name == name
        found += leaves(inner, (*path, name)) if isinstance(inner, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("path", leaves(kubeflow), ids=" ".join)
def test_every_command_has_examples_that_its_parser_takes(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(plib, ["kubeflow", *path, "--help"], prog_name="plib")
    _, _, listed = result.stdout.partition("  Examples:\n")
    examples = [shlex.split(line, comments=True) for line in listed.splitlines()]
    assert len(examples) >= 3
    inner: click.Command = kubeflow
    for name in path:
        assert isinstance(inner, click.Group)
        found = inner.get_command(click.Context(inner), name)
        assert found is not None
        inner = found
    for _, *words in examples:
        assert tuple(words[: len(path) + 1]) == ("kubeflow", *path)
        inner.make_context(path[-1], words[len(path) + 1 :], parent=click.Context(kubeflow))
