"""`KubeflowRunner`: what it compiles, and runs against a stand-in for Kubeflow Pipelines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pipeline_lib
from pipeline_lib import (
    Parameter,
    Pipeline,
    RunOptions,
    RuntimeParameter,
    component,
    grpc_metadata_connection_config,
    mysql_metadata_connection_config,
    sqlite_metadata_connection_config,
)
from pipeline_lib.errors import AuthoringError, PipelineLibError, PipelineRunError
from pipeline_lib.kubernetes import KubernetesOptions, Toleration
from pipeline_lib.metadata.store import ExecutionState
from pipeline_lib.runners.kubeflow.runner import KubeflowRunner
from pipeline_lib.runners.kubeflow.settings import StoreFromSecret, StoreUrl
from pipeline_lib.runners.kubeflow.store_place import store_place
from tests.fresh_process import run_python
from tests.runners.kubeflow.client.small_pipeline import compiled, small_pipeline
from tests.whole_message import raises

if TYPE_CHECKING:
    from tests.runners.kubeflow.client.kfp_api_stub import KfpApiStub

IMAGE = "registry.example/small:1"


@component
def Take(number: Parameter[float], flag: Parameter[bool], words: Parameter[list[str]]) -> None:
    pass


def runner_at(stub: KfpApiStub, **options: Any) -> KubeflowRunner:
    return KubeflowRunner(
        IMAGE, store_secret=("plib", "url"), host=stub.host, interval=0.001, **options
    )


def variables(document: Any) -> dict[str, Any]:
    """The container's environment of the first step."""
    container = document.spec["deploymentSpec"]["executors"]["exec-begin"]["container"]
    return {one["name"]: one["value"] for one in container.get("env", [])}


def test_it_is_a_name_of_the_library() -> None:
    assert pipeline_lib.KubeflowRunner is KubeflowRunner


def test_compiling_for_a_cluster_loads_no_client_of_one(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from pipeline_lib import KubeflowRunner\n"
        "from tests.runners.kubeflow.client.small_pipeline import small_pipeline\n"
        "KubeflowRunner('image', store_secret=('plib', 'url')).compile(small_pipeline())\n"
        "heavy = {'kfp', 'kfp_server_api', 'kubernetes', 'ml_metadata', 'rich', 'yaml'}\n"
        "print(heavy & set(sys.modules))\n"
    )
    assert run_python(program, cwd=tmp_path) == "set()\n"


def test_compile_gives_the_document_and_writes_it(tmp_path: Path) -> None:
    runner = KubeflowRunner(IMAGE, store_secret=("plib", "url"))
    document = runner.compile(small_pipeline(), tmp_path / "small.yaml")
    assert document.spec["pipelineInfo"] == {"name": "small"}
    assert (tmp_path / "small.yaml").read_text() == document.to_yaml()
    assert runner.compile(compiled()) == document


def test_a_folder_that_is_not_there() -> None:
    runner = KubeflowRunner(IMAGE, store_secret=("plib", "url"))
    with raises(
        PipelineLibError, "'nowhere/small.yaml' cannot be written: No such file or directory."
    ):
        runner.compile(small_pipeline(), "nowhere/small.yaml")


def test_the_store_of_the_pipeline_is_that_of_the_containers() -> None:
    pipeline = small_pipeline()
    pipeline.metadata_connection_config = grpc_metadata_connection_config("mlmd.team", 8080)
    document = KubeflowRunner(IMAGE).compile(pipeline)
    assert variables(document)["PIPELINE_LIB_STORE"] == "grpc://mlmd.team:8080"


def test_a_file_on_this_machine_is_no_store_for_containers() -> None:
    pipeline = small_pipeline()
    pipeline.metadata_connection_config = sqlite_metadata_connection_config("runs.sqlite")
    with pytest.raises(AuthoringError, match=r"'runs\.sqlite' is a SQLite file"):
        KubeflowRunner(IMAGE).compile(pipeline)


def test_places_of_stores() -> None:
    mysql = mysql_metadata_connection_config("db", 3306, "mlmd", "me", "p@ss/word")
    assert store_place(("plib", "url"), mysql) == StoreFromSecret("plib", "url")
    assert store_place(None, mysql) == StoreUrl("mysql://me:p%40ss%2Fword@db:3306/mlmd")
    without = replace(mysql, password="")
    assert store_place(None, without) == StoreUrl("mysql://me@db:3306/mlmd")


