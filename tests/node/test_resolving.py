"""Reading what earlier runs wrote."""

from __future__ import annotations

import pytest

from pipeline_lib import (
    Channel,
    LatestArtifactStrategy,
    LatestBlessedModelStrategy,
    Pipeline,
    PipelineInputs,
    Resolver,
    union,
)
from pipeline_lib.artifacts.standard_artifacts import Model, ModelBlessing
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import AuthoringError, PipelineRunError
from pipeline_lib.metadata.store import ExecutionState
from tests.node.cautious_step import Cautious
from tests.node.conftest import RunNodes, ValueOf
from tests.runners import steps
from tests.whole_message import raises


def latest_model() -> BaseNode:
    return Resolver(LatestArtifactStrategy, model=Channel(type=Model)).with_id("latest")


def test_a_required_input_for_which_nothing_is_found_fails_its_node(run_nodes: RunNodes) -> None:
    latest = latest_model()
    with pytest.raises(PipelineRunError) as raised:
        run_nodes(latest, steps.Push(model=latest.outputs["model"]))
    assert str(raised.value).splitlines()[1:] == [
        "  Push: InputError: Input 'model' of node 'Push' takes at least 1 artifact of type "
        "'Model', got 0 from latest.outputs['model']. "
        "If it may be absent, declare the input optional."
    ]


def test_the_newest_artifact_is_chosen_and_recorded_as_chosen(
    run_nodes: RunNodes, value_of: ValueOf
) -> None:
    run_nodes(steps.Train(blessed=0), enable_cache=False)
    newest = run_nodes(steps.Train(blessed=0), enable_cache=False)
    latest = latest_model()
    result = run_nodes(latest, steps.Push(model=latest.outputs["model"]))
    assert result["latest"].outputs["model"] == newest["Train"].outputs["model"]
    assert (result["latest"].chosen, result["latest"].inputs) == (True, {})
    assert value_of(result, "Push", "pushed") == "weights"


def test_no_model_is_found_where_none_was_blessed(run_nodes: RunNodes) -> None:
    run_nodes(steps.Train(blessed=0))
    blessed = Resolver(
        LatestBlessedModelStrategy,
        model=Channel(type=Model),
        model_blessing=Channel(type=ModelBlessing),
    )
    result = run_nodes(blessed)
    assert result["Resolver"].state is ExecutionState.COMPLETE
    assert not any(result["Resolver"].outputs.values())


def test_a_union_of_what_the_run_writes_and_of_earlier_runs(run_nodes: RunNodes) -> None:
    older = run_nodes(steps.Train(blessed=0), enable_cache=False)
    train = steps.Train(blessed=1).with_id("newer")
    latest = Resolver(
        LatestArtifactStrategy,
        config={"desired_num_of_artifacts": 5},
        model=union([train.outputs["model"], Channel(type=Model, producer_component_id="Train")]),
    )
    result = run_nodes(train, latest)
    found = [one.uri for one in result["Resolver"].outputs["model"]]
    written = [result["newer"], older["Train"]]
    assert found == [node.outputs["model"][0].uri for node in written]


def test_a_union_with_earlier_runs_is_for_a_resolver(run_nodes: RunNodes) -> None:
    train = steps.Train(blessed=1)
    given = union([train.outputs["model"], Channel(type=Model)])
    with raises(
        AuthoringError,
        "Input 'model' of node 'Push' reads Channel(type=Model), which no node of this pipeline "
        "writes. Read artifacts of earlier runs through a Resolver.",
    ):
        run_nodes(train, steps.Push(model=given))


def test_an_optional_input_that_may_not_be_empty(run_nodes: RunNodes) -> None:
    assert run_nodes(Cautious())["Cautious"].state is ExecutionState.COMPLETE
    latest = latest_model()
    with pytest.raises(PipelineRunError) as raised:
        run_nodes(latest, Cautious(model=latest.outputs["model"]))
    assert str(raised.value).splitlines()[1:] == [
        "  Cautious: InputError: Input 'model' of node 'Cautious' takes at least 1 artifact of "
        "type 'Model', got 0 from latest.outputs['model']. If it may be absent, declare the input "
        "optional."
    ]


def test_a_required_input_reads_an_optional_channel(run_nodes: RunNodes) -> None:
    latest = latest_model()
    reader = Cautious(model=latest.outputs["model"].as_optional())
    assert run_nodes(latest, reader)["Cautious"].state is ExecutionState.COMPLETE


def test_an_optional_channel_stays_so_inside_a_sub_pipeline(run_nodes: RunNodes) -> None:
    latest = latest_model()
    inputs = PipelineInputs({"model": latest.outputs["model"].as_optional()})
    reader = Cautious(model=inputs["model"])
    result = run_nodes(latest, Pipeline("inner", components=[reader], inputs=inputs))
    assert result["inner"].state is ExecutionState.COMPLETE
