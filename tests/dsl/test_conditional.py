from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline_lib import Cond, Importer, RuntimeParameter
from pipeline_lib.artifacts.standard_artifacts import Examples, String
from pipeline_lib.artifacts.value_artifact import ValueArtifact
from pipeline_lib.dsl.conditional import active_conditions
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.expressions import describe
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
            NUMBER == [1, {"a": None}],
            "(ReturnsEveryType.outputs['i'][0].value == [1, {'a': None}])",
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
    assert active_conditions() == ()


def test_one_condition_can_stand_over_several_blocks() -> None:
    condition = Cond(NUMBER > 1)
    with condition:
        first = steps.Train()
    with condition:
        second = steps.Train()
    assert len(first.conditions) == len(second.conditions) == 1
    assert active_conditions() == ()


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


class OwnValue(ValueArtifact):
    """A value artifact of an author: what evaluates conditions does not have its class."""

    TYPE_NAME = "OwnValue"


def test_value_of_an_artifact_that_holds_none_is_refused() -> None:
    message = (
        "Train.outputs['model'].future()[...].value: artifacts of type 'Model' hold no value that "
        "a condition can read. Read a property, or let a component return the value."
    )
    with raises(AuthoringError, message):
        _ = MODEL.value


def test_value_of_an_authors_own_value_artifact_is_refused() -> None:
    own = Importer("here", OwnValue).outputs["result"].future()[0]
    message = (
        "Importer.outputs['result'].future()[...].value: artifacts of type 'OwnValue' hold no "
        "value that a condition can read. Read a property, or let a component return the value."
    )
    with raises(AuthoringError, message):
        _ = own.value


def test_undeclared_property_is_refused_with_the_near_match() -> None:
    message = (
        "Importer.outputs['result'].future()[...].property('spam'): artifact type "
        "'Examples' declares no property 'spam'. "
        "These exist: 'span', 'split_names', 'version'. Did you mean 'span'?"
    )
    with raises(AuthoringError, message):
        EXAMPLES.property("spam")


NO_VALUE = (
    "A placeholder has no value while the pipeline is written. "
    "Use it in Cond(...), not in 'if', 'and', 'or' or 'not'."
)


@pytest.mark.parametrize(
    "decide",
    [
        lambda: bool(NUMBER),
        lambda: not NUMBER,
        lambda: NUMBER > 1 and NUMBER < 5,
        lambda: 1 < NUMBER < 5,
        lambda: bool(TRAIN.outputs["model"].future()),
    ],
)
def test_future_value_cannot_decide_what_is_written(decide: Callable[[], bool]) -> None:
    with raises(AuthoringError, NO_VALUE):
        decide()


@pytest.mark.parametrize(
    ("other", "text"),
    [
        (RuntimeParameter("x", int), f"{RuntimeParameter('x', int)!r} of type RuntimeParameter"),
        (TRAIN, "<BaseNode 'Train'> of type BaseNode"),
        (TRAIN.outputs["model"], "Train.outputs['model'] of type OutputChannel"),
        (MODEL, "Train.outputs['model'][0] of type ArtifactFuture"),
        (2**63, "9223372036854775808 of type int"),
        (String, f"{String!r} of type type"),
    ],
)
def test_comparison_with_what_is_no_value_is_refused(other: Any, text: str) -> None:
    message = (
        f"A future value cannot be compared with {text}: "
        "compare it with a plain value or with another future value."
    )
    with raises(AuthoringError, message):
        _ = other < NUMBER


def test_what_the_author_does_to_a_list_afterwards_changes_nothing() -> None:
    given = [1]
    predicate = given == NUMBER
    given.append(2)
    expression = predicate.to_expression(lambda channel: "x")
    assert describe(expression) == "(input('x')[0].value == [1])"
