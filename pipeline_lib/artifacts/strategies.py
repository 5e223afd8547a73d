"""Resolver strategies: which of the artifacts in the store a node is to use.

A strategy sees the candidates of each input, newest first, and picks. It knows neither the store
nor the pipeline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import DataError

Candidates = Mapping[str, Sequence[ArtifactRecord]]


class ResolverStrategy(Protocol):
    """Picks artifacts.

    Implementations are found by import path, and made with the resolver's `config` as arguments.
    One may name the artifact types that it cannot do without, as `INPUT_TYPES`.
    """

    def resolve_artifacts(self, candidates: Candidates) -> Candidates | None:
        """What the strategy picks for each key; a key may be left empty.

        Args:
            candidates: for each key the artifacts to choose from, newest first.

        Returns:
            The choice; or `None`, and the resolver and the nodes that need it are skipped.
        """


class LatestArtifactStrategy:
    """The newest artifacts of each key.

    Args:
        desired_num_of_artifacts: how many of them, at most.
    """

    def __init__(self, desired_num_of_artifacts: int = 1) -> None:
        if desired_num_of_artifacts < 1:
            raise DataError(
                "LatestArtifactStrategy: desired_num_of_artifacts must be at least 1, "
                f"got {desired_num_of_artifacts}."
            )
        self._count = desired_num_of_artifacts

    def resolve_artifacts(self, candidates: Candidates) -> Candidates:
        """The newest artifacts of each key, newest first."""
        return {key: artifacts[: self._count] for key, artifacts in candidates.items()}


class LatestBlessedModelStrategy:
    """The newest model that has a blessing, with that blessing.

    Takes two inputs, one of type `Model` and one of type `ModelBlessing`; a blessing names its
    model by the custom property `current_model_id`, as TFX's Evaluator writes it.
    """

    INPUT_TYPES = ("Model", "ModelBlessing")

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


class SpanRangeStrategy:
    """The artifacts whose spans lie in a range, the highest span first, its newest one of each.

        Resolver(
            strategy_class=SpanRangeStrategy,
            config={"range_config": {"rolling_range": {"num_spans": 7}}},
            examples=Channel(type=Examples, producer_component_id="CsvExampleGen"),
        )

    Args:
        range_config: TFX's `RangeConfig`, as a message or as a dict of the same fields: either
            `static_range` with `start_span_number` and `end_span_number`, both included, or
            `rolling_range` with `num_spans` up to the highest span there is and, if given, not
            below `start_span_number`.

    Raises:
        DataError: `range_config` is none of these.
    """

    def __init__(self, range_config: Mapping[str, Mapping[str, int]]) -> None:
        kinds = set(range_config)
        if kinds not in ({"static_range"}, {"rolling_range"}):
            raise DataError(
                "SpanRangeStrategy: range_config takes either 'static_range' or 'rolling_range', "
                f"got {dict(range_config)!r}."
            )
        self._static = range_config.get("static_range")
        self._rolling = range_config.get("rolling_range", {})
        if self._static is None and int(self._rolling.get("num_spans", 0)) < 1:
            raise DataError(
                "SpanRangeStrategy: rolling_range takes num_spans of at least 1, "
                f"got {dict(self._rolling)!r}."
            )

    def resolve_artifacts(self, candidates: Candidates) -> Candidates:
        """The artifacts in the range, for each key."""
        return {key: self._in_range(artifacts) for key, artifacts in candidates.items()}

    def _in_range(self, artifacts: Sequence[ArtifactRecord]) -> list[ArtifactRecord]:
        newest_of: dict[int, ArtifactRecord] = {}
        for artifact in artifacts:
            newest_of.setdefault(_span(artifact), artifact)
        spans = sorted(newest_of, reverse=True)
        if not spans:
            return []
        first, last = self._bounds(spans[0])
        return [newest_of[span] for span in spans if first <= span <= last]

    def _bounds(self, highest: int) -> tuple[int, int]:
        if self._static is not None:
            bounds = ("start_span_number", "end_span_number")
            first, last = (int(self._static.get(name, 0)) for name in bounds)
            return first, last
        begin = int(self._rolling.get("start_span_number", 0))
        return max(begin, highest - int(self._rolling["num_spans"]) + 1), highest


class ConditionalStrategy:
    """All candidates if every predicate holds; else the resolver is skipped.

        Resolver(
            strategy_class=ConditionalStrategy,
            config={"predicates": [placeholders.input("model")[0].custom_property("ok") == 1]},
            model=latest.outputs["model"],
        )

    Args:
        predicates: comparisons that read the resolver's inputs; here they have their values.
    """

    def __init__(self, predicates: Sequence[bool]) -> None:
        self._holds = all(predicates)

    def resolve_artifacts(self, candidates: Candidates) -> Candidates | None:
        """The candidates, or nothing."""
        return candidates if self._holds else None


def _span(artifact: ArtifactRecord) -> int:
    span = artifact.properties.get("span", artifact.custom_properties.get("span"))
    if not isinstance(span, (int, str)):
        raise DataError(
            f"SpanRangeStrategy: artifact {artifact.id} of type {artifact.type_name!r} has no "
            "property 'span'. Only artifacts of components that read spans have one."
        )
    return int(span)


def _key_of(type_name: str, candidates: Candidates) -> str | None:
    """The input that has candidates of that type, if one has."""
    for key, artifacts in candidates.items():
        if artifacts and artifacts[0].type_name == type_name:
            return key
    return None
