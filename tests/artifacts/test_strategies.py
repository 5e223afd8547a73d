from __future__ import annotations

import pytest

from pipeline_lib import (
    ConditionalStrategy,
    LatestArtifactStrategy,
    LatestBlessedModelStrategy,
    SpanRangeStrategy,
)
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import DataError
from tests.whole_message import raises


def model(id: int) -> ArtifactRecord:
    return ArtifactRecord("Model", id=id)


def blessing(id: int, model_id: int, blessed: int = 1) -> ArtifactRecord:
    return ArtifactRecord(
        "ModelBlessing",
        id=id,
        custom_properties={"blessed": blessed, "current_model_id": model_id},
    )


def test_latest_artifact_is_the_first_of_each_key() -> None:
    chosen = LatestArtifactStrategy().resolve_artifacts({"a": [model(2), model(1)], "b": []})
    assert chosen == {"a": [model(2)], "b": []}


def test_several_newest_artifacts_can_be_asked_for() -> None:
    chosen = LatestArtifactStrategy(2).resolve_artifacts({"a": [model(3), model(2), model(1)]})
    assert chosen == {"a": [model(3), model(2)]}


def test_a_count_below_one_is_refused() -> None:
    with raises(
        DataError, "LatestArtifactStrategy: desired_num_of_artifacts must be at least 1, got 0."
    ):
        LatestArtifactStrategy(0)


def spans(*numbers: int) -> dict[str, list[ArtifactRecord]]:
    """Examples of these spans, newest first."""
    newest_first = reversed(list(enumerate(numbers, start=1)))
    return {
        "examples": [ArtifactRecord("Examples", "", {"span": n}, id=id) for id, n in newest_first]
    }


@pytest.mark.parametrize(
    ("config", "ids"),
    [
        ({"static_range": {"start_span_number": 2, "end_span_number": 3}}, [3, 4]),
        ({"static_range": {"start_span_number": 8, "end_span_number": 9}}, []),
        ({"rolling_range": {"num_spans": 2}}, [5, 3]),
        ({"rolling_range": {"num_spans": 9, "start_span_number": 3}}, [5, 3]),
        ({"rolling_range": {"num_spans": 99}}, [5, 3, 4, 1]),
    ],
)
def test_spans_in_a_range(config: dict[str, dict[str, int]], ids: list[int]) -> None:
    candidates = spans(1, 2, 3, 2, 4)
    chosen = SpanRangeStrategy(config).resolve_artifacts(candidates)
    assert [one.id for one in chosen["examples"]] == ids


def test_without_candidates_no_span_is_picked() -> None:
    chosen = SpanRangeStrategy({"rolling_range": {"num_spans": 2}}).resolve_artifacts({"e": []})
    assert chosen == {"e": []}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            {},
            "SpanRangeStrategy: range_config takes either 'static_range' or 'rolling_range', "
            "got {}.",
        ),
        (
            {"rolling_range": {"num_spans": 0}},
            "SpanRangeStrategy: rolling_range takes num_spans of at least 1, got {'num_spans': 0}.",
        ),
    ],
)
def test_a_range_that_is_none_is_refused(config: dict[str, dict[str, int]], message: str) -> None:
    with raises(DataError, message):
        SpanRangeStrategy(config)


def test_an_artifact_without_a_span_is_named() -> None:
    strategy = SpanRangeStrategy({"rolling_range": {"num_spans": 1}})
    with raises(
        DataError,
        "SpanRangeStrategy: artifact 7 of type 'Model' has no property 'span'. "
        "Only artifacts of components that read spans have one.",
    ):
        strategy.resolve_artifacts({"model": [model(7)]})


def test_all_candidates_or_none() -> None:
    candidates = {"a": [model(1)]}
    assert ConditionalStrategy([True, True]).resolve_artifacts(candidates) == candidates
    assert ConditionalStrategy([True, False]).resolve_artifacts(candidates) is None


def resolve(models: list[ArtifactRecord], blessings: list[ArtifactRecord]) -> dict[str, list[int]]:
    """Ids of what the strategy picks from candidates that are newest first."""
    chosen = LatestBlessedModelStrategy().resolve_artifacts(
        {"model": models, "model_blessing": blessings}
    )
    return {key: [artifact.id for artifact in artifacts] for key, artifacts in chosen.items()}


def test_newest_blessed_model_comes_with_its_blessing() -> None:
    models = [model(3), model(2), model(1)]
    blessings = [blessing(13, 3, blessed=0), blessing(12, 2), blessing(11, 1)]
    assert resolve(models, blessings) == {"model": [2], "model_blessing": [12]}


def test_of_two_blessings_of_a_model_the_newer_is_picked() -> None:
    blessings = [blessing(12, 1), blessing(11, 1)]
    assert resolve([model(1)], blessings) == {"model": [1], "model_blessing": [12]}


NOTHING: dict[str, list[int]] = {"model": [], "model_blessing": []}


@pytest.mark.parametrize(
    ("models", "blessings"),
    [
        ([], []),
        ([model(1)], []),
        ([], [blessing(11, 1)]),
        ([model(1)], [blessing(11, 1, blessed=0)]),
        ([model(1)], [blessing(11, 2)]),
        ([model(1)], [ArtifactRecord("ModelBlessing", id=11)]),
    ],
)
def test_without_a_blessed_model_both_are_empty(
    models: list[ArtifactRecord], blessings: list[ArtifactRecord]
) -> None:
    assert resolve(models, blessings) == NOTHING


def test_inputs_are_told_by_type_whatever_their_keys() -> None:
    chosen = LatestBlessedModelStrategy().resolve_artifacts(
        {"x": [blessing(11, 1)], "baseline": [model(1)]}
    )
    assert chosen == {"x": (blessing(11, 1),), "baseline": (model(1),)}


def test_candidates_of_one_type_only_give_nothing() -> None:
    assert LatestBlessedModelStrategy().resolve_artifacts({"model": [model(1)]}) == {"model": ()}
