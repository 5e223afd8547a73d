from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline_lib import Cond, Pipeline, RuntimeParameter
from pipeline_lib.errors import AuthoringError
from tests.dsl import steps
from tests.whole_message import raises


def test_pipeline_keeps_what_it_is_given() -> None:
    train = steps.Train()
    pipeline = Pipeline(
        pipeline_name="penguin",
        pipeline_root="root",
        components=[train],
        enable_cache=True,
        metadata_connection_config="store",
        beam_pipeline_args=["--a"],
    )
    assert pipeline.components == [train]
    assert pipeline.beam_pipeline_args == ["--a"]
    assert repr(pipeline) == "<Pipeline 'penguin': 1 nodes>"


def test_order_of_the_list_does_not_matter() -> None:
    train = steps.Train()
    validate = steps.ValidateModel(model=train.outputs["model"])
    Pipeline("penguin", components=[validate, train])


def test_pipeline_without_components_is_refused() -> None:
    with raises(AuthoringError, "Pipeline 'penguin' has no components."):
        Pipeline("penguin", components=[])


def test_component_that_is_no_node_is_refused() -> None:
    message = (
        "Pipeline 'penguin' lists Train.outputs['model'] of type OutputChannel, which is no node."
    )
    with raises(AuthoringError, message):
        Pipeline("penguin", components=[steps.Train().outputs["model"]])


def test_component_listed_twice_is_refused() -> None:
    train = steps.Train()
    with raises(AuthoringError, "Pipeline 'penguin' lists node 'Train' twice."):
        Pipeline("penguin", components=[train, train])


def test_component_that_is_read_and_not_listed_is_refused() -> None:
    validate = steps.ValidateModel(model=steps.Train().outputs["model"])
    message = (
        "Pipeline 'penguin' does not list node 'Train', which node 'ValidateModel' reads as "
        "'model'. Add it to components=[...]."
    )
    with raises(AuthoringError, message):
        Pipeline("penguin", components=[validate])


def test_component_that_is_waited_for_and_not_listed_is_refused() -> None:
    nothing = steps.ReturnsNothing().add_upstream_node(steps.Train())
    message = (
        "Pipeline 'penguin' does not list node 'Train', which node 'ReturnsNothing' waits for. "
        "Add it to components=[...]."
    )
    with raises(AuthoringError, message):
        Pipeline("penguin", components=[nothing])


def test_component_that_a_condition_reads_and_is_not_listed_is_refused() -> None:
    values = steps.ReturnsEveryType()
    with Cond(values.outputs["i"].future()[0].value == 1):
        nothing = steps.ReturnsNothing()
    message = (
        "Pipeline 'penguin' does not list node 'ReturnsEveryType', which node 'ReturnsNothing' "
        "reads in a condition. Add it to components=[...]."
    )
    with raises(AuthoringError, message):
        Pipeline("penguin", components=[nothing])


@pytest.mark.parametrize("root", [None, "root", Path("root"), RuntimeParameter("root", str)])
def test_root_is_text_or_left_to_the_runner(root: Any) -> None:
    kept = str(root) if isinstance(root, Path) else root
    assert Pipeline("penguin", root, [steps.Train()]).pipeline_root == kept


@pytest.mark.parametrize(
    ("root", "message"),
    [
        (3, "takes str, got 3 of type int."),
        (
            RuntimeParameter("root", int),
            "takes str, but runtime parameter 'root' is int.",
        ),
    ],
)
def test_root_that_is_no_text_is_refused(root: Any, message: str) -> None:
    with raises(AuthoringError, f"Pipeline 'penguin': pipeline_root {message}"):
        Pipeline("penguin", root, [steps.Train()])


def test_beam_arguments_in_one_string_are_refused() -> None:
    message = "Pipeline 'penguin': beam_pipeline_args is a list, got '--a'. Write ['--a']."
    with raises(AuthoringError, message):
        Pipeline("penguin", components=[steps.Train()], beam_pipeline_args="--a")
