from __future__ import annotations

import json
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft
from tfx_bsl.public import tfxio

from components.trainer.component import Trainer
from components.trainer.data_accessor import tf_example_accessor
from components.trainer.executor import Executor
from pipeline_lib import Channel, RuntimeParameter
from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.errors import AuthoringError, DataError, UserModuleError

OUTPUTS = {"model": standard_artifacts.Model, "model_run": standard_artifacts.ModelRun}
PENGUIN_TRAINER = str(Path(__file__).parents[2] / "pipelines" / "penguin" / "trainer.py")
RECORD_ARGUMENTS = """
import dataclasses, json, os
from components.trainer.fn_args import FnArgs

def run_fn(fn_args: FnArgs):
    os.makedirs(fn_args.serving_model_dir)
    values = dataclasses.asdict(dataclasses.replace(fn_args, data_accessor=None))
    with open(os.path.join(fn_args.serving_model_dir, "arguments.json"), "w") as stream:
        json.dump(values, stream)
"""


def write_module(folder: Path, source: str, name: str = "train_penguins") -> str:
    path = folder / f"{name}.py"
    path.write_text(source)
    return str(path)


@pytest.fixture
def inputs(penguin_transform: dict[str, Any]) -> dict[str, Any]:
    return {
        "examples": penguin_transform["transformed_examples"],
        "transform_graph": penguin_transform["transform_graph"],
    }


def serialized_eval_examples(examples: standard_artifacts.Examples) -> tf.Tensor:
    files = tf.io.gfile.glob(f"{examples.path(split='eval')}/*")
    return next(iter(tf.data.TFRecordDataset(files, "GZIP").batch(344)))


def test_the_penguin_model_tells_the_species_of_the_eval_split(
    penguin_model: dict[str, Any], penguin_examples: standard_artifacts.Examples
) -> None:
    model = tf.saved_model.load(penguin_model["model"].serving_path)
    examples = serialized_eval_examples(penguin_examples)
    answers = model.signatures["serving_default"](examples=examples)
    features = model.signatures["transform_features"](examples=examples)
    predicted = np.argmax(answers["probabilities"], axis=1)
    assert np.mean(predicted == features["species_xf"].numpy()) > 0.95
    names = np.array([b"Adelie", b"Chinstrap", b"Gentoo"])
    assert answers["label"].numpy().tolist() == names[predicted].tolist()


def test_serving_transforms_as_training_did(
    penguin_model: dict[str, Any],
    penguin_transform: dict[str, Any],
    penguin_examples: standard_artifacts.Examples,
) -> None:
    model = tf.saved_model.load(penguin_model["model"].serving_path)
    served = model.signatures["transform_features"](
        examples=serialized_eval_examples(penguin_examples)
    )
    graph = tft.TFTransformOutput(penguin_transform["transform_graph"].uri)
    trained_on = tf.io.parse_example(
        serialized_eval_examples(penguin_transform["transformed_examples"]),
        graph.transformed_feature_spec(),
    )
    assert set(served) == set(trained_on)
    for name, values in trained_on.items():
        np.testing.assert_allclose(served[name], values, rtol=1e-6)


def test_the_penguin_model_takes_plain_values_and_missing_ones(
    penguin_model: dict[str, Any],
) -> None:
    model = tf.saved_model.load(penguin_model["model"].serving_path)
    answers = model.signatures["serving_raw"](
        bill_length_mm=tf.constant([39.1, 50.0, 46.5]),
        bill_depth_mm=tf.constant([18.7, 15.2, float("nan")]),
        flipper_length_mm=tf.constant([181.0, 218.0, 192.0]),
        body_mass_g=tf.constant([3750.0, 5700.0, 3500.0]),
        island=tf.constant(["Torgersen", "Biscoe", "Dream"]),
        sex=tf.constant(["male", "male", ""]),
    )
    assert answers["label"].numpy().tolist() == [b"Adelie", b"Gentoo", b"Chinstrap"]
    np.testing.assert_allclose(np.sum(answers["probabilities"], axis=1), 1.0, rtol=1e-5)


def test_tensorboard_logs_are_in_the_model_run(penguin_model: dict[str, Any]) -> None:
    logs = Path(penguin_model["model_run"].uri)
    assert {path.parent.name for path in logs.rglob("events.out.tfevents*")} == {
        "train",
        "validation",
    }


def test_training_again_gives_the_same_model(
    execute: Any, inputs: dict[str, Any], penguin_model: dict[str, Any]
) -> None:
    parameters = {"module_file": PENGUIN_TRAINER, "train_args": {"num_steps": 200}}
    again = execute(Executor, inputs, OUTPUTS, parameters)
    first, second = (
        tf.train.load_checkpoint(f"{made['model'].serving_path}/variables/variables")
        for made in (penguin_model, again)
    )
    names = [name for name in first.get_variable_to_shape_map() if "OBJECT_GRAPH" not in name]
    assert len(names) == 4
    for name in names:
        np.testing.assert_array_equal(first.get_tensor(name), second.get_tensor(name))


