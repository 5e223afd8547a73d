"""Reading what earlier runs wrote."""

from __future__ import annotations

import pytest

from pipeline_lib import Channel, LatestArtifactStrategy, LatestBlessedModelStrategy, Resolver
from pipeline_lib.artifacts.standard_artifacts import Model, ModelBlessing
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import PipelineRunError
from pipeline_lib.metadata.store import ExecutionState
from tests.node.conftest import RunNodes, ValueOf
from tests.runners import steps


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
