from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from components.transform.component import Transform
from components.transform.executor import Executor
from pipeline_lib import Channel, RuntimeParameter
from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.errors import AuthoringError, DataError, UserModuleError

NUMERIC = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
SPECIES = {b"Adelie": 0, b"Chinstrap": 1, b"Gentoo": 2}
OUTPUTS = {
    "transform_graph": standard_artifacts.TransformGraph,
    "transformed_examples": standard_artifacts.Examples,
}
GRAPH_ONLY = {"transform_graph": standard_artifacts.TransformGraph}


def read(examples: standard_artifacts.Examples, split: str) -> list[dict[str, Any]]:
    """Each example as its values by feature name; an absent value is `None`."""
    files = tf.io.gfile.glob(f"{examples.path(split=split)}/*")
    return [_values(record) for record in tf.data.TFRecordDataset(files, "GZIP")]


def _values(record: tf.Tensor) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, feature in tf.train.Example.FromString(record.numpy()).features.feature.items():
        held = getattr(feature, feature.WhichOneof("kind") or "int64_list").value
        values[name] = held[0] if held else None
    return values


def column(rows: list[dict[str, Any]], name: str) -> np.ndarray[Any, Any]:
    return np.array([row[name] for row in rows], dtype=np.float64)


@pytest.fixture
def inputs(
    penguin_examples: standard_artifacts.Examples, penguin_schema: standard_artifacts.Schema
) -> dict[str, Any]:
    return {"examples": penguin_examples, "schema": penguin_schema}


def write_module(folder: Path, source: str, name: str = "prepare_penguins") -> str:
    path = folder / f"{name}.py"
    path.write_text(source)
    return str(path)


def test_the_graph_opens_with_tft(penguin_transform: dict[str, Any]) -> None:
    graph = tft.TFTransformOutput(penguin_transform["transform_graph"].uri)
    assert set(graph.raw_feature_spec()) == {*NUMERIC, "island", "sex", "species", "year"}
    assert graph.vocabulary_by_name("island") == [b"Biscoe", b"Dream", b"Torgersen"]
    assert graph.transformed_feature_spec()["species_xf"] == tf.io.FixedLenFeature([], tf.int64)
    folders = {path.name for path in Path(penguin_transform["transform_graph"].uri).iterdir()}
    assert folders == {"metadata", "transform_fn", "transformed_metadata"}


def test_transformed_examples_have_tfx_s_layout_and_properties(
    penguin_transform: dict[str, Any], penguin_examples: standard_artifacts.Examples
) -> None:
    transformed = penguin_transform["transformed_examples"]
    assert transformed.splits == ["train", "eval"]
    assert (transformed.span, transformed.version) == (
        penguin_examples.span,
        penguin_examples.version,
    )
    assert transformed.custom_properties == {
        "payload_format": "FORMAT_TF_EXAMPLE",
        "file_format": "tfrecords_gzip",
    }
    root = Path(transformed.uri)
    assert sorted(str(path.relative_to(root)) for path in root.rglob("*.*")) == [
        "Split-eval/transformed_examples-00000-of-00001.gz",
        "Split-train/transformed_examples-00000-of-00001.gz",
    ]


def test_every_row_of_each_split_is_transformed(
    penguin_transform: dict[str, Any], penguin_examples: standard_artifacts.Examples
) -> None:
    for split in ("train", "eval"):
        raw = read(penguin_examples, split)
        transformed = read(penguin_transform["transformed_examples"], split)
        # The pipeline of one small file keeps the rows' order.
        assert [SPECIES[row["species"]] for row in raw] == [
            row["species_xf"] for row in transformed
        ]


def test_numbers_are_z_scores_by_the_train_split_and_missing_ones_its_mean(
    penguin_transform: dict[str, Any], penguin_examples: standard_artifacts.Examples
) -> None:
    train = column(read(penguin_examples, "train"), "body_mass_g")
    for split in ("train", "eval"):
        raw = column(read(penguin_examples, split), "body_mass_g")
        expected = np.nan_to_num((raw - np.nanmean(train)) / np.nanstd(train), nan=0.0)
        transformed = read(penguin_transform["transformed_examples"], split)
        np.testing.assert_allclose(column(transformed, "body_mass_g_xf"), expected, atol=1e-4)
    assert np.isnan(train).any()


