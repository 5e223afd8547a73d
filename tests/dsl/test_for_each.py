from __future__ import annotations

from typing import Any

import pytest

from pipeline_lib import Channel, Cond, ForEach, Pipeline, RuntimeParameter, compile
from pipeline_lib.artifacts.standard_artifacts import Model
from pipeline_lib.dsl.block import open_blocks
from pipeline_lib.dsl.channel import LoopChannel
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import AuthoringError
from tests.dsl import steps
from tests.whole_message import raises

VALUES: Any = steps.ReturnsEveryType()
TRAIN: Any = steps.Train()


def compiled(*nodes: BaseNode) -> Any:
    return compile(Pipeline("p", components=list(nodes)))


def test_a_loop_over_a_channel_gives_a_channel_of_its_type() -> None:
    with ForEach(TRAIN.outputs["model"], name="models") as model:
        assert isinstance(model, LoopChannel)
    assert (model.type, repr(model)) == (Model, "models.item")


@pytest.mark.parametrize(
    "items",
    [
        [1, 2],
        (1, 2),
        [],
        [VALUES.outputs["i"].future()[0].value, 3],
        RuntimeParameter("numbers", list),
        RuntimeParameter("numbers", list[int], default=[1]),
        VALUES.outputs["ls"].future()[0].value,
        VALUES.outputs["d"].future()[0].value["list"],
    ],
)
def test_a_loop_over_a_list_of_values_gives_a_value(items: Any) -> None:
    with ForEach(items) as number:
        node = steps.Train(steps=number)
    assert node.exec_properties["steps"] is number
    assert compiled(VALUES, node).by_id["ForEach"].loop == "ForEach.item"


def test_blocks_nest_and_end() -> None:
    loop = ForEach([1])
    condition = Cond(VALUES.outputs["i"].future()[0].value == 1)
    before = steps.Train()
    with loop:
        first = steps.Train()
        with condition:
            second = steps.Train()
    after = steps.Train()
    assert [node.blocks for node in (before, first, second, after)] == [
        (),
        (loop,),
        (loop, condition),
        (),
    ]


def test_a_loop_ends_when_its_block_raises() -> None:
    with pytest.raises(ZeroDivisionError), ForEach([1]):
        _ = 1 / 0
    assert open_blocks() == ()


NO_LISTS: list[tuple[Any, str]] = [
    (5, "5 of type int"),
    ("abc", "'abc' of type str"),
    ({"a": 1}, "{'a': 1} of type dict"),
    ({1}, "{1} of type set"),
    (range(3), "range(0, 3) of type range"),
    (None, "None of type NoneType"),
    (Channel(type=Model), "Channel(type=Model) of type Channel"),
    (TRAIN, "<BaseNode 'Train'> of type BaseNode"),
    (TRAIN.outputs["model"].future(), "Train.outputs['model'] of type ChannelFuture"),
    (
        VALUES.outputs["i"].future()[0].value,
        "ReturnsEveryType.outputs['i'][0].value of type int",
    ),
    (
        RuntimeParameter("number", int),
        "RuntimeParameter(name='number', ptype=<class 'int'>, default=None, description='') "
        "of type RuntimeParameter",
    ),
]


@pytest.mark.parametrize(("items", "text"), NO_LISTS, ids=[text for _, text in NO_LISTS])
def test_what_is_no_list_is_refused(items: Any, text: str) -> None:
    message = (
        "ForEach(...) takes a list: a channel of the run, a list of values, a RuntimeParameter of "
        f"type list, or a future value that is a list. Got {text}."
    )
    with raises(AuthoringError, message):
        ForEach(items)


def test_a_value_that_can_be_no_part_of_a_pipeline_is_refused() -> None:
    thing = object()
    with pytest.raises(AuthoringError) as raised:
        ForEach([1, thing])
    assert str(raised.value).startswith("ForEach(...) ")


