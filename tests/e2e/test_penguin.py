"""The whole demo on real penguins: from raw data to a served model, and the same again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import tensorflow as tf
import tensorflow_data_validation as tfdv
import tensorflow_transform as tft
from ml_metadata.metadata_store import MetadataStore
from ml_metadata.proto import metadata_store_pb2

from pipeline_lib import sqlite_metadata_connection_config
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.artifacts.evaluation_summary import read_summary
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, RunState, open_store
from pipelines.penguin.asking import Answer, over_rest, penguin_server
from pipelines.penguin.pipeline import DEFAULT_SERVING_DIR, PENGUINS

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Demo:
    """Three runs of the demo in one folder, each in a fresh process.

    Before the third, what was pushed is removed. A server that was started before it watches.

    Attributes:
        answers: what that server says of the version that the third run has pushed.
    """

    folder: Path
    outputs: list[str]
    runs: list[dict[str, ExecutionRecord]]
    answers: list[Answer]

    def artifact(self, node_id: str, key: str) -> ArtifactRecord:
        return self.runs[0][node_id].outputs[key][0]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    serving = folder / DEFAULT_SERVING_DIR
    outputs = [_run_demo(folder), _run_demo(folder)]
    with penguin_server(str(serving)) as server:
        (first,) = serving.iterdir()
        server.wait_until_available("penguin", int(first.name), time.monotonic() + 60)
        shutil.rmtree(first)
        outputs.append(_run_demo(folder))
        (second,) = serving.iterdir()
        server.wait_until_available("penguin", int(second.name), time.monotonic() + 60)
        answers = over_rest(server.endpoints.rest, PENGUINS)
    store = open_store(sqlite_metadata_connection_config(str(folder / ".plib/metadata.sqlite")))
    newest_first = store.runs()
    assert [run.state for run in newest_first] == [RunState.COMPLETE] * 3
    runs = [
        {one.node_id: one for one in store.executions(run.run_id)} for run in reversed(newest_first)
    ]
    store.close()
    return Demo(folder, outputs, runs, answers)


def _run_demo(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.penguin"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_node_runs_and_the_second_time_only_what_must(demo: Demo) -> None:
    first, second, _ = demo.runs
    assert {one.state for one in first.values()} == {ExecutionState.COMPLETE}
    # The first run's model is now the baseline, so it is evaluated against it. It is good as
    # before, and is not pushed once more.
    assert ran(second) == {"latest_blessed_model", "Evaluator"}
    baseline = second["Evaluator"].inputs["baseline_model"][0]
    assert baseline.id == demo.artifact("Trainer", "model").id
    assert "It was pushed by an earlier run, and nothing has changed since." in demo.outputs[1]
    assert "3750 g: Adelie (" in demo.outputs[1]


def ran(run: dict[str, ExecutionRecord]) -> set[str]:
    return {name for name, one in run.items() if one.state is ExecutionState.COMPLETE}


def test_a_model_that_is_no_longer_where_it_was_pushed_is_pushed_again(demo: Demo) -> None:
    third = demo.runs[2]
    assert ran(third) == {"latest_blessed_model", "Pusher"}
    assert third["Pusher"].cache_note.endswith(" is gone")


def test_a_server_takes_up_what_the_pipeline_pushes_while_it_runs(demo: Demo) -> None:
    assert [one.species for one in demo.answers] == ["Adelie", "Chinstrap", "Gentoo"]


def test_both_blessings_are_of_the_model_that_is_pushed(demo: Demo) -> None:
    pushed = demo.artifact("Pusher", "pushed_model").fingerprint
    for validator in ("Evaluator", "InfraValidator"):
        blessing = demo.artifact(validator, "blessing").custom_properties
        assert (blessing["blessed"], blessing["model_fingerprint"]) == (1, pushed)


def test_newcomers_see_nodes_metrics_model_and_answers(demo: Demo) -> None:
    shown = demo.outputs[0]
    for expected in (
        "Evaluator",
        "island=Biscoe",
        "sparse_categorical_accuracy",
        "The model is at",
        "flipper 181 mm, 3750 g: Adelie (",
        " by REST, Adelie (",
        "flipper 196 mm, 3675 g: Chinstrap (",
        " by REST, Chinstrap (",
        "flipper 213 mm, 5400 g: Gentoo (",
        " by REST, Gentoo (",
        "plib serve",
        "plib show",
    ):
        assert expected in shown


def test_pushed_model_answers_raw_values(demo: Demo) -> None:
    (pushed,) = (demo.folder / DEFAULT_SERVING_DIR).iterdir()
    ask = tf.saved_model.load(str(pushed)).signatures["serving_raw"]
    answer = ask(
        island=tf.constant(["Biscoe"]),
        sex=tf.constant([""]),
        bill_length_mm=tf.constant([49.9]),
        bill_depth_mm=tf.constant([16.1]),
        flipper_length_mm=tf.constant([float("nan")]),
        body_mass_g=tf.constant([5400.0]),
    )
    assert answer["label"].numpy() == [b"Gentoo"]


def test_tfx_tools_open_the_artifacts(demo: Demo) -> None:
    statistics = demo.artifact("StatisticsGen", "statistics").uri
    loaded = tfdv.load_stats_binary(os.path.join(statistics, "Split-train", "FeatureStats.pb"))
    assert loaded.datasets[0].num_examples > 200
    schema = tfdv.load_schema_text(
        os.path.join(demo.artifact("SchemaGen", "schema").uri, "schema.pbtxt")
    )
    assert "species" in {feature.name for feature in schema.feature}
    transform = tft.TFTransformOutput(demo.artifact("Transform", "transform_graph").uri)
    assert "species_xf" in transform.transformed_feature_spec()


def test_metrics_are_good_overall_and_by_island(demo: Demo) -> None:
    slices = {
        one.name: one.metrics for one in read_summary(demo.artifact("Evaluator", "evaluation").uri)
    }
    assert set(slices) == {
        "all examples",
        "island=Biscoe",
        "island=Dream",
        "island=Torgersen",
    }
    assert all((one["sparse_categorical_accuracy"] or 0) > 0.9 for one in slices.values())


def test_custom_component_drops_the_two_that_nobody_measured(demo: Demo) -> None:
    def count(artifact: ArtifactRecord) -> int:
        files = tf.io.gfile.glob(os.path.join(artifact.uri, "Split-*", "*"))
        return sum(1 for _ in tf.data.TFRecordDataset(files, "GZIP"))

    assert count(demo.artifact("IngestPenguins", "examples")) == 344
    assert count(demo.artifact("DropUnmeasured", "measured_examples")) == 342


def test_ml_metadata_leads_from_the_pushed_model_to_the_raw_data(demo: Demo) -> None:
    config = metadata_store_pb2.ConnectionConfig()
    config.sqlite.filename_uri = str(demo.folder / ".plib/metadata.sqlite")
    store = MetadataStore(config)
    waiting = [demo.artifact("Pusher", "pushed_model").id]
    seen: set[str] = set()
    while waiting:
        for event in store.get_events_by_artifact_ids([waiting.pop()]):
            if event.type != metadata_store_pb2.Event.OUTPUT:
                continue
            (execution,) = store.get_executions_by_id([event.execution_id])
            seen.add(execution.type.rsplit(".", 1)[-1])
            waiting += [
                read.artifact_id
                for read in store.get_events_by_execution_ids([event.execution_id])
                if read.type == metadata_store_pb2.Event.INPUT
            ]
    assert {"Pusher", "Trainer", "Transform", "DropUnmeasured", "IngestPenguins"} <= seen