def test_categories_are_vocabulary_indices_with_a_bucket_for_missing_ones(
    penguin_transform: dict[str, Any], penguin_examples: standard_artifacts.Examples
) -> None:
    graph = tft.TFTransformOutput(penguin_transform["transform_graph"].uri)
    index = {text: i for i, text in enumerate(graph.vocabulary_by_name("sex"))}
    raw = [row["sex"] for row in read(penguin_examples, "train")]
    transformed = read(penguin_transform["transformed_examples"], "train")
    assert [row["sex_xf"] for row in transformed] == [index.get(sex, 2) for sex in raw]
    assert None in raw


SCALED_BY_CONFIG = """
import tensorflow as tf
import tensorflow_transform as tft

def preprocessing_fn(inputs, custom_config):
    year = tf.cast(inputs["year"], tf.float32)
    return {"year": (year - tft.mean(year)) * custom_config["factor"]}
"""


def test_splits_config_and_custom_config(
    execute: Any, inputs: dict[str, Any], tmp_path: Path
) -> None:
    parameters = {
        "module_file": write_module(tmp_path, SCALED_BY_CONFIG),
        "custom_config": {"factor": 10.0},
        "splits_config": {"analyze": ["train", "eval"], "transform": ["eval"]},
    }
    made = execute(Executor, inputs, OUTPUTS, parameters)["transformed_examples"]
    years = {split: column(read(inputs["examples"], split), "year") for split in ("train", "eval")}
    mean = np.concatenate([years["train"], years["eval"]]).mean()
    assert made.splits == ["eval"]
    np.testing.assert_allclose(
        column(read(made, "eval"), "year"), (years["eval"] - mean) * 10, atol=1e-2
    )


