"""When a node runs, and what it is told if it does not."""

from __future__ import annotations

import pytest

from pipeline_lib import Channel, Cond, LatestArtifactStrategy, Resolver
from pipeline_lib.artifacts.standard_artifacts import Model
from pipeline_lib.errors import PipelineRunError
from pipeline_lib.metadata.store import ExecutionState
from tests.node.conftest import RunNodes, ValueOf
from tests.runners import steps


def test_a_node_runs_if_its_condition_holds(run_nodes: RunNodes, value_of: ValueOf) -> None:
    train = steps.Train(blessed=1)
    with Cond(train.outputs["blessing"].future()[0].custom_property("blessed") == 1):
        push = steps.Push(model=train.outputs["model"])
    assert value_of(run_nodes(train, push), "Push", "pushed") == "weights"


def test_what_only_the_condition_reads_is_no_input(run_nodes: RunNodes) -> None:
    train = steps.Train(blessed=1)
    with Cond(train.outputs["blessing"].future()[0].custom_property("blessed") == 1):
        tell = steps.TellContext(word="w")
    result = run_nodes(train, tell)
    told = result["TellContext"].outputs["model"][0].custom_properties["told"]
    assert isinstance(told, dict)
    assert told["inputs"] == ["reports"]
    assert result["TellContext"].inputs == {"reports": []}


def test_a_node_whose_condition_is_false_is_skipped_with_the_condition(
    run_nodes: RunNodes,
) -> None:
    train = steps.Train(blessed=0)
    with Cond(train.outputs["blessing"].future()[0].custom_property("blessed") == 1):
        push = steps.Push(model=train.outputs["model"])
    skipped = run_nodes(train, push)["Push"]
    assert skipped.state is ExecutionState.SKIPPED
    assert skipped.reason == (
        "condition is false: (Train.outputs['blessing'][0].custom_property('blessed') == 1)"
    )
    assert skipped.outputs == {}


def test_a_condition_on_what_a_resolver_did_not_find_says_so(run_nodes: RunNodes) -> None:
    latest = Resolver(LatestArtifactStrategy, model=Channel(type=Model)).with_id("latest")
    with Cond(latest.outputs["model"].future()[0].custom_property("blessed") == 1):
        count = steps.Count()
    with pytest.raises(PipelineRunError) as raised:
        run_nodes(latest, count)
    assert str(raised.value).endswith(
        "  Count: InputError: Node 'Count' reads latest.outputs['model'] in its condition or a "
        "parameter, and nothing is there."
    )


def test_nested_conditions_must_all_hold(run_nodes: RunNodes) -> None:
    count = steps.Count(start=5)
    value = count.outputs["n"].future()[0].value
    with Cond(value > 1):
        one = steps.Add(n=count.outputs["n"]).with_id("one")
        with Cond(value > 10):
            both = steps.Add(n=count.outputs["n"]).with_id("both")
    result = run_nodes(count, one, both)
    assert result["one"].state is ExecutionState.COMPLETE
    assert result["both"].state is ExecutionState.SKIPPED


def test_below_a_skipped_node_only_what_needs_it_is_skipped(run_nodes: RunNodes) -> None:
    count = steps.Count()
    with Cond(count.outputs["n"].future()[0].value > 1):
        skipped = steps.MaybeNothing()
    reads = steps.Describe(text=skipped.outputs["text"]).with_id("may_read")
    waits = steps.Count(start=2).with_id("waits").add_upstream_node(skipped)
    result = run_nodes(count, skipped, reads, waits)
    assert {one.node_id: one.state.name for one in result.executions.values()} == {
        "Count": "COMPLETE",
        "MaybeNothing": "SKIPPED",
        "may_read": "COMPLETE",
        "waits": "COMPLETE",
    }


def test_a_node_that_requires_a_skipped_one_is_skipped_and_so_are_those_below(
    run_nodes: RunNodes,
) -> None:
    count = steps.Count()
    with Cond(count.outputs["n"].future()[0].value > 1):
        never = steps.Add(n=count.outputs["n"]).with_id("never")
    below = steps.Add(n=never.outputs["n"]).with_id("below")
    further = steps.Add(n=below.outputs["n"]).with_id("further")
    result = run_nodes(count, never, below, further)
    assert result["below"].reason == "node 'never' was skipped"
    assert result["further"].reason == "node 'below' was skipped"


def test_a_condition_on_a_property_that_was_never_set_is_false(
    run_nodes: RunNodes,
) -> None:
    train = steps.Train(blessed=1)
    with Cond(train.outputs["blessing"].future()[0].custom_property("blesed") == 1):
        push = steps.Push(model=train.outputs["model"])
    assert run_nodes(train, push)["Push"].reason == (
        "condition is false: (Train.outputs['blessing'][0].custom_property('blesed') == 1)"
    )
