"""Pipelines as TFX's users write them, with one import line changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pipeline_lib
from pipeline_lib import tfx
from pipeline_lib.errors import AuthoringError, UnsupportedError
from pipeline_lib.metadata.store import RunState
from pipeline_lib.tfx.deeper import channel_utils
from pipeline_lib.tfx.deeper.compiler import Compiler
from pipeline_lib.tfx.orchestration.local_dag_runner import (
    BeamDagRunner,
    RunOptions,
    runs_given_to,
)
from tests.tfx.steps import Add, Make
from tests.whole_message import raises


def small_pipeline(folder: Path, **arguments: Any) -> tfx.dsl.Pipeline:
    make = Make(number=3)
    add = Add(left=make.outputs["number"], right=2)
    return tfx.dsl.Pipeline(
        "small",
        str(folder / "root"),
        tfx.orchestration.metadata.sqlite_metadata_connection_config(
            str(folder / "metadata" / "metadata.db")
        ),
        [make, add],
        beam_pipeline_args=None,
        **arguments,
    )


@pytest.mark.parametrize("runner", [tfx.orchestration.LocalDagRunner, BeamDagRunner])
def test_a_run(tmp_path: Path, runner: type[tfx.orchestration.LocalDagRunner]) -> None:
    result = runner().run(small_pipeline(tmp_path))
    assert result.run.state is RunState.COMPLETE
    assert (tmp_path / "metadata" / "metadata.db").exists()


def test_a_run_of_a_part(tmp_path: Path) -> None:
    tfx.orchestration.LocalDagRunner().run(small_pipeline(tmp_path))
    result = tfx.orchestration.LocalDagRunner().run(
        small_pipeline(tmp_path), run_options=RunOptions(from_nodes=["Add"])
    )
    assert "complete" in str(result.executions["Add"].state).lower()


def test_a_run_of_the_representation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # it names no store
    compiled = Compiler().compile(small_pipeline(tmp_path))
    assert compiled == pipeline_lib.compile(small_pipeline(tmp_path))
    result = tfx.orchestration.LocalDagRunner().run_with_ir(compiled)
    assert result.run.state is RunState.COMPLETE


def test_runs_are_left_to_another(tmp_path: Path) -> None:
    given: list[object] = []
    pipeline = small_pipeline(tmp_path)
    with runs_given_to(lambda one, options: given.append(one)):
        tfx.orchestration.LocalDagRunner().run(pipeline)
    assert given == [pipeline]


def test_a_component_without_a_producer() -> None:
    statistics_gen = tfx.components.StatisticsGen(
        examples=tfx.testing.Channel(tfx.types.standard_artifacts.Examples)
    )
    assert statistics_gen.inputs["examples"].type_name == "Examples"


def test_a_channel_of_artifacts() -> None:
    channel = channel_utils.as_channel([tfx.types.standard_artifacts.Examples()])
    assert channel.type is tfx.types.standard_artifacts.Examples
    with raises(
        AuthoringError,
        "as_channel(...) takes artifacts of one type, got ['Examples', 'Model'].",
    ):
        channel_utils.as_channel(
            [tfx.types.standard_artifacts.Examples(), tfx.types.standard_artifacts.Model()]
        )


def test_a_query_to_another_pipeline() -> None:
    model = tfx.types.standard_artifacts.Model
    channel = channel_utils.external_pipeline_artifact_query(
        model,
        pipeline_name="training",
        producer_component_id="Trainer",
        output_key="model",
        pipeline_run_tags=["nightly"],
    )
    assert (channel.pipeline_name, channel.tag) == ("training", "nightly")
    with raises(
        AuthoringError,
        "external_pipeline_artifact_query(...): pipelines have no owner here, and runs are found "
        "by one tag; got owner='me' and pipeline_run_tags=().",
    ):
        channel_utils.external_pipeline_artifact_query(
            model, owner="me", pipeline_name="p", producer_component_id="n", output_key="k"
        )


class Noted(pipeline_lib.BaseExecutor):
    """Stands for a user's executor."""

    def Do(self, input_dict: Any, output_dict: Any, exec_properties: Any) -> None:
        """Nothing."""


def test_executors_of_the_users_own() -> None:
    executor = pipeline_lib.ExecutorClassSpec(Noted)
    trainer = tfx.components.Trainer(
        examples=tfx.testing.Channel(tfx.types.standard_artifacts.Examples),
        run_fn="training.run_fn",
        train_args=tfx.proto.TrainArgs(num_steps=100),
        custom_executor_spec=executor,
    )
    pusher = tfx.components.Pusher(
        model=trainer.outputs["model"],
        push_destination={"filesystem": {"base_directory": "/models"}},
        custom_config={"endpoint": "penguin"},
        custom_executor_spec=executor,
    )
    assert trainer.executor_spec is pusher.executor_spec is executor
    assert trainer.exec_properties["train_args"] == {"num_steps": 100}
    assert pusher.exec_properties["custom_config"] == {"endpoint": "penguin"}


def test_orchestrating_with_beam() -> None:
    with raises(
        UnsupportedError,
        "BeamDagRunner(beam_orchestrator_args=...): nodes are not orchestrated with Beam here. "
        "Leave it out; Beam's arguments for the components are the pipeline's beam_pipeline_args.",
    ):
        BeamDagRunner(["--runner=FlinkRunner"])


def test_a_node_that_waits_and_is_not_listed() -> None:
    make = Make(number=3)
    make.add_downstream_node(Add(left=make.outputs["number"], right=2))
    with raises(
        AuthoringError,
        "Pipeline 'small' does not list node 'Add', which waits for node 'Make'. "
        "Add it to components=[...].",
    ):
        tfx.dsl.Pipeline("small", components=[make])
