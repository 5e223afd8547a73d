"""`plib tensorboard` with the real TensorBoard over what the real `tf.summary` has written."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import Desk, Recorded, desk_in

TRAINING = """
from __future__ import annotations

from pipeline_lib import OutputArtifact, Parameter, Pipeline, component, standard_artifacts


@component
def Train(model_run: OutputArtifact[standard_artifacts.ModelRun], rate: Parameter[float]):
    import tensorflow as tf

    with tf.summary.create_file_writer(f"{model_run.uri}/train").as_default():
        for step in range(3):
            tf.summary.scalar("loss", rate * (3 - step), step)


@component
def Silent(model_run: OutputArtifact[standard_artifacts.ModelRun]):
    pass


def create_pipeline() -> Pipeline:
    return Pipeline("p", "a root", [Train(rate=0.5), Train(rate=2.0).with_id("Again"), Silent()])
"""


@pytest.fixture(scope="module")
def trained_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One run, two of whose three nodes have logged."""
    if importlib.util.find_spec("tensorboard") is None:
        pytest.skip("TensorBoard is not installed here")
    with desk_in(tmp_path_factory.mktemp("trained")) as desk:
        desk.write("training.py", TRAINING)
        assert desk.plib("run", "training.py").exit_code == 0
    return desk


@pytest.fixture
def trained(trained_desk: Desk) -> Iterator[Desk]:
    with desk_in(trained_desk.folder) as desk:
        yield desk


def test_tensorboard_shows_the_training_of_each_node(trained: Desk) -> None:
    process = trained.start("tensorboard", "latest", "--port", "0")
    assert process.stderr is not None
    said = process.stderr.readline()
    assert said.startswith("Training of ")
    address = next(
        word for line in process.stderr for word in line.split() if word.startswith("http://127.")
    )

    def told(place: str) -> Any:
        with urllib.request.urlopen(f"{address}data/{place}") as answer:
            return json.load(answer)

    deadline = time.monotonic() + 60  # it answers before it has read the files, and does not tell
    while told("runs") != ["Again/train", "Train/train"] and time.monotonic() < deadline:
        time.sleep(0.1)
    scalars = told("plugin/scalars/scalars?run=Again/train&tag=loss")
    assert [(step, value) for _, step, value in scalars] == [(0, 6.0), (1, 4.0), (2, 2.0)]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGTERM
    with pytest.raises(OSError, match="refused"):
        told("runs")


def test_the_places_are_printed_for_those_who_start_it_themselves(trained: Desk) -> None:
    root = trained.folder / "a root"
    train, again = ((next((root / name / "model_run").iterdir())) for name in ("Train", "Again"))
    printed = trained.plib("tensorboard", "latest", "--print-logdir").stdout
    assert sorted(printed.strip().split(",")) == [f"Again:{again}", f"Train:{train}"]
    printed = trained.plib("tensorboard", "latest", "Again", "--print-logdir").stdout
    assert printed == f"Again:{again}\n"


def test_a_run_or_a_node_without_logs(trained: Desk) -> None:
    result = trained.plib("tensorboard", "latest", "Silent")
    run_id = json.loads(trained.plib("runs", "--json").stdout)[0]["run_id"]
    assert (result.exit_code, result.stderr) == (
        2,
        f"Error: Run {run_id!r} has no training logs of 'Silent': no output of type ModelRun holds "
        "an event file. In run_fn, log to fn_args.model_run_dir with tf.summary, or with Keras' "
        "callback TensorBoard(log_dir=fn_args.model_run_dir).\n",
    )


def test_a_run_that_trained_nothing(recorded: Recorded) -> None:
    result = recorded.desk.plib("tensorboard", recorded.complete)
    assert result.exit_code == 2
    assert f"Run {recorded.complete!r} has no training logs: no output" in result.stderr


def test_a_port_that_is_taken(trained: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = trained.plib("tensorboard", "latest", "--port", str(port))
    assert (result.exit_code, result.stderr) == (
        2,
        f"Error: TensorBoard cannot listen on 127.0.0.1 port {port}: Address already in use. "
        "Name another port with --port; 0 takes a free one.\n",
    )


def test_without_tensorboard(trained: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    result = trained.plib("tensorboard", "latest", env={"PATH": "/absent"})
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: TensorBoard is not installed. Install it with 'pip install tensorboard', or start "
        "it elsewhere on what 'plib tensorboard RUN --print-logdir' writes.\n",
    )


def test_another_program_of_that_name_that_fails(
    trained: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    program = tmp_path / "tensorboard"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    result = trained.plib("tensorboard", "latest", "--port", "0", env={"PATH": path})
    assert result.exit_code == 2
    assert result.stderr.endswith(
        "Error: TensorBoard has ended with code 3; see what it said above.\n"
    )
