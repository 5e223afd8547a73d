from __future__ import annotations

import pytest

from pipeline_lib import LatestArtifactStrategy, LatestBlessedModelStrategy
from pipeline_lib.artifacts.artifact import ArtifactRecord


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
