"""A run on a cluster is told as a local one, from the store or from what Kubeflow tells."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from pathlib import Path

import pytest

from pipeline_lib import ir
from pipeline_lib.errors import ClusterError, PipelineRunError, RunNotFoundError
from pipeline_lib.metadata.connection import MySqlConnection, SqliteConnection
from pipeline_lib.metadata.store import (
    ErrorRecord,
    ExecutionRecord,
    ExecutionState,
    RunRecord,
    RunState,
    open_store,
)
from pipeline_lib.node.run import Run
from pipeline_lib.runners.kubeflow.client.cluster import Cluster
from pipeline_lib.runners.kubeflow.client.following import follow
from pipeline_lib.runners.kubeflow.client.result import KubeflowRunResult
from pipeline_lib.runners.kubeflow.client.uploads import upload
from pipeline_lib.runners.local.runner import LocalRunner
from tests.runners.kubeflow.client.small_pipeline import compiled, small_document
from tests.whole_message import raises

pytest.importorskip("kfp", reason="kfp is not installed")

from tests.runners.kubeflow.client.kfp_api_stub import KfpApiStub

LINES = list[str]


class Told:
    """Keeps what a listener is told."""

    def __init__(self) -> None:
        self.lines: LINES = []

    def run_started(self, run: Run, awaited: Collection[str]) -> None:
        self.lines.append(f"{run.pipeline.name} begins")

    def node_started(self, instance: str) -> None:
        self.lines.append(f"{instance} starts")

    def node_retried(self, execution: ExecutionRecord, delay: float) -> None:
        self.lines.append(f"{execution.instance} again in {delay:g}")

    def node_ended(self, execution: ExecutionRecord, seconds: float) -> None:
        self.lines.append(f"{execution.instance} {execution.state.value} after {seconds:g}")

    def image_pulled(self, image: str, progress: str) -> None:
        self.lines.append(f"{image} is fetched: {progress}")

    def run_ended(self, run: RunRecord, seconds: float) -> None:
        self.lines.append(f"run {run.state.value}")


class Leaving(Told):
    """A user who presses Ctrl-C when the first node has ended."""

    def node_ended(self, execution: ExecutionRecord, seconds: float) -> None:
        super().node_ended(execution, seconds)
        raise KeyboardInterrupt


@pytest.fixture
def run_id(cluster: Cluster, kfp_stub: KfpApiStub) -> str:
    """A run of the small pipeline, which waits to begin."""
    return start(cluster, compiled(), small_document())


def start(cluster: Cluster, pipeline: ir.Pipeline, document: str) -> str:
    version = upload(cluster, pipeline.name, document)
    return cluster.start(version.pipeline_id, version.version_id, "a run", {"rows": 4}).run_id


def followed(
    cluster: Cluster, run_id: str, told: Told, config: SqliteConnection | None = None
) -> KubeflowRunResult:
    return follow(cluster, run_id, config, told, interval=0.001).result_or_raise()


def test_what_kubeflow_tells_has_to_do_without_a_store(
    cluster: Cluster, kfp_stub: KfpApiStub, run_id: str
) -> None:
    kfp_stub.as_it_is_watched(
        lambda: kfp_stub.set_state(run_id, "RUNNING"),
        lambda: kfp_stub.set_task(run_id, "load", "RUNNING"),
        lambda: kfp_stub.set_task(run_id, "load", "SUCCEEDED"),
        lambda: kfp_stub.set_task(run_id, "divide", "SUCCEEDED"),
        lambda: kfp_stub.set_state(run_id, "SUCCEEDED"),
    )
    told = Told()
    result = followed(cluster, run_id, told)
    assert told.lines == [
        "small begins",
        "Load starts",
        "Load complete after 1",
        "Divide starts",
        "Divide complete after 1",
        "run complete",
    ]
    assert result.run.state is RunState.COMPLETE
    assert result["Divide"].state is ExecutionState.COMPLETE
    assert result.run.parameters == {"rows": 4}
    assert result.url == f"{kfp_stub.host}/#/runs/details/{run_id}"


def test_the_store_is_followed_where_it_can_be_reached(
    cluster: Cluster, kfp_stub: KfpApiStub, tmp_path: Path
) -> None:
    pipeline = compiled(str(tmp_path / "root"))
    run_id = start(cluster, pipeline, small_document())
    config = SqliteConnection(str(tmp_path / "store.sqlite"))
    # The local runner stands for the containers: it records what they would.
    runner = LocalRunner(inline=True, progress=False)
    runner.run(pipeline, run_id=run_id, metadata_connection_config=config)
    kfp_stub.set_state(run_id, "SUCCEEDED")
    told = Told()
    result = followed(cluster, run_id, told, config)
    assert [line.partition(" after")[0] for line in told.lines] == [
        "small begins",
        "Load starts",
        "Load complete",
        "Divide starts",
        "Divide complete",
        "run complete",
    ]
    assert result["Divide"].outputs["result"][0].uri.startswith(str(tmp_path / "root"))
    assert result.run.pipeline_root == str(tmp_path / "root")


def test_attempts_are_told_as_they_fail(
    cluster: Cluster, kfp_stub: KfpApiStub, run_id: str, tmp_path: Path
) -> None:
    config = SqliteConnection(str(tmp_path / "store.sqlite"))
    store = open_store(config)
    run = RunRecord("small", run_id, RunState.RUNNING)
    error = ErrorRecord("ValueError", "no luck")

    def record(state: ExecutionState) -> None:
        failed = error if state is ExecutionState.FAILED else None
        store.record_run(run)
        store.record(ExecutionRecord("small", run_id, "Divide", "Divide", state, error=failed))

    kfp_stub.as_it_is_watched(
        lambda: None,
        lambda: record(ExecutionState.FAILED),
        lambda: None,
        lambda: record(ExecutionState.COMPLETE),
        lambda: kfp_stub.set_state(run_id, "SUCCEEDED"),
    )
    told = Told()
    followed(cluster, run_id, told, config)
    store.close()
    assert [line.split(" in ")[0].split(" after ")[0] for line in told.lines] == [
        "small begins",
        "Divide starts",
        "Divide again",
        "Divide complete",
        "run complete",
    ]


def test_a_failed_run_names_the_node_and_the_end_of_its_log(
    cluster: Cluster, kfp_stub: KfpApiStub, tmp_path: Path
) -> None:
    pipeline = compiled(str(tmp_path / "root"))
    run_id = start(cluster, pipeline, small_document())
    config = SqliteConnection(str(tmp_path / "store.sqlite"))
    with pytest.raises(PipelineRunError):
        LocalRunner(inline=True, progress=False).run(
            pipeline, {"rows": 0}, run_id=run_id, metadata_connection_config=config
        )
    kfp_stub.set_task(run_id, "load", "SUCCEEDED")
    kfp_stub.set_task(run_id, "divide", "FAILED", pod="divide-pod")
    kfp_stub.set_state(run_id, "FAILED")
    kfp_stub.logs["divide-pod"] = "".join(f"line {number}\n" for number in range(30))
    with pytest.raises(PipelineRunError) as caught:
        followed(cluster, run_id, Told(), config)
    lines = str(caught.value).splitlines()
    assert lines[:2] == [
        f"Run '{run_id}' of pipeline 'small' failed: 1 of 2 nodes failed, 0 skipped.",
        "  Divide: ZeroDivisionError: division by zero",
    ]
    assert lines[2].startswith("    at ")
    assert lines[3:] == [
        "    end of its log:",
        *(f"      line {number}" for number in range(10, 30)),
        f"Look further: {kfp_stub.host}/#/runs/details/{run_id}",
    ]


def test_the_log_that_the_node_has_left_comes_first(
    cluster: Cluster, kfp_stub: KfpApiStub, run_id: str, tmp_path: Path
) -> None:
    log = tmp_path / "log.txt"
    log.write_text("as the executor said\n")
    config = SqliteConnection(str(tmp_path / "store.sqlite"))
    error = ErrorRecord("ValueError", "no luck")
    with closing(open_store(config)) as store:
        store.record_run(RunRecord("small", run_id, RunState.FAILED))
        store.record(
            ExecutionRecord(
                "small",
                run_id,
                "Load",
                "Load",
                ExecutionState.FAILED,
                error=error,
                log_uri=str(log),
            )
        )
    # The last step, which settles the run, succeeds; the failure is the store's to tell.
    kfp_stub.set_state(run_id, "SUCCEEDED")
    with raises(
        PipelineRunError,
        f"Run '{run_id}' of pipeline 'small' failed: 1 of 1 nodes failed, 0 skipped.\n"
        "  Load: ValueError: no luck\n"
        f"    log: {log}\n"
        "    end of its log:\n"
        "      as the executor said\n"
        f"Look further: {kfp_stub.host}/#/runs/details/{run_id}",
    ):
        followed(cluster, run_id, Told(), config)


def test_without_a_store_kubeflow_tells_what_failed(
    cluster: Cluster, kfp_stub: KfpApiStub, run_id: str
) -> None:
    kfp_stub.set_task(run_id, "load", "FAILED", pod="load-pod", error="OOMKilled")
    kfp_stub.set_task(run_id, "divide", "SKIPPED")
    kfp_stub.set_state(run_id, "FAILED")
    with raises(
        PipelineRunError,
        f"Run '{run_id}' of pipeline 'small' failed: 1 of 2 nodes failed, 1 skipped.\n"
        "  Load: TaskFailed: OOMKilled\n"
        "    logs of the run: kubectl logs -n kubeflow -l "
        f"pipeline/runid={run_id} -c main --prefix --tail=-1\n"
        f"Look further: {kfp_stub.host}/#/runs/details/{run_id}",
    ):
        followed(cluster, run_id, Told())


def test_a_run_whose_first_step_failed_has_no_nodes(
    cluster: Cluster, kfp_stub: KfpApiStub, run_id: str, tmp_path: Path
) -> None:
    kfp_stub.set_task(run_id, "root", "FAILED")
    kfp_stub.set_task(run_id, "begin", "FAILED", pod="begin-pod")
    kfp_stub.set_state(run_id, "FAILED")
    kfp_stub.logs["begin-pod"] = "MetadataStoreError: no route to the store\n"
    with raises(
        PipelineRunError,
        f"Run '{run_id}' of pipeline 'small' failed, and no node is recorded to have: see "
        "Kubeflow's tasks 'begin'.\n"
        "  begin: TaskFailed: Kubeflow Pipelines give no reason\n"
        "    end of its log:\n"
        "      MetadataStoreError: no route to the store\n"
        f"Look further: {kfp_stub.host}/#/runs/details/{run_id}",
    ):
        followed(cluster, run_id, Told(), SqliteConnection(str(tmp_path / "store.sqlite")))


def test_a_server_that_tells_nothing_of_tasks(
    cluster: Cluster, kfp_stub: KfpApiStub, run_id: str
) -> None:
    kfp_stub.set_state(run_id, "FAILED")
    with raises(
        PipelineRunError,
        f"Run '{run_id}' of pipeline 'small' failed: Kubeflow Pipelines give no reason\n"
        f"Look further: {kfp_stub.host}/#/runs/details/{run_id}",
    ):
        followed(cluster, run_id, Told())


def test_a_canceled_run(cluster: Cluster, kfp_stub: KfpApiStub, run_id: str) -> None:
    cluster.cancel(run_id)
    assert cluster.run(run_id).state is RunState.RUNNING
    kfp_stub.as_it_is_watched(lambda: None, lambda: kfp_stub.set_state(run_id, "CANCELED"))
    with raises(PipelineRunError, f"Run '{run_id}' of pipeline 'small' was canceled."):
        followed(cluster, run_id, Told())


def test_ctrl_c_leaves_the_run_and_says_how_to_go_on(
    cluster: Cluster, kfp_stub: KfpApiStub, run_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kfp_stub.set_task(run_id, "load", "SUCCEEDED")
    told = Leaving()
    with pytest.raises(KeyboardInterrupt):
        followed(cluster, run_id, told)
    assert told.lines[-1] == "run running"
    assert capsys.readouterr().err == (
        f"Run {run_id} goes on. Watch it: plib kubeflow watch {run_id} --host {kfp_stub.host}\n"
        f"Cancel it: plib kubeflow cancel {run_id} --host {kfp_stub.host}\n"
    )
    assert "run_service_terminate_run" not in kfp_stub.requests


def test_a_server_that_is_busy_for_a_moment_is_asked_again(
    cluster: Cluster, kfp_stub: KfpApiStub, run_id: str
) -> None:
    def be_busy() -> None:
        kfp_stub.failing = [503] * 4

    kfp_stub.as_it_is_watched(
        lambda: None, be_busy, lambda: kfp_stub.set_state(run_id, "SUCCEEDED")
    )
    assert followed(cluster, run_id, Told()).run.state is RunState.COMPLETE


def test_a_token_that_has_expired_is_made_anew(
    cluster: Cluster, kfp_stub: KfpApiStub, run_id: str
) -> None:
    def expire() -> None:
        kfp_stub.failing = [401]

    kfp_stub.as_it_is_watched(lambda: None, expire, lambda: kfp_stub.set_state(run_id, "SUCCEEDED"))
    kfp_stub.requests.clear()
    assert followed(cluster, run_id, Told()).run.state is RunState.COMPLETE
    assert "healthz_service_get_healthz" in kfp_stub.requests


def test_a_server_that_stays_away_ends_it(
    cluster: Cluster, kfp_stub: KfpApiStub, run_id: str
) -> None:
    def be_busy() -> None:
        kfp_stub.failing = [503] * 5

    kfp_stub.as_it_is_watched(lambda: None, be_busy)
    with raises(
        ClusterError,
        f"Kubeflow Pipelines at '{kfp_stub.host}' could not show run '{run_id}' (503): upstream "
        "connect error.",
    ):
        followed(cluster, run_id, Told())


def test_a_store_that_cannot_be_reached_is_told_and_done_without(
    cluster: Cluster, kfp_stub: KfpApiStub, run_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kfp_stub.set_task(run_id, "load", "SUCCEEDED")
    kfp_stub.set_state(run_id, "SUCCEEDED")
    nowhere = MySqlConnection("127.0.0.1", 1, "plib", "plib", "")
    result = follow(cluster, run_id, nowhere, Told(), interval=0.001).result
    assert list(result.executions) == ["Load"]
    told = capsys.readouterr().err
    assert told.endswith("\nWhat is shown of the run is what Kubeflow tells.\n")


def test_a_run_that_is_not_there(cluster: Cluster, kfp_stub: KfpApiStub) -> None:
    with raises(
        RunNotFoundError,
        f"Kubeflow Pipelines at '{kfp_stub.host}' could not show run 'x': ResourceNotFoundError: "
        "Run x not found.",
    ):
        followed(cluster, "x", Told())


def test_a_run_that_kfps_own_client_started(
    cluster: Cluster, kfp_stub: KfpApiStub, tmp_path: Path
) -> None:
    (tmp_path / "small.yaml").write_text(small_document())
    started = cluster.kfp.create_run_from_pipeline_package(str(tmp_path / "small.yaml"))
    kfp_stub.set_task(started.run_id, "load", "SUCCEEDED")
    kfp_stub.set_state(started.run_id, "SUCCEEDED")
    assert list(followed(cluster, started.run_id, Told()).executions) == ["Load"]
    assert kfp_stub.versions == {}


def test_a_run_of_another_tool(cluster: Cluster, kfp_stub: KfpApiStub) -> None:
    foreign = small_document().replace("kubeflow.steps", "other")
    run_id = start(cluster, compiled(), foreign)
    with raises(
        RunNotFoundError,
        f"Run '{run_id}' is not one of a pipeline that was compiled with this library, or the "
        "cluster does not keep its pipeline any more.",
    ):
        followed(cluster, run_id, Told())


def test_runs_are_listed_newest_first(cluster: Cluster, kfp_stub: KfpApiStub, run_id: str) -> None:
    newer = start(cluster, compiled(), small_document())
    assert [one.run_id for one in cluster.runs(5)] == [newer, run_id]
    assert [one.run_id for one in cluster.runs(1)] == [newer]
    assert len(cluster.runs(5, experiment="Default")) == 2
    with raises(RunNotFoundError, "The cluster has no experiment 'other'."):
        cluster.runs(5, experiment="other")
    assert len(kfp_stub.experiments) == 1
