"""A server that is told to end, and does although something does not."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from tests.serving.server.process import MODULE, ServerProcess, running, start


class Endless(tf.Module):
    """Computes for as many steps as it is asked to."""

    @tf.function(input_signature=[tf.TensorSpec([], tf.int64, name="steps")])
    def predict(self, steps: tf.Tensor) -> dict[str, tf.Tensor]:
        return {
            "done": tf.while_loop(
                lambda i: i < steps, lambda i: [i + 1], [tf.constant(0, tf.int64)]
            )[0]
        }


FOR_EVER = 10**15


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    model = Endless()
    tf.saved_model.save(model, str(tmp_path / "endless" / "1"), {"serving_default": model.predict})
    return tmp_path / "endless"


def ask(server: ServerProcess, steps: int) -> Any:
    return server.post("/v1/models/endless:predict", {"inputs": steps})


def until(seen: Callable[[], bool]) -> None:
    end = time.monotonic() + 50
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_call_without_an_end_does_not_keep_the_server(
    endless: Path, tmp_path: Path, workers: int
) -> None:
    with (
        running(
            tmp_path,
            "--model_name=endless",
            f"--model_base_path={endless}",
            "--drain_seconds=0.2",
            f"--workers={workers}",
            f"--max_in_flight={workers}",
        ) as server,
        ThreadPoolExecutor() as pool,
    ):
        assert ask(server, 3) == {"outputs": 3}
        answer = pool.submit(ask, server, FOR_EVER)
        until(lambda: "requests at a time" in str(ask(server, 3)))
        assert server.stop() == 0
        assert answer.result(60) == (503, {"error": "The server is stopping"})
        assert "Ending, though models are still being loaded or called" in server.log.read_text()
        assert "Traceback" not in server.log.read_text()


def test_a_load_without_an_end_does_not_keep_the_server(endless: Path, tmp_path: Path) -> None:
    record = PredictionLog()
    record.predict_log.request.inputs["steps"].CopyFrom(
        tf.make_tensor_proto(FOR_EVER, dtype=tf.int64)
    )
    file = endless / "1" / "assets.extra" / "tf_serving_warmup_requests"
    file.parent.mkdir()
    with tf.io.TFRecordWriter(str(file)) as writer:
        writer.write(record.SerializeToString())
    log = tmp_path / "log"
    flags = (f"--model_base_path={endless}", "--port=auto", "--rest_api_port=auto")
    with log.open("w") as written:
        process = start(*MODULE, *flags, "--drain_seconds=0.2", stderr=written)
    until(lambda: "Loading servable version {name: default version: 1}" in log.read_text())
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=50)
    assert process.returncode == 0
    assert "Ending, though models are still being loaded or called" in log.read_text()