def test_an_import_path_and_no_materialized_examples(
    execute: Any, inputs: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "def prepare(inputs):\n    return {'year': inputs['year'] + 1}\n"
    write_module(tmp_path, source, "importable_preparation")
    monkeypatch.syspath_prepend(str(tmp_path))
    parameters = {"preprocessing_fn": "importable_preparation.prepare"}
    made = execute(Executor, inputs, GRAPH_ONLY, parameters)
    graph = tft.TFTransformOutput(made["transform_graph"].uri)
    assert set(graph.transformed_feature_spec()) == {"year"}


def test_beam_pipeline_args_are_honoured(
    execute: Any, inputs: dict[str, Any], tmp_path: Path
) -> None:
    module = write_module(tmp_path, "def preprocessing_fn(inputs):\n    return inputs\n")
    with pytest.raises(DataError, match="--runner=NoSuchRunner"):
        execute(Executor, inputs, GRAPH_ONLY, {"module_file": module}, ["--runner=NoSuchRunner"])


def test_a_split_that_does_not_exist(execute: Any, inputs: dict[str, Any], tmp_path: Path) -> None:
    module = write_module(tmp_path, "def preprocessing_fn(inputs):\n    return inputs\n")
    parameters = {"module_file": module, "splits_config": {"analyze": ["trian"]}}
    with pytest.raises(DataError) as raised:
        execute(Executor, inputs, OUTPUTS, parameters)
    assert str(raised.value) == (
        f"Artifact 'Examples' at {inputs['examples'].uri!r} has no split 'trian'. "
        "These exist: 'eval', 'train'. Did you mean 'train'?"
    )


def test_a_module_file_that_is_missing(execute: Any, inputs: dict[str, Any]) -> None:
    with pytest.raises(UserModuleError) as raised:
        execute(Executor, inputs, OUTPUTS, {"module_file": "/no/such/module.py"})
    assert str(raised.value) == "Module file '/no/such/module.py' does not exist."


def test_a_module_file_that_does_not_import(
    execute: Any, inputs: dict[str, Any], tmp_path: Path
) -> None:
    module = write_module(tmp_path, "import no_such_library\n")
    with pytest.raises(UserModuleError) as raised:
        execute(Executor, inputs, OUTPUTS, {"module_file": module})
    assert str(raised.value) == (
        f"Module {module!r} does not import: ModuleNotFoundError: No module named 'no_such_library'"
    )


def test_a_module_file_without_preprocessing_fn(
    execute: Any, inputs: dict[str, Any], tmp_path: Path
) -> None:
    module = write_module(tmp_path, "def preprocesing_fn(inputs):\n    return inputs\n")
    with pytest.raises(UserModuleError) as raised:
        execute(Executor, inputs, OUTPUTS, {"module_file": module})
    assert str(raised.value) == (
        f"Module {module!r} defines no function 'preprocessing_fn'. "
        "These exist: 'preprocesing_fn'. Did you mean 'preprocesing_fn'?"
    )


def test_an_error_in_the_user_s_function_passes_through(
    execute: Any, inputs: dict[str, Any], tmp_path: Path
) -> None:
    module = write_module(
        tmp_path, "def preprocessing_fn(inputs):\n    return {'x': inputs['no such column']}\n"
    )
    with pytest.raises(KeyError) as raised:
        execute(Executor, inputs, OUTPUTS, {"module_file": module})
    assert raised.value.args == ("no such column",)
    last = traceback.extract_tb(raised.value.__traceback__)[-1]
    assert (last.filename, last.lineno) == (module, 2)


def channels() -> dict[str, Any]:
    return {
        "examples": Channel(type=standard_artifacts.Examples),
        "schema": Channel(type=standard_artifacts.Schema),
    }


def test_authoring() -> None:
    transform = Transform(**channels(), module_file="prepare.py", custom_config={"factor": 2})
    assert set(transform.outputs) == {"transform_graph", "transformed_examples"}
    assert transform.spec.exec_properties == {
        "module_file": "prepare.py",
        "preprocessing_fn": None,
        "splits_config": None,
        "custom_config": {"factor": 2},
    }
    graph_only = Transform(**channels(), module_file="prepare.py", materialize=False)
    assert set(graph_only.outputs) == {"transform_graph"}


def test_a_cache_of_analyses_may_be_given_and_be_empty() -> None:
    cache = Channel(type=standard_artifacts.TransformCache)
    transform = Transform(**channels(), module_file="prepare.py", analyzer_cache=cache)
    assert transform.spec.inputs["analyzer_cache"] is cache
    assert transform.spec.is_optional_input("analyzer_cache")


def test_a_cache_of_analyses_that_is_disabled() -> None:
    cache = Channel(type=standard_artifacts.TransformCache)
    with pytest.raises(AuthoringError) as raised:
        Transform(
            **channels(),
            module_file="prepare.py",
            analyzer_cache=cache,
            disable_analyzer_cache=True,
        )
    assert str(raised.value) == (
        "Transform is given analyzer_cache and disable_analyzer_cache=True, which says not to use "
        "it. Leave one of them out."
    )


def test_a_splits_config_may_be_given_when_the_pipeline_runs() -> None:
    later = RuntimeParameter("splits", dict)
    transform = Transform(**channels(), module_file="prepare.py", splits_config=later)
    assert transform.spec.exec_properties["splits_config"] is later


@pytest.mark.parametrize(
    ("functions", "got"),
    [
        ({}, "module_file=None and preprocessing_fn=None"),
        (
            {"module_file": "a.py", "preprocessing_fn": "a.b"},
            "module_file='a.py' and preprocessing_fn='a.b'",
        ),
    ],
)
def test_both_or_none_of_module_file_and_preprocessing_fn(
    functions: dict[str, Any], got: str
) -> None:
    with pytest.raises(AuthoringError) as raised:
        Transform(**channels(), **functions)
    assert str(raised.value) == (
        f"Transform takes either 'module_file' or 'preprocessing_fn', got {got}."
    )


@pytest.mark.parametrize(
    ("splits_config", "message"),
    [
        (
            {"analyse": ["train"]},
            "Transform: 'splits_config' has no field 'analyse'. "
            "These exist: 'analyze', 'transform'. Did you mean 'analyze'?",
        ),
        (
            {"analyze": "train"},
            "Transform: 'splits_config' takes a list of split names as 'analyze', got 'train'.",
        ),
        (
            {"transform": ["eval"]},
            "Transform: 'splits_config' names no split to analyze: "
            "expected {'analyze': ['train'], ...}, got {'transform': ['eval']}.",
        ),
    ],
)
def test_a_splits_config_that_cannot_work(splits_config: dict[str, Any], message: str) -> None:
    with pytest.raises(AuthoringError) as raised:
        Transform(**channels(), module_file="prepare.py", splits_config=splits_config)
    assert str(raised.value) == message
