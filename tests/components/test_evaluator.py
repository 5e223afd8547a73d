"""Evaluator on small SavedModels whose accuracy by slice is known: 1 on Biscoe, 0.5 on Dream."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
import tensorflow_model_analysis as tfma

from components.evaluator.component import Evaluator
from components.evaluator.eval_config import make_eval_config
from components.evaluator.executor import Executor
from pipeline_lib import Channel
from pipeline_lib.artifacts import files, standard_artifacts
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.evaluation_summary import SliceMetrics, read_summary
from pipeline_lib.errors import AuthoringError, DataError, UserModuleError

Evaluate = Callable[..., dict[str, Any]]
ACCURACY = "SparseCategoricalAccuracy"
OUTPUTS = {
    "evaluation": standard_artifacts.ModelEvaluation,
    "blessing": standard_artifacts.ModelBlessing,
}
AT_LEAST_09 = {"value_threshold": {"lower_bound": 0.9}}
NOT_WORSE = {"change_threshold": {"direction": "HIGHER_IS_BETTER", "absolute": -0.01}}


class NearestSpecies(tf.Module):
    """Gives the species whose number is nearest to one feature, from serialized examples."""

    def __init__(self, feature: str) -> None:
        super().__init__()
        self.feature = feature
        self.centers = tf.Variable([0.0, 1.0, 2.0])

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def serve(self, examples: Any) -> dict[str, Any]:
        parsed = tf.io.parse_example(
            examples, {self.feature: tf.io.FixedLenFeature([1], tf.float32)}
        )
        distance = tf.square(parsed[self.feature] - self.centers)
        return {"probabilities": tf.nn.softmax(-distance)}


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> standard_artifacts.Examples:
    """80 rows in the split eval, half on each island; an empty split; a feature that never lies."""
    artifact = standard_artifacts.Examples(uri=str(tmp_path_factory.mktemp("examples")))
    artifact.splits = ["eval", "empty"]
    write_records(artifact.path(split="eval"), [example(row) for row in range(80)])
    write_records(artifact.path(split="empty"), [])
    return artifact


def example(row: int) -> bytes:
    """On Dream every other `measured` points to a wrong species; `true` is always right."""
    species, dream = row % 3, row >= 40
    wrong = dream and row % 2 == 0
    feature = {
        "species": tf.train.Feature(int64_list=tf.train.Int64List(value=[species])),
        "measured": floats((species + wrong) % 3),
        "true": floats(species),
        "island": tf.train.Feature(
            bytes_list=tf.train.BytesList(value=[b"Dream" if dream else b"Biscoe"])
        ),
    }
    features = tf.train.Features(feature=feature)
    return bytes(tf.train.Example(features=features).SerializeToString())


def floats(value: float) -> Any:
    return tf.train.Feature(float_list=tf.train.FloatList(value=[value]))


def write_records(directory: str, records: list[bytes]) -> None:
    os.makedirs(directory)
    path = os.path.join(directory, "data_tfrecord-00000-of-00001.gz")
    with tf.io.TFRecordWriter(path, tf.io.TFRecordOptions(compression_type="GZIP")) as writer:
        for record in records:
            writer.write(record)


def save_model(feature: str, uri: Path, model_id: int) -> standard_artifacts.Model:
    module = NearestSpecies(feature)
    signatures = {"serving_default": module.serve}
    tf.saved_model.save(module, str(uri / "Format-Serving"), signatures=signatures)
    model = standard_artifacts.Model(uri=str(uri))
    model.id = model_id
    return model


@pytest.fixture(scope="module")
def fair(tmp_path_factory: pytest.TempPathFactory) -> standard_artifacts.Model:
    """A model with accuracy 0.75: 1 on Biscoe, 0.5 on Dream."""
    return save_model("measured", tmp_path_factory.mktemp("fair"), model_id=11)


@pytest.fixture(scope="module")
def perfect(tmp_path_factory: pytest.TempPathFactory) -> standard_artifacts.Model:
    """A model with accuracy 1."""
    return save_model("true", tmp_path_factory.mktemp("perfect"), model_id=22)


@pytest.fixture(scope="module")
def evaluate(execute: Any, examples: Artifact) -> Evaluate:
    """Runs the executor and gives its outputs."""

    def run(
        eval_config: Mapping[str, Any],
        model: Artifact | None = None,
        baseline: Artifact | None = None,
        schema: Artifact | None = None,
        **exec_properties: Any,
    ) -> dict[str, Any]:
        inputs = {
            "examples": [examples],
            "model": [model] if model else [],
            "baseline_model": [baseline] if baseline else [],
            "schema": [schema] if schema else [],
        }
        properties = {"eval_config": eval_config, **exec_properties}
        outputs: dict[str, Any] = execute(Executor, inputs, OUTPUTS, properties)
        return outputs

    return run


def config(*metrics: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "model_specs": [{"signature_name": "serving_default", "label_key": "species"}],
        "slicing_specs": [{}, {"feature_keys": ["island"]}],
        "metrics_specs": [{"metrics": [*metrics, {"class_name": "ExampleCount"}]}],
        **more,
    }


ON_EACH_ISLAND = {"slicing_specs": [{"feature_keys": ["island"]}], "threshold": AT_LEAST_09}


@pytest.fixture(scope="module")
def first_run(evaluate: Evaluate, perfect: Artifact) -> dict[str, Any]:
    """The perfect model without a baseline: change thresholds cannot be checked."""
    threshold = {**AT_LEAST_09, **NOT_WORSE}
    return evaluate(config({"class_name": ACCURACY, "threshold": threshold}), perfect)


@pytest.fixture(scope="module")
def worse_than_baseline(evaluate: Evaluate, fair: Artifact, perfect: Artifact) -> dict[str, Any]:
    """The fair model against the perfect one."""
    metric = {
        "class_name": ACCURACY,
        "threshold": NOT_WORSE,
        "per_slice_thresholds": [ON_EACH_ISLAND],
    }
    return evaluate(config(metric), fair, perfect)


def files_of(artifact: Artifact) -> set[str]:
    return {path.name for path in Path(artifact.uri).iterdir()}


def test_a_good_model_is_blessed(first_run: dict[str, Any], perfect: Artifact) -> None:
    blessing = first_run["blessing"]
    assert files_of(blessing) == {"BLESSED"}
    assert blessing.custom_properties == {
        "blessed": 1,
        "current_model": perfect.uri,
        "current_model_id": 22,
        "model_fingerprint": files.fingerprint(f"{perfect.uri}/Format-Serving"),
    }


def test_tfma_opens_the_evaluation(first_run: dict[str, Any]) -> None:
    uri = first_run["evaluation"].uri
    result = tfma.load_eval_result(uri)
    assert len(result.slicing_metrics) == 3
    assert result.config.model_specs[0].label_key == "species"
    assert tfma.load_validation_result(uri).validation_ok
    assert files_of(first_run["evaluation"]) == {
        "attributions-00000-of-00001.tfrecord",
        "eval_config.json",
        "metrics-00000-of-00001.tfrecord",
        "plots-00000-of-00001.tfrecord",
        "summary.json",
        "validations.tfrecord",
    }


def test_the_summary_tells_metrics_overall_and_by_slice(first_run: dict[str, Any]) -> None:
    summary = read_summary(first_run["evaluation"].uri)
    assert summary == [
        SliceMetrics({}, {"example_count": 80.0, "sparse_categorical_accuracy": 1.0}),
        SliceMetrics(
            {"island": "Biscoe"}, {"example_count": 40.0, "sparse_categorical_accuracy": 1.0}
        ),
        SliceMetrics(
            {"island": "Dream"}, {"example_count": 40.0, "sparse_categorical_accuracy": 1.0}
        ),
    ]
    assert [entry.name for entry in summary] == ["all examples", "island=Biscoe", "island=Dream"]


def test_a_model_that_is_worse_is_not_blessed_and_every_reason_is_told(
    worse_than_baseline: dict[str, Any], fair: Artifact, perfect: Artifact
) -> None:
    blessing = worse_than_baseline["blessing"]
    assert files_of(blessing) == {"NOT_BLESSED"}
    reason = blessing.custom_properties.pop("not_blessed_reason")
    assert reason == (
        "sparse_categorical_accuracy changed by -0.25 from the baseline on all examples, "
        "expected at least -0.01; "
        "sparse_categorical_accuracy is 0.5 on island=Dream, expected at least 0.9; "
        "sparse_categorical_accuracy changed by -0.5 from the baseline on island=Dream, "
        "expected at least -0.01"
    )
    assert blessing.custom_properties == {
        "blessed": 0,
        "current_model": fair.uri,
        "current_model_id": 11,
        "baseline_model": perfect.uri,
        "baseline_model_id": 22,
        "model_fingerprint": files.fingerprint(f"{fair.uri}/Format-Serving"),
    }


def test_the_summary_holds_the_baseline_too(worse_than_baseline: dict[str, Any]) -> None:
    dream = read_summary(worse_than_baseline["evaluation"].uri)[-1]
    assert dream == SliceMetrics(
        {"island": "Dream"},
        {
            "example_count": 40.0,
            "example_count_diff": 0.0,
            "sparse_categorical_accuracy": 0.5,
            "sparse_categorical_accuracy_diff": -0.5,
        },
        {"example_count": 40.0, "sparse_categorical_accuracy": 1.0},
    )


def test_reasons_tell_classes_and_all_bounds(
    evaluate: Evaluate, fair: Artifact, perfect: Artifact
) -> None:
    """Species 0 and 1 are each recognised too rarely on Dream; 2 is not looked at."""
    between = {"value_threshold": {"lower_bound": 0.1, "upper_bound": 0.2}}
    relative = {"direction": "HIGHER_IS_BETTER", "absolute": -0.01, "relative": -0.02}
    specs = [
        {
            "metrics": [{"class_name": "Recall", "threshold": AT_LEAST_09}],
            "binarize": {"class_ids": {"values": [0, 1]}},
        },
        {
            "metrics": [
                {
                    "class_name": "SparseCategoricalCrossentropy",
                    "threshold": {"value_threshold": {"upper_bound": 0.25}},
                },
                {
                    "class_name": ACCURACY,
                    "threshold": {**between, "change_threshold": relative},
                },
            ]
        },
    ]
    outputs = evaluate(config(metrics_specs=specs, slicing_specs=[{}]), fair, perfect)
    reason = outputs["blessing"].get_string_custom_property("not_blessed_reason")
    where = "on all examples, expected"
    assert sorted(reason.split("; ")) == [
        f"recall@classId:0 is 0.740741 {where} at least 0.9",
        f"recall@classId:1 is 0.740741 {where} at least 0.9",
        f"sparse_categorical_accuracy changed by -0.25 from the baseline {where} at least -0.01 "
        "and at least -0.02 times the baseline",
        f"sparse_categorical_accuracy is 0.75 {where} at least 0.1 and at most 0.2",
        f"sparse_categorical_crossentropy is 0.87746 {where} at most 0.25",
    ]
    (overall,) = read_summary(outputs["evaluation"].uri)
    assert overall.metrics["recall@classId:1"] == pytest.approx(20 / 27)


def test_without_a_threshold_nothing_is_blessed(
    evaluate: Evaluate, fair: Artifact, caplog: pytest.LogCaptureFixture
) -> None:
    unknown_slice = {"slicing_specs": [{}, {"feature_keys": ["iland"]}]}
    outputs = evaluate(config(**unknown_slice), fair)
    assert files_of(outputs["blessing"]) == set()
    assert outputs["blessing"].custom_properties == {}
    messages = [record.message for record in caplog.records if "evaluator" in record.name]
    assert messages == [
        "No example has the features of the slicing spec on iland.",
        "eval_config has no threshold: the model is measured, not validated.",
    ]


def test_a_threshold_on_a_slice_that_is_empty_is_not_kept(
    evaluate: Evaluate, perfect: Artifact
) -> None:
    atlantis = {"feature_values": {"island": "Atlantis"}}
    per_slice = {"slicing_specs": [atlantis], "threshold": AT_LEAST_09}
    metric = {"class_name": ACCURACY, "per_slice_thresholds": [per_slice]}
    outputs = evaluate(config(metric, slicing_specs=[{}, atlantis]), perfect)
    assert outputs["blessing"].get_string_custom_property("not_blessed_reason") == (
        "no example falls into a slice that has thresholds "
        '(feature_values { key: "island" value: "Atlantis" })'
    )


def test_a_schema_and_several_splits(evaluate: Evaluate, fair: Artifact, tmp_path: Path) -> None:
    always_one = "presence { min_fraction: 1 } shape { dim { size: 1 } }"
    (tmp_path / "schema.pbtxt").write_text(
        f'feature {{ name: "species" type: INT {always_one} }}'
        f'feature {{ name: "island" type: BYTES {always_one} }}'
    )
    schema = standard_artifacts.Schema(uri=str(tmp_path))
    splits = ["eval", "empty", "eval"]
    outputs = evaluate(config(), fair, schema=schema, example_splits=splits)
    assert read_summary(outputs["evaluation"].uri)[0].metrics == {"example_count": 160.0}


def test_predictions_that_lie_in_the_examples(evaluate: Evaluate) -> None:
    specs = [{"label_key": "species", "prediction_key": "measured"}]
    eval_config = config(
        {"class_name": "MeanSquaredError", "threshold": {"value_threshold": {"upper_bound": 9}}},
        model_specs=specs,
    )
    outputs = evaluate(eval_config)
    assert outputs["blessing"].custom_properties == {"blessed": 1}


def test_the_users_module_replaces_the_model(
    evaluate: Evaluate, fair: Artifact, perfect: Artifact, tmp_path: Path
) -> None:
    module = tmp_path / "load_another.py"
    module.write_text(
        "import tensorflow_model_analysis as tfma\n"
        "def custom_eval_shared_model(eval_saved_model_path, model_name, eval_config, **kwargs):\n"
        f"    path = {os.path.join(perfect.uri, 'Format-Serving')!r}\n"
        "    return tfma.default_eval_shared_model(\n"
        "        path, model_name=model_name, eval_config=eval_config)\n"
    )
    outputs = evaluate(config({"class_name": ACCURACY}), fair, module_file=str(module))
    metrics = read_summary(outputs["evaluation"].uri)[0].metrics
    assert metrics["sparse_categorical_accuracy"] == 1.0


def test_real_penguins_with_labels_from_the_models_own_transformation(
    execute: Any,
    penguin_examples: Artifact,
    penguin_schema: Artifact,
    penguin_model: dict[str, Any],
) -> None:
    spec = {
        "signature_name": "serving_default",
        "prediction_key": "probabilities",
        "label_key": "species_xf",
        "preprocessing_function_names": ["transform_features"],
    }
    metric = {"class_name": ACCURACY, "threshold": AT_LEAST_09}
    inputs = {
        "examples": penguin_examples,
        "model": penguin_model["model"],
        "baseline_model": penguin_model["model"],
        "schema": penguin_schema,
    }
    eval_config = config(metric, model_specs=[spec])
    outputs = execute(Executor, inputs, OUTPUTS, {"eval_config": eval_config})
    assert outputs["blessing"].get_int_custom_property("blessed") == 1
    summary = read_summary(outputs["evaluation"].uri)
    names = ["all examples", "island=Biscoe", "island=Dream", "island=Torgersen"]
    assert [entry.name for entry in summary] == names
    assert all((entry.metrics["sparse_categorical_accuracy"] or 0) >= 0.9 for entry in summary)
    counts = [entry.metrics["example_count"] or 0 for entry in summary]
    assert counts[0] == sum(counts[1:])


def test_a_module_without_the_functions(evaluate: Evaluate, fair: Artifact, tmp_path: Path) -> None:
    module = tmp_path / "nothing_here.py"
    module.write_text("def run_fn(fn_args): ...\n")
    with pytest.raises(UserModuleError) as raised:
        evaluate(config(), fair, module_file=str(module))
    assert str(raised.value) == (
        f"Module {str(module)!r} defines neither 'custom_eval_shared_model' nor "
        "'custom_extractors', the two functions that Evaluator looks for."
    )


def test_a_message_and_a_mapping_make_the_same_configuration() -> None:
    message = tfma.EvalConfig(
        model_specs=[tfma.ModelSpec(label_key="species")],
        metrics_specs=[
            tfma.MetricsSpec(
                metrics=[tfma.MetricConfig(class_name=ACCURACY)],
                thresholds={
                    "accuracy": tfma.MetricThreshold(
                        value_threshold=tfma.GenericValueThreshold(lower_bound={"value": 0.9}),
                        change_threshold=tfma.GenericChangeThreshold(
                            direction=tfma.MetricDirection.HIGHER_IS_BETTER,
                            absolute={"value": -0.01},
                        ),
                    )
                },
            )
        ],
    )
    channel = Channel(type=standard_artifacts.Examples)
    as_mapping = Evaluator(examples=channel, eval_config=message).spec.exec_properties
    written_as_in_python = {
        "model_specs": [{"label_key": "species"}],
        "metrics_specs": [
            {
                "metrics": [{"class_name": ACCURACY}],
                "thresholds": {
                    "accuracy": {
                        "value_threshold": {"lower_bound": {"value": 0.9}},
                        "change_threshold": {
                            "direction": "HIGHER_IS_BETTER",
                            "absolute": {"value": -0.01},
                        },
                    }
                },
            }
        ],
    }
    expected = tfma.utils.update_eval_config_with_defaults(message, has_baseline=True)
    assert make_eval_config(as_mapping["eval_config"], has_baseline=True) == expected
    assert make_eval_config(written_as_in_python, has_baseline=True) == expected


WRONG_CONFIGS = [
    (
        {"metrics_specs": [{"metrics": [{"clas_name": ACCURACY}]}]},
        "eval_config.metrics_specs[0].metrics[0] has no field 'clas_name'. These exist: "
        "'class_name', 'config', 'cross_slice_thresholds', 'module', 'per_slice_thresholds', "
        "'threshold'. Did you mean 'class_name'?",
    ),
    (
        {"metric_specs": []},
        "eval_config has no field 'metric_specs'. These exist: 'cross_slicing_specs', "
        "'metrics_specs', 'model_specs', 'options', 'slicing_specs'. "
        "Did you mean 'metrics_specs'?",
    ),
    (
        {"metrics_specs": [{"thresholds": {"auc": {"value_treshold": {}}}}]},
        "eval_config.metrics_specs[0].thresholds['auc'] has no field 'value_treshold'. These "
        "exist: 'change_threshold', 'value_threshold'. Did you mean 'value_threshold'?",
    ),
    (
        {"model_specs": [{"label_key": "species"}]},
        "eval_config has no metric. Name at least one, such as "
        "{'metrics_specs': [{'metrics': [{'class_name': 'ExampleCount'}]}]}.",
    ),
    (
        {
            "model_specs": [{"name": "a"}, {"name": "b"}, {"name": "c"}],
            "metrics_specs": [{"metrics": [{"class_name": ACCURACY}]}],
        },
        "eval_config has 3 model_specs ('a', 'b', 'c'); a candidate and a baseline are the most "
        "that can be evaluated.",
    ),
]


@pytest.mark.parametrize(("eval_config", "message"), WRONG_CONFIGS)
def test_a_wrong_configuration(eval_config: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError) as raised:
        make_eval_config(eval_config, has_baseline=False)
    assert str(raised.value) == message


def test_a_value_of_the_wrong_type() -> None:
    metric = {"class_name": ACCURACY, "threshold": {"value_threshold": {"lower_bound": "high"}}}
    with pytest.raises(DataError) as raised:
        make_eval_config(config(metric), has_baseline=False)
    assert str(raised.value).startswith("eval_config is no tfma.EvalConfig: Failed to parse")
    assert "Failed to parse lower_bound field" in str(raised.value)


def test_fields_that_contradict_each_other() -> None:
    spec = {"label_key": "a", "label_keys": {"b": "c"}}
    with pytest.raises(DataError) as raised:
        make_eval_config(config(model_specs=[spec]), has_baseline=False)
    assert str(raised.value).startswith(
        "eval_config contradicts itself: only one of label_key or label_keys should be used"
    )


def test_a_metric_that_does_not_exist(evaluate: Evaluate, fair: Artifact) -> None:
    with pytest.raises(DataError) as raised:
        evaluate(config({"class_name": "SparseCategoricalAcuracy"}), fair)
    assert str(raised.value) == (
        "eval_config.metrics_specs: neither TFMA nor Keras has a metric "
        "'SparseCategoricalAcuracy'. Did you mean 'SparseCategoricalAccuracy'? "
        "A metric class of your own needs its 'module' too."
    )


def test_a_split_that_does_not_exist(
    evaluate: Evaluate, fair: Artifact, examples: Artifact
) -> None:
    with pytest.raises(DataError) as raised:
        evaluate(config(), fair, example_splits=["evel"])
    assert str(raised.value) == (
        f"Artifact 'Examples' at {examples.uri!r} has no split 'evel'. "
        "These exist: 'empty', 'eval'. Did you mean 'eval'?"
    )


def test_a_split_without_examples(evaluate: Evaluate, fair: Artifact) -> None:
    with pytest.raises(DataError) as raised:
        evaluate(config(), fair, example_splits=["empty"])
    assert str(raised.value) == "There is no example to evaluate on in split 'empty'."


def test_thresholds_on_metrics_that_the_model_does_not_bring(
    evaluate: Evaluate, fair: Artifact
) -> None:
    thresholds = [{"threshold": {"value_threshold": {"lower_bound": 0.5}}, "slicing_specs": [{}]}]
    eval_config = {
        "model_specs": [{"label_key": "species"}],
        "metrics_specs": [{"per_slice_thresholds": {"accuracy": {"thresholds": thresholds}}}],
    }
    with pytest.raises(DataError) as raised:
        evaluate(eval_config, fair)
    assert str(raised.value) == (
        "No metric was computed: eval_config has thresholds and no 'metrics', and the saved model "
        "brings none that it was compiled with. Name the metrics in eval_config, or save the model "
        "with tf_keras, as tf.keras is where TF_USE_LEGACY_KERAS=1."
    )


def test_a_label_that_is_not_in_the_data(evaluate: Evaluate, fair: Artifact) -> None:
    with pytest.raises(DataError) as raised:
        evaluate(config(model_specs=[{"label_key": "specie"}]), fair)
    assert str(raised.value) == (
        "eval_config.model_specs: label_key 'specie' is no feature of the examples in split "
        "'eval'. These exist: 'island', 'measured', 'species', 'true'. Did you mean 'species'? "
        "If the model makes it, name the function that does in 'preprocessing_function_names'."
    )


def test_a_model_directory_without_a_saved_model(evaluate: Evaluate, tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        evaluate(config(), standard_artifacts.Model(uri=str(tmp_path)))
    assert str(raised.value) == (
        f"The model at {str(tmp_path)!r} holds no SavedModel: expected "
        "'Format-Serving/saved_model.pb' below it, where Trainer writes it."
    )


def test_neither_a_model_nor_predictions(evaluate: Evaluate) -> None:
    with pytest.raises(DataError) as raised:
        evaluate(config())
    assert str(raised.value) == (
        "Evaluator got no model and eval_config names no predictions. Pass model=..., or name the "
        "feature that holds the predictions in eval_config.model_specs[0].prediction_key."
    )


def test_a_configuration_without_metrics_is_refused_when_the_pipeline_is_written() -> None:
    channel = Channel(type=standard_artifacts.Examples)
    with pytest.raises(AuthoringError) as raised:
        Evaluator(examples=channel, eval_config={"model_specs": [{"label_key": "species"}]})
    assert str(raised.value) == (
        "Evaluator: eval_config has no 'metrics_specs'. Name at least one metric, such as "
        "{'metrics_specs': [{'metrics': [{'class_name': 'ExampleCount'}]}]}."
    )


def test_authoring_and_reading_a_summary_load_no_machine_learning_library() -> None:
    code = (
        "import sys, components.evaluator.component, components.evaluator.summary\n"
        "heavy = {'tensorflow', 'apache_beam', 'numpy', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    root = str(Path(__file__).parents[2])
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
