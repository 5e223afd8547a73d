from __future__ import annotations

from typing import Any

import pytest

from pipeline_lib import Channel, Pipeline, RuntimeParameter
from pipeline_lib.artifacts.standard_artifacts import Examples, Model
from pipeline_lib.errors import AuthoringError
from tests.dsl import steps
from tests.whole_message import raises


def test_with_id_names_the_node_and_gives_it_back() -> None:
    node = steps.Train()
    assert node.with_id("train_again") is node
    assert node.id == "train_again"


def test_cache_is_left_to_the_pipeline_unless_the_node_says() -> None:
    assert steps.Train().enable_cache is None
    assert steps.Train().with_cache(False).enable_cache is False


def test_upstream_and_downstream_are_two_ways_to_say_the_same() -> None:
    first, second, third = steps.Train(), steps.Train(), steps.Train()
    assert second.add_upstream_node(first) is second
    assert second.add_downstream_node(third) is second
    assert second.upstream_nodes == [first]
    assert third.upstream_nodes == [second]
    assert (first.downstream_nodes, second.downstream_nodes) == ([second], [third])


def test_several_upstream_and_downstream_nodes_each_once() -> None:
    first, second, third = steps.Train(), steps.Train(), steps.Train()
    third.add_upstream_nodes([first, second, first])
    first.add_downstream_nodes([second, third])
    assert third.upstream_nodes == [first, second]
    assert second.upstream_nodes == [first]
    assert first.downstream_nodes == [third, second]


def test_type_is_the_name_of_the_type() -> None:
    assert steps.Train().type == steps.Train().type_name == "tests.dsl.steps.Train"


def test_only_a_node_can_be_waited_for() -> None:
    train = steps.Train()
    message = (
        "Node 'Train' can only wait for a node, got Train.outputs['model'] of type OutputChannel."
    )
    with raises(AuthoringError, message):
        steps.Train().add_upstream_node(train.outputs["model"])


def test_unknown_output_is_refused_with_the_near_match() -> None:
    message = "Node 'Train' has no output 'modle'. These exist: 'model'. Did you mean 'model'?"
    with raises(AuthoringError, message):
        steps.Train().outputs["modle"]


def test_output_of_a_node_without_outputs_is_refused() -> None:
    with raises(AuthoringError, "Node 'ReturnsNothing' has no output 'model'. None exist."):
        steps.ReturnsNothing().outputs["model"]


def test_output_by_position_is_refused() -> None:
    with raises(AuthoringError, "Node 'Train' has no output 0. These exist: 'model'."):
        steps.Train().outputs[0]


def test_outputs_are_a_mapping() -> None:
    outputs = steps.Train().outputs
    assert list(outputs) == ["model"]
    assert len(outputs) == 1
    assert "model" in outputs
    assert "modle" not in outputs
    assert outputs.get("model") is outputs["model"]
    assert outputs.get("modle") is None


def test_channel_tells_where_it_comes_from() -> None:
    node = steps.Train().with_id("train")
    assert repr(node.outputs["model"]) == "train.outputs['model']"
    assert node.outputs["model"].type_name == "Model"
    assert repr(Channel(type=Model)) == "Channel(type=Model)"


@pytest.mark.parametrize("given", [int, "Model", Model(), None])
def test_channel_of_no_artifact_type_is_refused(given: object) -> None:
    message = f"Channel(type=...) takes an artifact type, got {given!r}."
    with raises(AuthoringError, message):
        Channel(type=given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"run_id": 5}, "run_id takes text, got 5."),
        ({"tag": ["a"]}, "tag takes text, got ['a']."),
        (
            {"additional_properties": {"spam": 1}},
            "artifact type 'Examples' declares no property 'spam'. These exist: 'span', "
            "'split_names', 'version'. Did you mean 'span'? Free properties are "
            "additional_custom_properties.",
        ),
        (
            {"additional_properties": {"span": "1"}},
            "property 'span' holds int, got '1' of type str.",
        ),
        (
            {"additional_properties": {"span": RuntimeParameter("s", int)}},
            "property 'span' holds int, got RuntimeParameter(name='s', ptype=<class 'int'>, "
            "default=None, description='') of type RuntimeParameter.",
        ),
    ],
)
def test_a_choice_that_no_artifact_can_meet_is_refused(arguments: Any, message: str) -> None:
    with raises(AuthoringError, f"Channel(type=Examples): {message}"):
        Channel(type=Examples, **arguments)


def test_a_node_cannot_wait_for_itself() -> None:
    node = steps.Train()
    with raises(AuthoringError, "Node 'Train' cannot wait for itself."):
        node.add_upstream_node(node)


@pytest.mark.parametrize("given", [steps.Train().with_id("other"), None])
def test_a_node_in_place_of_a_list_is_refused(given: Any) -> None:
    node = steps.Train()
    with raises(
        AuthoringError, f"Node 'Train' waits for a list of nodes, got {given!r}. Write [...]."
    ):
        node.add_upstream_nodes(given)
    with raises(
        AuthoringError, f"Node 'Train' goes before a list of nodes, got {given!r}. Write [...]."
    ):
        node.add_downstream_nodes(given)
    with raises(AuthoringError, f"Pipeline 'p' takes a list of nodes, got {given!r}. Write [...]."):
        Pipeline("p", components=given)


def test_the_cache_is_used_or_not() -> None:
    message = "Node 'Train': whether the cache is used is True or False, got 'no'."
    with raises(AuthoringError, message):
        steps.Train().with_cache("no")  # type: ignore[arg-type]
