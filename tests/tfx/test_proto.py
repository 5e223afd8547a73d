from __future__ import annotations

import pytest
from google.protobuf import json_format

import pipeline_lib
from pipeline_lib import standard_artifacts, tfx
from pipeline_lib.errors import AuthoringError
from tests.whole_message import raises


def compiled(example_gen: pipeline_lib.BaseComponent) -> pipeline_lib.ir.Pipeline:
    return pipeline_lib.compile(pipeline_lib.Pipeline("p", components=[example_gen]))


def test_messages_are_assigned_and_compared() -> None:
    config = tfx.proto.Output()
    config.split_config.splits.add(name="train", hash_buckets=3)
    config.split_config.splits.append(tfx.proto.SplitConfig.Split(name="eval", hash_buckets=1))
    assert config == tfx.proto.Output(
        split_config=tfx.proto.SplitConfig(
            splits=[
                tfx.proto.SplitConfig.Split(name="train", hash_buckets=3),
                {"name": "eval", "hash_buckets": 1},
            ]
        )
    )
    assert json_format.MessageToDict(config)["splitConfig"]["splits"][1]["hashBuckets"] == 1


def test_a_choice_between_fields() -> None:
    chosen = tfx.proto.RangeConfig(static_range=tfx.proto.StaticRange(start_span_number=3))
    chosen.rolling_range.num_spans = 2
    assert chosen.WhichOneof("range") == "rolling_range"


def test_unknown_fields_and_wrong_values() -> None:
    with pytest.raises(ValueError, match="steps"):
        tfx.proto.TrainArgs(steps=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        tfx.proto.TrainArgs(num_steps="three")  # type: ignore[arg-type]


def test_enumerations() -> None:
    destination = tfx.proto.PushDestination.Filesystem(versioning="UNIX_TIMESTAMP")
    assert destination.versioning == tfx.proto.Versioning.UNIX_TIMESTAMP
    assert tfx.proto.Versioning.Name(destination.versioning) == "UNIX_TIMESTAMP"
    assert tfx.proto.PayloadFormat.FORMAT_PARQUET == 15


def test_a_message_is_as_good_as_a_mapping() -> None:
    by_message = tfx.components.CsvExampleGen(
        "data",
        input_config=tfx.proto.Input(
            splits=[tfx.proto.Input.Split(name="all", pattern="*.csv")],
        ),
        output_config=tfx.proto.Output(
            split_config={"splits": [{"name": "train", "hash_buckets": 4}]}
        ),
    )
    by_mapping = tfx.components.CsvExampleGen(
        "data",
        input_config={"splits": [{"name": "all", "pattern": "*.csv"}]},
        output_config={"split_config": {"splits": [{"name": "train", "hash_buckets": 4}]}},
    )
    assert compiled(by_message) == compiled(by_mapping)


def test_where_a_model_is_pushed() -> None:
    pusher = tfx.components.Pusher(
        model=tfx.dsl.Channel(type=standard_artifacts.Model),
        push_destination=tfx.proto.PushDestination(
            filesystem=tfx.proto.PushDestination.Filesystem(
                base_directory="/models", versioning=tfx.proto.Versioning.UNIX_TIMESTAMP
            )
        ),
    )
    assert pusher.exec_properties["push_destination"] == {
        "filesystem": {"base_directory": "/models", "versioning": "UNIX_TIMESTAMP"}
    }


def test_a_message_whose_content_cannot_work() -> None:
    with raises(
        AuthoringError,
        "CsvExampleGen: output_config['split_config'] has no field 'partition_feature_name'. "
        "These exist: 'splits'.",
    ):
        tfx.components.CsvExampleGen(
            "data",
            output_config=tfx.proto.Output(
                split_config=tfx.proto.SplitConfig(partition_feature_name="user")
            ),
        )
