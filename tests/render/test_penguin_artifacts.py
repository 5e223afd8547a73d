"""What the standard components write, as people see it."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from typing import Any

import pytest

from pipeline_lib import BaseExecutor
from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.render.render import in_words, render
from tests.penguins import Execute
from tests.render.fragment_text import text_of


@pytest.fixture(scope="module")
def evaluation(
    execute: Execute, penguin_model: dict[str, Any], penguin_examples: Artifact
) -> dict[str, Any]:
    """The penguin model's evaluation by island, with a confusion matrix and calibration."""
    from components.evaluator.executor import Executor

    at_least = {"value_threshold": {"lower_bound": {"value": 0.9}}}
    calibration = {"class_name": "CalibrationPlot", "config": '{"num_buckets": 10}'}
    config = {
        "model_specs": [
            {
                "signature_name": "serving_default",
                "preprocessing_function_names": ["transform_features"],
                "label_key": "species_xf",
                "prediction_key": "probabilities",
            }
        ],
        "slicing_specs": [{}, {"feature_keys": ["island"]}],
        "metrics_specs": [
            {
                "metrics": [
                    {"class_name": "ExampleCount"},
                    {"class_name": "SparseCategoricalAccuracy", "threshold": at_least},
                    {"class_name": "MultiClassConfusionMatrixPlot"},
                ]
            },
            {"metrics": [calibration], "binarize": {"class_ids": {"values": [0]}}},
        ],
    }
    return execute(
        Executor,
        {"examples": penguin_examples, "model": penguin_model["model"]},
        {
            "evaluation": standard_artifacts.ModelEvaluation,
            "blessing": standard_artifacts.ModelBlessing,
        },
        {"eval_config": config},
    )


def test_examples_are_rows_with_types_per_split(penguin_examples: Artifact) -> None:
    html = render(penguin_examples)
    text = text_of(html)
    assert "split train: 204 examples" in text
    assert "split eval: 140 examples" in text
    assert "body_mass_g int64" in text
    assert "species bytes" in text
    assert "Adelie" in text
    assert ">2007<" in html  # a year, not 2,007


def test_transformed_examples_are_shown_like_others(penguin_transform: dict[str, Any]) -> None:
    assert "body_mass_g_xf float" in text_of(render(penguin_transform["transformed_examples"]))


def test_statistics_lay_the_splits_over_each_other(penguin_statistics: Artifact) -> None:
    html = render(penguin_statistics)
    assert html.count("<svg") == 8
    assert re.search(r'aria-label="body_mass_g: train from \d+ to \d+, mean \d+', html)
    assert re.search(r'aria-label="island: train Biscoe \d+%, Dream \d+%, Torgersen \d+%; ', html)
    assert "sex train string" in text_of(html)
    words = in_words(penguin_statistics.to_record())
    assert words == "8 features, 204 examples in train, 140 examples in eval"


def test_ids_in_drawings_are_unique(penguin_statistics: Artifact) -> None:
    ids = re.findall(r'\bid="([^"]+)"', render(penguin_statistics))
    drawn = [one for one in ids if not one.startswith(("figure", "axes", "patch", "text", "line"))]
    clips = [one for one in drawn if re.fullmatch(r"p[0-9a-f]+", one)]
    assert len(clips) == len(set(clips)) > 0


def test_plots_take_the_page_s_colours_and_font(penguin_statistics: Artifact) -> None:
    html = render(penguin_statistics)
    assert "currentColor" in html
    assert "#010203" not in html
    assert "<script" not in html
    assert html.count("<style") == 1
    assert len(html) < 90_000


def test_schema_is_a_table_of_features(penguin_schema: Artifact) -> None:
    text = text_of(render(penguin_schema))
    assert "island bytes all examples" in text
    assert "Biscoe, Dream, Torgersen" in text
    assert in_words(penguin_schema.to_record()) == "8 features"


