"""Resolver strategies: which of the artifacts in the store a node is to use.

A strategy sees the candidates of each input, newest first, and picks. It knows neither the store
nor the pipeline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from pipeline_lib.artifacts.artifact import ArtifactRecord

Candidates = Mapping[str, Sequence[ArtifactRecord]]


class ResolverStrategy(Protocol):
    """Picks artifacts; implementations are found by import path and made without arguments."""

    def resolve_artifacts(self, candidates: Candidates) -> Candidates:
        """What the strategy picks for each key; a key may be left empty.

        Args:
            candidates: for each key the artifacts to choose from, newest first.
        """


class LatestArtifactStrategy:
    """The newest artifact of each key."""

    def resolve_artifacts(self, candidates: Candidates) -> Candidates:
        """The newest artifact of each key."""
        return {key: artifacts[:1] for key, artifacts in candidates.items()}


class LatestBlessedModelStrategy:
    """The newest model that has a blessing, with that blessing.

    Takes two inputs, one of type `Model` and one of type `ModelBlessing`; a blessing names its
    model by the custom property `current_model_id`, as TFX's Evaluator writes it.
    """

    def resolve_artifacts(self, candidates: Candidates) -> Candidates:
        """The newest blessed model and its blessing; both empty where no model is blessed."""
        chosen: dict[str, Sequence[ArtifactRecord]] = dict.fromkeys(candidates, ())
        model_key = _key_of("Model", candidates)
        blessing_key = _key_of("ModelBlessing", candidates)
        if model_key is None or blessing_key is None:
            return chosen
        blessings = {
            blessing.custom_properties.get("current_model_id"): blessing
            for blessing in reversed(candidates[blessing_key])
            if blessing.custom_properties.get("blessed") == 1
        }
        for model in candidates[model_key]:
            if model.id in blessings:
                return {**chosen, model_key: (model,), blessing_key: (blessings[model.id],)}
        return chosen


def _key_of(type_name: str, candidates: Candidates) -> str | None:
    """The input that has candidates of that type, if one has."""
    for key, artifacts in candidates.items():
        if artifacts and artifacts[0].type_name == type_name:
            return key
    return None
