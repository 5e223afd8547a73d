"""SchemaGen over the penguins."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import schema_pb2

from components.csv_example_gen.component import CsvExampleGen
from components.csv_example_gen.executor import Executor as CsvExecutor
from components.schema_gen.component import SchemaGen
from components.schema_gen.executor import Executor
from components.statistics_gen.component import StatisticsGen
from components.statistics_gen.executor import Executor as StatisticsExecutor
from pipeline_lib.artifacts.standard_artifacts import Examples, ExampleStatistics, Schema
from pipeline_lib.errors import DataError
from tests.penguins import Execute

OUTPUTS = {"schema": Schema}


def features(schema: Schema) -> dict[str, schema_pb2.Feature]:
    message = tfdv.load_schema_text(os.path.join(schema.uri, "schema.pbtxt"))
    return {feature.name: feature for feature in message.feature}


def test_types_domains_and_shapes_of_the_penguins(penguin_schema: Schema) -> None:
    found = features(penguin_schema)

    assert {name: schema_pb2.FeatureType.Name(found[name].type) for name in found} == {
        "bill_depth_mm": "FLOAT",
        "bill_length_mm": "FLOAT",
        "body_mass_g": "INT",
        "flipper_length_mm": "INT",
        "island": "BYTES",
        "sex": "BYTES",
        "species": "BYTES",
        "year": "INT",
    }
    message = tfdv.load_schema_text(os.path.join(penguin_schema.uri, "schema.pbtxt"))
    assert list(tfdv.get_domain(message, "island").value) == ["Biscoe", "Dream", "Torgersen"]
    assert found["species"].shape.dim[0].size == 1
    assert not found["sex"].HasField("shape")


def test_shapes_can_be_left_out(execute: Execute, penguin_statistics: ExampleStatistics) -> None:
    made = execute(
        Executor, {"statistics": penguin_statistics}, OUTPUTS, {"infer_feature_shape": False}
    )
    assert not features(made["schema"])["species"].HasField("shape")


@pytest.fixture(scope="module")
def colours(
    execute: Execute, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, ExampleStatistics]:
    """Statistics of a split with red things and one with green things."""
    base = tmp_path_factory.mktemp("colours")
    (base / "one.csv").write_text("colour\n" + "red\n" * 9)
    (base / "other.csv").write_text("colour\n" + "green\n" * 9)
    splits = [{"name": name, "pattern": f"{name}.csv"} for name in ("one", "other")]
    properties = {"input_base": str(base), "input_config": {"splits": splits}}
    examples = execute(CsvExecutor, {}, {"examples": Examples}, properties)
    return execute(StatisticsExecutor, examples, {"statistics": ExampleStatistics}, {})


@pytest.mark.parametrize(
    ("excluded", "values"), [(None, ["green", "red"]), (["other"], ["red"]), (["one"], ["green"])]
)
def test_every_split_that_is_not_excluded_widens_the_schema(
    execute: Execute,
    colours: dict[str, ExampleStatistics],
    excluded: list[str] | None,
    values: list[str],
) -> None:
    made = execute(Executor, colours, OUTPUTS, {"exclude_splits": excluded})["schema"]

    message = tfdv.load_schema_text(os.path.join(made.uri, "schema.pbtxt"))
    assert sorted(tfdv.get_domain(message, "colour").value) == values


@pytest.fixture(scope="module")
def one_row(
    execute: Execute, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, ExampleStatistics]:
    """Statistics of one row, which the hash puts into train."""
    base = tmp_path_factory.mktemp("one_row")
    (base / "one.csv").write_text("colour\ngreen\n")
    examples = execute(CsvExecutor, {}, {"examples": Examples}, {"input_base": str(base)})
    return execute(StatisticsExecutor, examples, {"statistics": ExampleStatistics}, {})


def test_a_split_without_examples_says_nothing_about_the_schema(
    execute: Execute, one_row: dict[str, ExampleStatistics]
) -> None:
    found = features(execute(Executor, one_row, OUTPUTS, {})["schema"])

    assert found["colour"].lifecycle_stage == schema_pb2.UNKNOWN_STAGE


def test_statistics_without_examples_are_refused(
    execute: Execute, one_row: dict[str, ExampleStatistics]
) -> None:
    with pytest.raises(DataError) as caught:
        execute(Executor, one_row, OUTPUTS, {"exclude_splits": ["train"]})
    assert str(caught.value) == (
        "The splits ['eval'] have no examples: there is nothing to infer a schema from."
    )


def test_excluding_an_unknown_split_is_refused(
    execute: Execute, penguin_statistics: ExampleStatistics
) -> None:
    with pytest.raises(DataError) as caught:
        execute(Executor, {"statistics": penguin_statistics}, OUTPUTS, {"exclude_splits": ["test"]})
    assert str(caught.value) == (
        "exclude_splits names 'test', which is no split of artifact 'ExampleStatistics'. "
        "These exist: 'eval', 'train'."
    )


def test_authoring(tmp_path: Path) -> None:
    examples = CsvExampleGen(input_base=str(tmp_path)).outputs["examples"]
    statistics = StatisticsGen(examples).outputs["statistics"]
    assert SchemaGen(statistics).outputs["schema"].type_name == "Schema"
