from __future__ import annotations

from typing import Any

import pytest

from pipeline_lib import Cond, Importer
from pipeline_lib.artifacts.standard_artifacts import Examples
from pipeline_lib.dsl.block import open_blocks
from pipeline_lib.errors import AuthoringError
from tests.dsl import steps
from tests.whole_message import raises

TRAIN: Any = steps.Train()
MODEL = TRAIN.outputs["model"].future()[0]
VALUES: Any = steps.ReturnsEveryType()
NUMBER = VALUES.outputs["i"].future()[0].value
EXAMPLES = Importer("here", Examples).outputs["result"].future()[0]


@pytest.mark.parametrize(
    ("predicate", "text"),
    [
        (NUMBER == 1, "(ReturnsEveryType.outputs['i'][0].value == 1)"),
        (NUMBER != 1, "(ReturnsEveryType.outputs['i'][0].value != 1)"),
        (NUMBER < 1.5, "(ReturnsEveryType.outputs['i'][0].value < 1.5)"),
        (NUMBER <= 1, "(ReturnsEveryType.outputs['i'][0].value <= 1)"),
        (NUMBER > 1, "(ReturnsEveryType.outputs['i'][0].value > 1)"),
        (1 <= NUMBER, "(ReturnsEveryType.outputs['i'][0].value >= 1)"),  # noqa: SIM300
        (
            MODEL.custom_property("blessed") == 1,
            "(Train.outputs['model'][0].custom_property('blessed') == 1)",
        ),
        (MODEL.uri == "here", "(Train.outputs['model'][0].uri == 'here')"),
        (
            MODEL.custom_property("a") > NUMBER,
            "(Train.outputs['model'][0].custom_property('a') > "
            "ReturnsEveryType.outputs['i'][0].value)",
        ),
        (
            MODEL.custom_property("a") == [1, {"a": None}],
            "(Train.outputs['model'][0].custom_property('a') == [1, {'a': None}])",
        ),
    ],
)
def test_comparison_of_a_future_value_is_a_condition(predicate: Any, text: str) -> None:
    with Cond(predicate):
        node = steps.Train()
    assert node.conditions == (predicate,)
    assert repr(predicate) == text


def test_declared_property_can_be_read() -> None:
    assert repr(EXAMPLES.property("span") > 3) == (
        "(Importer.outputs['result'][0].property('span') > 3)"
    )


def test_conditions_nest_and_end_with_their_blocks() -> None:
    outer, inner = NUMBER > 1, NUMBER < 5
    before = steps.Train()
    with Cond(outer):
        first = steps.Train()
        with Cond(inner):
            second = steps.Train()
        third = steps.Train()
    after = steps.Train()
    assert [node.conditions for node in (before, first, second, third, after)] == [
        (),
        (outer,),
        (outer, inner),
        (outer,),
        (),
    ]


def test_condition_ends_when_its_block_raises() -> None:
    with pytest.raises(ZeroDivisionError), Cond(NUMBER > 1):
        _ = 1 / 0
    assert open_blocks() == ()


def test_one_condition_can_stand_over_several_blocks() -> None:
    condition = Cond(NUMBER > 1)
    with condition:
        first = steps.Train()
    with condition:
        second = steps.Train()
    assert len(first.conditions) == len(second.conditions) == 1
    assert open_blocks() == ()


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (True, "True"),
        (None, "None"),
        (TRAIN, "<BaseNode 'Train'>"),
        (TRAIN.outputs["model"], "Train.outputs['model']"),
        (NUMBER, "ReturnsEveryType.outputs['i'][0].value"),
        (MODEL, "Train.outputs['model'][0]"),
        (TRAIN.outputs["model"].future() == 1, "False"),
    ],
)
def test_what_is_no_comparison_of_a_future_value_is_refused(given: Any, text: str) -> None:
    message = (
        f"Cond(...) takes a comparison of a future value, got {text}. Write, for example, "
        "Cond(node.outputs['key'].future()[0].custom_property('name') == 1)."
    )
    with raises(AuthoringError, message):
        Cond(given)
