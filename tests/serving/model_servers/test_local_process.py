"""Local processes as model servers: what is said of one that does not come up."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pipeline_lib.errors import DataError
from pipeline_lib.serving.model_servers.failures import (
    ModelLoadError,
    NotInTimeError,
    ServerEndedError,
)
from pipeline_lib.serving.model_servers.local_process import LocalProcess, exit_text
from pipeline_lib.serving.model_servers.model_server import ModelServer, ServedModel
from pipeline_lib.serving.model_servers.running import running
from pipeline_lib.serving.model_servers.tensorflow_model_server import tensorflow_model_server
from tests.whole_message import raises

MODEL = ServedModel("m", "/models/m")


def program(code: str) -> LocalProcess:
    """A server that is a few lines of Python."""
    return LocalProcess("the program", (sys.executable, "-c", code), MODEL)


def wait(server: ModelServer, seconds: float = 30.0) -> None:
    """Start it and wait for version 1."""
    deadline = time.monotonic() + seconds
    with running(server, deadline) as started:
        started.wait_until_available("m", 1, deadline)


def test_one_that_ends() -> None:
    with pytest.raises(ServerEndedError) as raised:
        wait(program("print('no such file'); raise SystemExit(3)"))
    assert str(raised.value) == "the program ended by itself with exit code 3"
    assert raised.value.log == "no such file"
    assert raised.value.may_pass


def test_one_that_says_why_it_ends() -> None:
    """TensorFlow Serving's words where its model cannot be loaded at the start."""
    words = (
        "Failed to start server. Error: Unknown: 1 servable(s) did not become available: "
        "{{{name: m version: 1} due to error: DATA_LOSS: truncated\\n[[{{node Restore}}]]}, }"
    )
    with pytest.raises(ModelLoadError) as raised:
        wait(program(f"print('''{words}'''); raise SystemExit(255)"))
    assert str(raised.value) == (
        "the program cannot load the model: DATA_LOSS: truncated [[{{node Restore}}]]"
    )
    assert not raised.value.may_pass


def test_one_that_does_not_answer() -> None:
    with raises(
        NotInTimeError,
        "version 1 of model 'm' was not available in time; its state is unknown: the server did "
        "not answer",
    ):
        wait(program("import time; time.sleep(600)"), seconds=0.3)


def test_one_that_is_not_there() -> None:
    server = LocalProcess("the program", ("/no/such/program",), MODEL)
    with raises(
        DataError,
        "the program cannot be started: [Errno 2] No such file or directory: '/no/such/program'.",
    ):
        wait(server)


def test_it_is_told_what_to_serve_in_tensorflow_servings_words() -> None:
    server = program("import sys; print(*sys.argv[1:], sep='\\n')")
    with pytest.raises(ServerEndedError) as raised:
        wait(server)
    port, rest_port, *others = raised.value.log.splitlines()
    assert port.startswith("--port=")
    assert rest_port.startswith("--rest_api_port=")
    assert others == [
        "--model_name=m",
        "--model_base_path=/models/m",
        "--max_num_load_retries=0",
        "--file_system_poll_wait_seconds=1",
    ]


@pytest.mark.parametrize(
    ("code", "text"),
    [(1, "exit code 1"), (-6, "signal 6 (SIGABRT)"), (-77, "signal 77"), (0, "exit code 0")],
)
def test_exit_codes_in_words(code: int, text: str) -> None:
    assert exit_text(code) == text


def test_there_is_no_binary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with raises(
        DataError,
        "There is no program 'tensorflow_model_server'. Install TensorFlow Serving's "
        "tensorflow_model_server or give its path, or validate with the embedded server.",
    ):
        tensorflow_model_server(MODEL)


def test_a_binary_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, half_plus_two: Path
) -> None:
    """Not TensorFlow Serving's: a script of that name that runs our own server."""
    script = tmp_path / "tensorflow_model_server"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m pipeline_lib.serving "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    server = tensorflow_model_server(ServedModel("half_plus_two", str(half_plus_two)))
    assert server.description == "'tensorflow_model_server'"
    deadline = time.monotonic() + 60
    with running(server, deadline) as started:
        started.wait_until_available("half_plus_two", 1, deadline)
        answer = started.client.predict("half_plus_two", {"x": np.array([2.0], np.float32)})
        assert answer["y"].tolist() == [3.0]