def test_fn_args_hold_what_the_component_got(
    execute: Any,
    inputs: dict[str, Any],
    penguin_schema: standard_artifacts.Schema,
    tmp_path: Path,
) -> None:
    (tmp_path / "best_hyperparameters.txt").write_text('{"units": 8}')
    more = {
        "schema": penguin_schema,
        "base_model": standard_artifacts.Model(uri="/models/7"),
        "hyperparameters": standard_artifacts.HyperParameters(uri=str(tmp_path)),
    }
    parameters = {
        "module_file": write_module(tmp_path, RECORD_ARGUMENTS),
        "train_args": {"num_steps": 7, "splits": ["train", "eval"]},
        "eval_args": {"num_steps": 0, "splits": []},
        "custom_config": {"colour": "black"},
    }
    made = execute(Executor, {**inputs, **more}, OUTPUTS, parameters)
    recorded = json.loads((Path(made["model"].serving_path) / "arguments.json").read_text())
    examples, graph = inputs["examples"].uri, inputs["transform_graph"].uri
    assert recorded.pop("working_dir").endswith("tmp")
    assert recorded == {
        "train_files": [f"{examples}/Split-train/*", f"{examples}/Split-eval/*"],
        "eval_files": [f"{examples}/Split-eval/*"],
        "train_steps": 7,
        "eval_steps": None,
        "schema_path": f"{penguin_schema.uri}/schema.pbtxt",
        "schema_file": f"{penguin_schema.uri}/schema.pbtxt",
        "transform_graph_path": graph,
        "transform_output": graph,
        "data_accessor": None,
        "serving_model_dir": f"{made['model'].uri}/Format-Serving",
        "eval_model_dir": f"{made['model'].uri}/Format-TFMA",
        "model_run_dir": made["model_run"].uri,
        "base_model": "/models/7/Format-Serving",
        "hyperparameters": {"units": 8},
        "custom_config": {"colour": "black"},
    }


