from __future__ import annotations

from typing import Any

import pytest

from pipeline_lib import Pipeline, compile, union
from pipeline_lib.artifacts.standard_artifacts import Model
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.inputs import NodeOutput
from tests.dsl import steps
from tests.whole_message import raises

ONE: Any = steps.Train().with_id("one")
TWO: Any = steps.Train().with_id("two")
VALUES: Any = steps.ReturnsEveryType()


def test_a_union_has_the_type_of_its_parts() -> None:
    channel = union([ONE.outputs["model"], TWO.outputs["model"]])
    assert channel.type is Model
    assert repr(channel) == "union([one.outputs['model'], two.outputs['model']])"


def test_unions_nest_and_keep_their_order() -> None:
    inner = union([TWO.outputs["model"], ONE.outputs["model"]])
    three: Any = steps.Train().with_id("three")
    node = steps.ValidateModel(model=union([three.outputs["model"], inner]))
    ir = compile(Pipeline("p", components=[ONE, TWO, three, node]))
    assert ir.by_id["ValidateModel"].inputs["model"].sources == (
        NodeOutput("three", "model"),
        NodeOutput("two", "model"),
        NodeOutput("one", "model"),
    )


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        ([], "union(...) takes channels of one artifact type, got no channel."),
        (
            [ONE.outputs["model"], VALUES.outputs["i"]],
            "union(...) takes channels of one artifact type, got ['Integer', 'Model'].",
        ),
        ([ONE], "union(...) takes channels, got <BaseNode 'one'> of type BaseNode."),
    ],
)
def test_a_union_of_what_does_not_fit_is_refused(channels: Any, message: str) -> None:
    with raises(AuthoringError, message):
        union(channels)


def test_a_union_with_a_node_that_is_not_listed_is_refused() -> None:
    node = steps.ValidateModel(model=union([ONE.outputs["model"], TWO.outputs["model"]]))
    message = (
        "Pipeline 'p' does not list node 'two', which node 'ValidateModel' reads as 'model'. "
        "Add it to components=[...]."
    )
    with raises(AuthoringError, message):
        Pipeline("p", components=[ONE, node])