def test_anomalies_are_told(
    execute: Execute, penguin_statistics: Artifact, penguin_schema: Artifact
) -> None:
    from components.example_validator.executor import Executor
    from components.layouts.schema_file import load_schema, schema_path, write_schema

    outputs = {"anomalies": standard_artifacts.ExampleAnomalies}
    narrower = execute(
        _Copy, {"schema": penguin_schema}, {"schema": standard_artifacts.Schema}, {}
    )["schema"]
    schema = load_schema(schema_path(narrower))
    island = next(one for one in schema.string_domain if one.name == "island")
    del island.value[:]
    island.value.append("Dream")
    write_schema(schema, schema_path(narrower))

    given = {"statistics": penguin_statistics, "schema": penguin_schema}
    good = execute(Executor, given, outputs, {})["anomalies"]
    bad = execute(Executor, {**given, "schema": narrower}, outputs, {})["anomalies"]
    assert in_words(good.to_record()) == "no anomalies in train, eval"
    assert "no anomalies in train, eval" in text_of(render(good))
    assert in_words(bad.to_record()) == "2 anomalies in train, eval"
    assert "train island error Unexpected string values" in text_of(render(bad))


class _Copy(BaseExecutor):
    """Copies the schema, so that a test can change it."""

    def Do(self, input_dict: Any, output_dict: Any, exec_properties: Any) -> None:
        source, target = input_dict["schema"][0], output_dict["schema"][0]
        shutil.copytree(source.uri, target.uri, dirs_exist_ok=True)


def test_transform_graph_shows_features_before_and_after(
    penguin_transform: dict[str, Any],
) -> None:
    graph = penguin_transform["transform_graph"]
    text = text_of(render(graph))
    assert "after: 7 features" in text
    assert "before: 8 features" in text
    assert "species_xf int" in text
    assert "vocabulary terms the first of them island 3 " in text
    assert in_words(graph.to_record()) == "8 features to 7"


def test_model_shows_its_signatures_and_size(penguin_model: dict[str, Any]) -> None:
    text = text_of(render(penguin_model["model"]))
    assert "SavedModel for serve, by TensorFlow 2." in text
    assert "signature serving_default tensor kind type shape examples input string ?" in text
    assert "probabilities output float32 ? x 3" in text
    assert re.search(r"6 files, \d+\.\d kB", text)
    assert "__saved_model_init_op" not in text


def test_training_curves_come_from_the_logs(penguin_model: dict[str, Any]) -> None:
    html = render(penguin_model["model_run"])
    text = text_of(html)
    assert "train" in text
    assert "validation" in text
    told = r"epoch_loss: train [\d.e-]+ at step 0, [\d.e-]+ at step 4; "
    assert re.search(f'aria-label="{told}', html)
    assert "epoch_accuracy train 5" in text


def test_an_evaluation_shows_metrics_thresholds_and_plots(evaluation: dict[str, Any]) -> None:
    record = evaluation["evaluation"].to_record()
    text = text_of(render(record))
    assert "slice sparse_categorical_accuracy example_count all examples 0.9" in text
    assert "island=Torgersen" in text
    assert re.search(
        r"sparse_categorical_accuracy all examples at least 0\.9 0\.9\d+ ✓ yes", text
    ), text
    assert "confusion matrix, in examples; rows are the labels, columns the predictions" in text
    assert "calibration: mean label against mean prediction in" in render(record)
    assert "mean prediction mean label examples" in text
    assert "plots: island=Biscoe" in text
    told = r"sparse_categorical_accuracy 0\.\d+, example_count 140"
    assert re.fullmatch(told, in_words(record)), in_words(record)


def test_a_verdict_tells_its_reason(evaluation: dict[str, Any]) -> None:
    record = evaluation["blessing"].to_record()
    assert in_words(record) == "blessed"
    refused = replace(
        record, custom_properties={"blessed": 0, "not_blessed_reason": "accuracy is 0.5"}
    )
    assert in_words(refused) == "not blessed: accuracy is 0.5"
    assert "not blessed: accuracy is 0.5" in text_of(render(refused))


def test_a_file_alone_says_how_it_was_decided(evaluation: dict[str, Any]) -> None:
    written_by_tfx = replace(evaluation["blessing"].to_record(), custom_properties={})
    assert in_words(written_by_tfx) == "blessed"