def test_what_was_not_given_is_none(
    execute: Any, inputs: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_module(tmp_path, RECORD_ARGUMENTS, "importable_training")
    monkeypatch.syspath_prepend(str(tmp_path))
    only_examples = {"examples": inputs["examples"], "schema": [], "base_model": []}
    made = execute(Executor, only_examples, OUTPUTS, {"run_fn": "importable_training.run_fn"})
    recorded = json.loads((Path(made["model"].serving_path) / "arguments.json").read_text())
    assert {name for name, value in recorded.items() if value is None} == {
        "train_steps",
        "eval_steps",
        "schema_path",
        "schema_file",
        "transform_graph_path",
        "transform_output",
        "data_accessor",
        "base_model",
        "hyperparameters",
        "custom_config",
    }


def test_the_data_accessor_reads_tensors_and_record_batches(
    penguin_transform: dict[str, Any],
) -> None:
    examples = penguin_transform["transformed_examples"]
    schema = tft.TFTransformOutput(
        penguin_transform["transform_graph"].uri
    ).transformed_metadata.schema
    accessor, patterns = tf_example_accessor(), [f"{examples.path(split='eval')}/*"]
    size = len(serialized_eval_examples(examples))
    tensors = accessor.tf_dataset_factory(
        patterns,
        tfxio.TensorFlowDatasetOptions(batch_size=16, num_epochs=1, label_key="species_xf"),
        schema,
    )
    assert sum(len(label) for _, label in tensors) == size
    batches = accessor.record_batch_factory(
        patterns, tfxio.RecordBatchesOptions(batch_size=16, num_epochs=1), schema
    )
    assert sum(batch.num_rows for batch in batches) == size
    assert accessor.data_view_decode_fn is None


def test_a_split_that_does_not_exist(execute: Any, inputs: dict[str, Any], tmp_path: Path) -> None:
    parameters = {
        "module_file": write_module(tmp_path, RECORD_ARGUMENTS),
        "eval_args": {"splits": ["evil"]},
    }
    with pytest.raises(DataError) as raised:
        execute(Executor, inputs, OUTPUTS, parameters)
    assert str(raised.value) == (
        f"Artifact 'Examples' at {inputs['examples'].uri!r} has no split 'evil'. "
        "These exist: 'eval', 'train'. Did you mean 'eval'?"
    )


def test_hyperparameters_that_cannot_be_read(
    execute: Any, inputs: dict[str, Any], tmp_path: Path
) -> None:
    given = {**inputs, "hyperparameters": standard_artifacts.HyperParameters(uri=str(tmp_path))}
    parameters = {"module_file": write_module(tmp_path, RECORD_ARGUMENTS)}
    path = str(tmp_path / "best_hyperparameters.txt")
    with pytest.raises(DataError) as raised:
        execute(Executor, given, OUTPUTS, parameters)
    assert str(raised.value) == (
        f"Hyperparameters cannot be read from {path!r}: expected a JSON object in this file. "
        f"FileNotFoundError: [Errno 2] No such file or directory: {path!r}"
    )


def test_a_module_file_that_is_missing(execute: Any, inputs: dict[str, Any]) -> None:
    with pytest.raises(UserModuleError) as raised:
        execute(Executor, inputs, OUTPUTS, {"module_file": "/no/such/module.py"})
    assert str(raised.value) == "Module file '/no/such/module.py' does not exist."


def test_a_module_file_that_does_not_import(
    execute: Any, inputs: dict[str, Any], tmp_path: Path
) -> None:
    module = write_module(tmp_path, "def run_fn(fn_args)\n")
    with pytest.raises(UserModuleError) as raised:
        execute(Executor, inputs, OUTPUTS, {"module_file": module})
    assert str(raised.value) == (
        f"Module {module!r} does not import: SyntaxError: expected ':' (train_penguins.py, line 1)"
    )


def test_a_module_file_without_run_fn(execute: Any, inputs: dict[str, Any], tmp_path: Path) -> None:
    module = write_module(tmp_path, "def run(fn_args):\n    pass\n")
    with pytest.raises(UserModuleError) as raised:
        execute(Executor, inputs, OUTPUTS, {"module_file": module})
    assert str(raised.value) == (
        f"Module {module!r} defines no function 'run_fn'. These exist: 'run'. Did you mean 'run'?"
    )


def test_a_run_fn_that_saves_no_model(execute: Any, inputs: dict[str, Any], tmp_path: Path) -> None:
    module = write_module(tmp_path, "def run_fn(fn_args):\n    pass\n")
    with pytest.raises(UserModuleError) as raised:
        execute(Executor, inputs, OUTPUTS, {"module_file": module})
    assert str(raised.value) == (
        f"The function 'run_fn' of {module!r} returned without saving a model. Save it in "
        "'fn_args.serving_model_dir', for example with "
        "'tf.saved_model.save(model, fn_args.serving_model_dir)'."
    )


def test_an_error_in_the_user_s_function_passes_through(
    execute: Any, inputs: dict[str, Any], tmp_path: Path
) -> None:
    module = write_module(
        tmp_path, "def run_fn(fn_args):\n    raise ArithmeticError('loss is NaN')\n"
    )
    with pytest.raises(ArithmeticError, match=r"^loss is NaN$") as raised:
        execute(Executor, inputs, OUTPUTS, {"module_file": module})
    last = traceback.extract_tb(raised.value.__traceback__)[-1]
    assert (last.filename, last.lineno) == (module, 2)


def examples_channel() -> Channel:
    return Channel(type=standard_artifacts.Examples)


def test_authoring() -> None:
    later = RuntimeParameter("train-args", dict)
    trainer = Trainer(
        examples=examples_channel(),
        run_fn="training.run",
        train_args=later,
        eval_args={"num_steps": 5},
    )
    assert set(trainer.outputs) == {"model", "model_run"}
    assert trainer.spec.exec_properties == {
        "module_file": None,
        "run_fn": "training.run",
        "train_args": later,
        "eval_args": {"num_steps": 5},
        "custom_config": None,
    }


@pytest.mark.parametrize(
    ("functions", "got"),
    [
        ({}, "module_file=None and run_fn=None"),
        ({"module_file": "a.py", "run_fn": "a.b"}, "module_file='a.py' and run_fn='a.b'"),
    ],
)
def test_both_or_none_of_module_file_and_run_fn(functions: dict[str, Any], got: str) -> None:
    with pytest.raises(AuthoringError) as raised:
        Trainer(examples=examples_channel(), **functions)
    assert str(raised.value) == f"Trainer takes either 'module_file' or 'run_fn', got {got}."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"train_args": {"num_step": 100}},
            "Trainer: 'train_args' has no field 'num_step'. "
            "These exist: 'num_steps', 'splits'. Did you mean 'num_steps'?",
        ),
        (
            {"train_args": {"num_steps": -1}},
            "Trainer: 'train_args' takes a whole number of steps as 'num_steps', got -1.",
        ),
        (
            {"eval_args": {"num_steps": "5"}},
            "Trainer: 'eval_args' takes a whole number of steps as 'num_steps', got '5'.",
        ),
        (
            {"eval_args": {"splits": "eval"}},
            "Trainer: 'eval_args' takes a list of split names as 'splits', got 'eval'.",
        ),
    ],
)
def test_arguments_that_cannot_work(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(AuthoringError) as raised:
        Trainer(examples=examples_channel(), module_file="training.py", **arguments)
    assert str(raised.value) == message
