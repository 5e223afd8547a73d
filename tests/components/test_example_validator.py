"""ExampleValidator: anomalies are written and logged, and never fail the node."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import anomalies_pb2

from components.csv_example_gen.component import CsvExampleGen
from components.example_validator.component import ExampleValidator
from components.example_validator.executor import Executor
from components.import_schema_gen.component import ImportSchemaGen
from components.statistics_gen.component import StatisticsGen
from pipeline_lib.artifacts.standard_artifacts import ExampleAnomalies, ExampleStatistics, Schema
from pipeline_lib.errors import DataError
from tests.penguins import Execute

OUTPUTS = {"anomalies": ExampleAnomalies}


def load(anomalies: ExampleAnomalies, split: str) -> anomalies_pb2.Anomalies:
    path = Path(anomalies.path(split=split), "SchemaDiff.pb")
    return anomalies_pb2.Anomalies.FromString(path.read_bytes())


@pytest.fixture
def narrow_schema(penguin_schema: Schema, tmp_path: Path) -> Schema:
    """The penguins' schema without the island Dream and the feature year."""
    message = tfdv.load_schema_text(os.path.join(penguin_schema.uri, "schema.pbtxt"))
    tfdv.get_domain(message, "island").value.remove("Dream")
    message.feature.remove(tfdv.get_feature(message, "year"))
    tfdv.write_schema_text(message, str(tmp_path / "schema.pbtxt"))
    return Schema(uri=str(tmp_path))


def test_penguins_fit_their_own_schema(
    execute: Execute,
    penguin_statistics: ExampleStatistics,
    penguin_schema: Schema,
    caplog: pytest.LogCaptureFixture,
) -> None:
    inputs = {"statistics": penguin_statistics, "schema": penguin_schema}
    made = execute(Executor, inputs, OUTPUTS, {})["anomalies"]

    assert made.splits == ["train", "eval"]
    assert made.span == 0
    assert made.get_json_value_custom_property("blessed") == {"train": 1, "eval": 1}
    assert not load(made, "train").anomaly_info
    assert not caplog.records


def test_anomalies_are_written_and_logged(
    execute: Execute,
    penguin_statistics: ExampleStatistics,
    narrow_schema: Schema,
    caplog: pytest.LogCaptureFixture,
) -> None:
    inputs = {"statistics": penguin_statistics, "schema": narrow_schema}
    made = execute(Executor, inputs, OUTPUTS, {"exclude_splits": ["train"]})["anomalies"]

    assert made.splits == ["eval"]
    assert made.get_json_value_custom_property("blessed") == {"eval": 0}
    assert sorted(load(made, "eval").anomaly_info) == ["island", "year"]
    assert caplog.messages == [
        "Anomaly in split 'eval': feature 'island': Unexpected string values: "
        "Examples contain values missing from the schema: Dream (~38%). ",
        "Anomaly in split 'eval': feature 'year': New column: "
        "New column (column in data but not in schema)",
    ]


def test_an_unreadable_schema_is_refused(
    execute: Execute, penguin_statistics: ExampleStatistics, tmp_path: Path
) -> None:
    inputs = {"statistics": penguin_statistics, "schema": Schema(uri=str(tmp_path))}
    with pytest.raises(DataError) as caught:
        execute(Executor, inputs, OUTPUTS, {})
    assert str(caught.value) == f"Schema file {str(tmp_path / 'schema.pbtxt')!r} does not exist."


def test_authoring(tmp_path: Path) -> None:
    examples = CsvExampleGen(input_base=str(tmp_path)).outputs["examples"]
    statistics = StatisticsGen(examples).outputs["statistics"]
    schema = ImportSchemaGen(schema_file="schema.pbtxt").outputs["schema"]
    node = ExampleValidator(statistics=statistics, schema=schema)
    assert node.outputs["anomalies"].type_name == "ExampleAnomalies"
