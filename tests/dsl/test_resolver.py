from __future__ import annotations

from typing import Any

import pytest

from pipeline_lib import (
    Channel,
    LatestArtifactStrategy,
    LatestBlessedModelStrategy,
    Resolver,
    SpanRangeStrategy,
)
from pipeline_lib.artifacts.standard_artifacts import Model, ModelBlessing
from pipeline_lib.dsl.executor_spec import ResolverSpec
from pipeline_lib.errors import AuthoringError
from tests.dsl import steps
from tests.whole_message import raises


def test_outputs_have_the_keys_and_types_of_the_inputs() -> None:
    resolver = Resolver(
        strategy_class=LatestBlessedModelStrategy,
        model=Channel(type=Model),
        model_blessing=Channel(type=ModelBlessing),
    ).with_id("latest_blessed_model")
    assert resolver.id == "latest_blessed_model"
    assert resolver.type_name == "tfx.dsl.components.common.resolver.Resolver"
    assert {key: channel.type for key, channel in resolver.outputs.items()} == {
        "model": Model,
        "model_blessing": ModelBlessing,
    }
    assert resolver.executor_spec == ResolverSpec(
        "pipeline_lib.artifacts.strategies:LatestBlessedModelStrategy"
    )


@pytest.mark.parametrize("given", [LatestArtifactStrategy(), Model, "latest", None])
def test_strategy_that_is_none_is_refused(given: object) -> None:
    message = (
        "Resolver(strategy_class=...) takes a class with a resolve_artifacts method, "
        f"got {given!r}."
    )
    with raises(AuthoringError, message):
        Resolver(given, model=Channel(type=Model))  # type: ignore[arg-type]


def test_strategy_inside_a_function_is_refused() -> None:
    class Inner(LatestArtifactStrategy):
        """Another process could not import it."""

    message = (
        "Resolver strategy 'Inner' is defined inside another function or as a lambda. "
        "Another process must be able to import it: define it at the top of a module."
    )
    with raises(AuthoringError, message):
        Resolver(Inner, model=Channel(type=Model))


def test_resolver_without_channels_is_refused() -> None:
    message = "Resolver needs at least one channel: Resolver(..., model=Channel(type=Model))."
    with raises(AuthoringError, message):
        Resolver(LatestArtifactStrategy)


def test_node_in_place_of_a_channel_is_refused() -> None:
    message = "Resolver: input 'model' takes a channel, got <BaseNode 'Train'> of type BaseNode."
    with raises(AuthoringError, message):
        Resolver(LatestArtifactStrategy, model=steps.Train())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("strategy", "config", "reason"),
    [
        (LatestArtifactStrategy, {"number": 2}, "got an unexpected keyword argument 'number'"),
        (SpanRangeStrategy, {}, "missing a required argument: 'range_config'"),
    ],
)
def test_config_that_the_strategy_does_not_take_is_refused(
    strategy: Any, config: dict[str, Any], reason: str
) -> None:
    message = f"Resolver: config {config} does not fit {strategy.__name__}: {reason}."
    with raises(AuthoringError, message):
        Resolver(strategy, config, model=Channel(type=Model))


def test_inputs_of_which_the_strategy_can_pick_nothing_are_refused() -> None:
    message = (
        "Resolver: LatestBlessedModelStrategy needs a channel of 'ModelBlessing', got channels of "
        "'Model'."
    )
    with raises(AuthoringError, message):
        Resolver(LatestBlessedModelStrategy, model=Channel(type=Model))
