"""Statistics: numbers and distribution of each feature, the splits over each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from tensorflow_metadata.proto.v0 import statistics_pb2

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.artifacts.splits import splits_of
from pipeline_lib.render.feature_numbers import COLUMNS, feature_numbers
from pipeline_lib.render.markup import details, joined, paragraph, table
from pipeline_lib.render.missing import how_to_install
from pipeline_lib.render.wording import counted

_FILE = "FeatureStats.pb"
_MOST_PLOTS = 40
_MOST_FEATURES = 300

Features = Mapping[str, Any]
"""A data set's features by name."""


def body(record: ArtifactRecord) -> Markup:
    """Distributions with the splits over each other, then a table of the numbers."""
    return _over_each_other(_by_split(record))


def together(records: Mapping[str, ArtifactRecord]) -> Markup:
    """Statistics by name over each other, split by split."""
    by_name = {name: _by_split(record) for name, record in records.items()}
    splits = list({split: None for one in by_name.values() for split in one})
    parts = [
        _over_each_other(
            {f"{split} of {name}": one[split] for name, one in by_name.items() if split in one}
        )
        for split in splits
    ]
    return joined(parts)


def in_words(record: ArtifactRecord) -> str:
    """How many features and examples there are."""
    by_split = _by_split(record)
    features = {name for one in by_split.values() for name in _features(one)}
    counts = [f"{counted(int(one.num_examples), 'example')} in {n}" for n, one in by_split.items()]
    return ", ".join([counted(len(features), "feature"), *counts])


def _over_each_other(data_sets: Mapping[str, Any]) -> Markup:
    """Data sets (`DatasetFeatureStatistics`) by name, compared feature by feature."""
    by_name = {name: _features(one) for name, one in data_sets.items()}
    features = list({feature: None for one in by_name.values() for feature in one})
    counts = [f"{name}: {counted(int(o.num_examples), 'example')}" for name, o in data_sets.items()]
    rows = [
        (feature, name, *feature_numbers(one[feature]))
        for feature in features[:_MOST_FEATURES]
        for name, one in by_name.items()
        if feature in one
    ]
    numbers = details(
        f"numbers of {counted(len(features), 'feature')}",
        table(("feature", "data set", *COLUMNS), rows),
    )
    return joined([paragraph(", ".join(counts)), _plots(features[:_MOST_PLOTS], by_name), numbers])


def _plots(features: Sequence[str], by_name: Mapping[str, Features]) -> Markup:
    try:
        from pipeline_lib.render import plots
    except ModuleNotFoundError as error:
        return paragraph(f"To see distributions, {how_to_install(error)}.", "note")
    from pipeline_lib.render.feature_plots import feature_plot

    drawn = [
        feature_plot(
            feature, {name: one[feature] for name, one in by_name.items() if feature in one}
        )
        for feature in features
    ]
    return joined([plots.legend(list(by_name)), *drawn])


def _by_split(record: ArtifactRecord) -> dict[str, Any]:
    found = {}
    for split in splits_of(record):
        payload = files.read_bytes(f"{record.uri}/Split-{split}/{_FILE}")
        data_sets = statistics_pb2.DatasetFeatureStatisticsList.FromString(payload).datasets
        if data_sets:
            found[split] = data_sets[0]
    return found


def _features(data_set: Any) -> Features:
    return {one.name or ".".join(one.path.step): one for one in data_set.features}
