"""StatisticsGen over the penguins."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import tensorflow_data_validation as tfdv

from components.csv_example_gen.component import CsvExampleGen
from components.statistics_gen.component import StatisticsGen
from components.statistics_gen.executor import Executor
from pipeline_lib.artifacts.standard_artifacts import Examples, ExampleStatistics, Schema
from pipeline_lib.errors import AuthoringError, DataError
from tests.penguins import Execute

OUTPUTS = {"statistics": ExampleStatistics}


def test_tfdv_opens_the_statistics_of_every_split(penguin_statistics: ExampleStatistics) -> None:
    assert penguin_statistics.splits == ["train", "eval"]
    assert penguin_statistics.span == 0
    counts = {}
    for split in penguin_statistics.splits:
        path = os.path.join(penguin_statistics.path(split=split), "FeatureStats.pb")
        view = tfdv.DatasetListView(tfdv.load_stats_binary(path)).get_default_slice()
        counts[split] = view.proto().num_examples
        assert view.get_feature(tfdv.FeaturePath(["species"])).string_statistics().unique == 3
    assert counts == {"train": 204, "eval": 140}


def test_statistics_equal_those_of_tfdv_itself(
    penguin_examples: Examples, penguin_statistics: ExampleStatistics
) -> None:
    pattern = os.path.join(penguin_examples.path(split="eval"), "*")
    expected = tfdv.generate_statistics_from_tfrecord(pattern)
    path = os.path.join(penguin_statistics.path(split="eval"), "FeatureStats.pb")
    assert tfdv.load_stats_binary(path) == expected


def test_options_schema_and_excluded_split(
    execute: Execute, penguin_examples: Examples, penguin_schema: Schema
) -> None:
    options = tfdv.StatsOptions(num_top_values=1, num_histogram_buckets=2)
    examples = Examples(penguin_examples.uri, span=4, split_names=penguin_examples.split_names)

    made = execute(
        Executor,
        {"examples": examples, "schema": penguin_schema},
        OUTPUTS,
        {"stats_options_json": options.to_json(), "exclude_splits": ["train"]},
    )["statistics"]

    assert made.splits == ["eval"]
    assert made.span == 4
    assert os.listdir(made.uri) == ["Split-eval"]
    path = os.path.join(made.path(split="eval"), "FeatureStats.pb")
    view = tfdv.DatasetListView(tfdv.load_stats_binary(path)).get_default_slice()
    species = view.get_feature(tfdv.FeaturePath(["species"])).string_statistics()
    assert len(species.top_values) == 1


def test_two_schemas_are_refused(
    execute: Execute, penguin_examples: Examples, penguin_schema: Schema
) -> None:
    schema = tfdv.load_schema_text(os.path.join(penguin_schema.uri, "schema.pbtxt"))
    with pytest.raises(DataError) as caught:
        execute(
            Executor,
            {"examples": penguin_examples, "schema": penguin_schema},
            OUTPUTS,
            {"stats_options_json": tfdv.StatsOptions(schema=schema).to_json()},
        )
    assert str(caught.value) == (
        "stats_options holds a schema and the input 'schema' is given too. Give one of them."
    )


@pytest.mark.parametrize(
    ("excluded", "message"),
    [
        (
            ["evall"],
            "exclude_splits names 'evall', which is no split of artifact 'Examples'. "
            "These exist: 'eval', 'train'. Did you mean 'eval'?",
        ),
        (
            ["train", "eval"],
            "No split of artifact 'Examples' is left to work on: it has the splits "
            "['train', 'eval'], exclude_splits is ['train', 'eval'].",
        ),
    ],
)
def test_bad_exclude_splits_are_refused(
    execute: Execute, penguin_examples: Examples, excluded: list[str], message: str
) -> None:
    with pytest.raises(DataError) as caught:
        execute(Executor, {"examples": penguin_examples}, OUTPUTS, {"exclude_splits": excluded})
    assert str(caught.value) == message


def test_authoring(tmp_path: Path) -> None:
    examples = CsvExampleGen(input_base=str(tmp_path)).outputs["examples"]
    node = StatisticsGen(examples, stats_options=tfdv.StatsOptions(num_top_values=3))
    assert node.outputs["statistics"].type_name == "ExampleStatistics"
    restored = tfdv.StatsOptions.from_json(node.spec.exec_properties["stats_options_json"])
    assert restored.num_top_values == 3


def test_other_stats_options_are_refused(tmp_path: Path) -> None:
    examples = CsvExampleGen(input_base=str(tmp_path)).outputs["examples"]
    with pytest.raises(AuthoringError) as caught:
        StatisticsGen(examples, stats_options={"num_top_values": 3})
    assert str(caught.value) == (
        "StatisticsGen: stats_options takes a tensorflow_data_validation.StatsOptions, "
        "got {'num_top_values': 3}."
    )