def test_the_element_of_a_channel_outside_its_block_is_refused() -> None:
    with ForEach(TRAIN.outputs["model"], name="models") as model:
        inside = steps.ValidateModel(model=model)
    outside = steps.ValidateModel(model=model).with_id("outside")
    message = (
        "Input 'model' of node 'outside' reads models.item, but is not inside "
        "ForEach(Train.outputs['model'])."
    )
    with raises(AuthoringError, message):
        compiled(TRAIN, inside, outside)


def test_the_element_of_a_list_outside_its_block_is_refused() -> None:
    with ForEach([1, 2]) as number:
        inside = steps.Train(steps=number).with_id("inside")
    outside = steps.Train(steps=number).with_id("outside")
    message = (
        "Node 'outside' reads the element of ForEach([1, 2]), "
        "but is not made inside its 'with' block."
    )
    with raises(AuthoringError, message):
        compiled(inside, outside)


def test_the_element_in_a_condition_outside_its_block_is_refused() -> None:
    with ForEach([1, 2]) as number:
        inside = steps.Train(steps=number).with_id("inside")
    with Cond(number == 1):
        outside = steps.Train().with_id("outside")
    message = (
        "Node 'outside' reads the element of ForEach([1, 2]), "
        "but is not made inside its 'with' block."
    )
    with raises(AuthoringError, message):
        compiled(inside, outside)


def test_what_all_elements_gave_is_too_much_for_an_input_of_one() -> None:
    with ForEach([1, 2]) as number:
        train = steps.Train(steps=number)
    validate = steps.ValidateModel(model=train.outputs["model"])
    message = (
        "Input 'model' of node 'ValidateModel' takes one artifact, but outside of its ForEach "
        "block Train.outputs['model'] is what all elements gave. Let the input take a list: "
        "InputArtifact[list[Model]]."
    )
    with raises(AuthoringError, message):
        compiled(train, validate)


def test_one_loop_over_two_blocks_is_one_loop() -> None:
    loop = ForEach([1, 2])
    with loop as number:
        first = steps.Train(steps=number).with_id("first")
    with loop as number:
        second = steps.Train(steps=number).with_id("second")
    (node,) = compiled(first, second).nodes
    assert [one.id for one in node.executor.nodes] == ["first", "second"]


def test_one_loop_below_different_conditions_is_refused() -> None:
    loop = ForEach([1, 2])
    with Cond(VALUES.outputs["i"].future()[0].value == 1), loop:
        first = steps.Train().with_id("first")
    with loop:
        second = steps.Train().with_id("second")
    message = (
        "ForEach([1, 2]) is opened in two places, which are not in the same blocks. "
        "Make a loop for each: ForEach(...)."
    )
    with raises(AuthoringError, message):
        compiled(VALUES, first, second)


def test_a_node_whose_loop_reads_what_is_not_listed_is_refused() -> None:
    with ForEach(VALUES.outputs["ls"].future()[0].value):
        node = steps.Train()
    message = (
        "ForEach 'ForEach' reads ReturnsEveryType.outputs['ls'], of a node that no pipeline lists."
    )
    with raises(AuthoringError, message):
        compiled(node)


def test_listing_one_node_of_a_loop_and_not_the_other_is_refused() -> None:
    with ForEach([1, 2]) as number:
        train = steps.Train(steps=number)
        validate = steps.ValidateModel(model=train.outputs["model"])
    message = (
        "Pipeline 'p' does not list node 'Train', which node 'ValidateModel' reads as 'model'. "
        "Add it to components=[...]."
    )
    with raises(AuthoringError, message):
        compiled(validate)


def test_an_id_that_is_given_late_is_used_everywhere() -> None:
    train = steps.Train()
    with ForEach(train.outputs["model"]) as model:
        validate = steps.ValidateModel(model=model)
        with Cond(validate.outputs["accuracy"].future()[0].value > 0.5):
            push = steps.ReturnsNothing()
    train.with_id("late")
    validate.with_id("late_too")
    ir = compiled(train, validate, push)
    loop = ir.by_id["ForEach"]
    assert ir.dependencies["ForEach"] == {"late"}
    assert loop.executor.dependencies["ReturnsNothing"] == {"late_too"}