def test_settings_of_a_run_are_in_the_document() -> None:
    runner = KubeflowRunner(
        IMAGE,
        store_secret=("plib", "url"),
        pipeline_root="gs://elsewhere",
        kubernetes=KubernetesOptions(tolerations=(Toleration("gpu"),)),
    )
    part = RunOptions(from_nodes=["Divide"])
    document = runner.compile(small_pipeline(), use_cache=False, options=part)
    arguments = document.spec["deploymentSpec"]["executors"]["exec-begin"]["container"]["args"]
    assert arguments[arguments.index("--root") + 1] == "gs://elsewhere"
    assert arguments[arguments.index("--from-node") + 1] == "Divide"
    assert "--no-cache" in arguments
    pods = document.platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    assert all(pod["tolerations"] for pod in pods.values())


def test_an_argument_that_it_has_not() -> None:
    with pytest.raises(AuthoringError) as caught:
        KubeflowRunner(IMAGE, token="abc")
    assert str(caught.value).startswith("KubeflowRunner has no argument 'token'. These exist: ")


def test_a_run_goes_to_its_end(kfp_stub: KfpApiStub, capsys: pytest.CaptureFixture[str]) -> None:
    kfp_stub.as_it_is_watched(
        lambda: None,
        lambda: kfp_stub.set_task(kfp_stub.last_run, "load", "SUCCEEDED"),
        lambda: kfp_stub.set_task(kfp_stub.last_run, "divide", "SUCCEEDED"),
        lambda: kfp_stub.set_state(kfp_stub.last_run, "SUCCEEDED"),
    )
    result = runner_at(kfp_stub, experiment="e", service_account="trainer").run(
        small_pipeline(), {"rows": 3}, run_name="the run"
    )
    assert result.run_id == kfp_stub.last_run
    assert result["Divide"].state is ExecutionState.COMPLETE
    run = kfp_stub.runs[result.run_id]
    assert (run.display_name, run.service_account) == ("the run", "trainer")
    assert run.runtime_config.parameters == {"rows": 3}
    begun, load, divide, ended = capsys.readouterr().err.splitlines()
    assert begun == f"Run {result.run_id} of pipeline small: 2 nodes"
    assert load.startswith("✓ Load   complete")
    assert divide.startswith("✓ Divide complete")
    assert ended.startswith("Run complete in ")


def test_a_run_that_fails_is_raised(kfp_stub: KfpApiStub) -> None:
    kfp_stub.as_it_is_watched(
        lambda: kfp_stub.set_task(kfp_stub.last_run, "load", "FAILED", error="OOMKilled"),
        lambda: kfp_stub.set_state(kfp_stub.last_run, "FAILED"),
    )
    with pytest.raises(PipelineRunError, match="Load: TaskFailed: OOMKilled"):
        runner_at(kfp_stub, progress=False).run(small_pipeline())


def test_parameters_are_checked_before_anything_is_asked(kfp_stub: KfpApiStub) -> None:
    with raises(
        AuthoringError,
        "Pipeline 'small' has no runtime parameter 'row'. These exist: 'rows'. "
        "Did you mean 'rows'?",
    ):
        runner_at(kfp_stub).submit(small_pipeline(), {"row": 3})
    assert kfp_stub.requests == []


def test_a_pipeline_that_cannot_run_there_is_not_sent(kfp_stub: KfpApiStub) -> None:
    with pytest.raises(AuthoringError, match="is a path, and each container has files of its own"):
        runner_at(kfp_stub).submit(small_pipeline("/tmp/root"))
    assert kfp_stub.requests == []


def test_a_schedule(kfp_stub: KfpApiStub) -> None:
    schedule = runner_at(kfp_stub).schedule(
        small_pipeline(), {"rows": 9}, cron="30 2 * * *", name="nightly", max_concurrency=2
    )
    held = kfp_stub.recurring[schedule.schedule_id]
    assert held.trigger.cron_schedule.cron == "0 30 2 * * *"
    assert (held.display_name, held.max_concurrency) == ("nightly", "2")
    assert held.runtime_config.parameters == {"rows": 9}


def test_parameters_of_every_type_arrive(kfp_stub: KfpApiStub) -> None:
    node = Take(
        number=RuntimeParameter("number", float),
        flag=RuntimeParameter("flag", bool, default=False),
        words=RuntimeParameter("words", list, default=[]),
    )
    given = {"number": 0.5, "flag": True, "words": ["a", "b"]}
    run = runner_at(kfp_stub).submit(Pipeline("typed", "s3://bucket/typed", [node]), given)
    assert kfp_stub.runs[run.run_id].runtime_config.parameters == given
