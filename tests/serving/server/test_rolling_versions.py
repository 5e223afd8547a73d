from __future__ import annotations

import http.client
import itertools
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from tests.serving.server.clients import predict_request
from tests.serving.server.process import ServerProcess, running

VERSIONS = 8
ANSWERS_BY_EACH = 30
# A channel shares its connection with others to the same address, if it may.
OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]


class Versioned(tf.Module):
    """Says its version twice: once from its graph, once from its variables."""

    def __init__(self, version: int) -> None:
        super().__init__()
        self._in_graph = float(version)
        self._in_variables = tf.Variable(float(version))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def predict(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"graph": x * 0 + self._in_graph, "variables": x * 0 + self._in_variables}


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all versions, which are pushed one by one."""
    folder = tmp_path_factory.mktemp("versions")
    for version in range(1, VERSIONS + 1):
        model = Versioned(version)
        tf.saved_model.save(model, str(folder / str(version)), {"serving_default": model.predict})
    return folder


class Asking:
    """Clients that ask without a pause, and the versions that answered each of them.

    Args:
        server: the server that they ask.
        connections: by each of gRPC and REST.
    """

    def __init__(self, server: ServerProcess, connections: int) -> None:
        self._server = server
        self._over = threading.Event()
        clients = (self._ask_by_grpc, self._ask_by_rest) * connections
        self.answers: list[list[float]] = [[] for _ in clients]
        self._pool = ThreadPoolExecutor(len(clients))
        self._done = [
            self._pool.submit(self._keep_asking, client(), answers)
            for client, answers in zip(clients, self.answers, strict=True)
        ]

    def wait_for(self, version: int) -> None:
        """Until each client has had enough answers by a version."""
        end = time.monotonic() + 30
        while any(answers.count(version) < ANSWERS_BY_EACH for answers in self.answers):
            assert not any(done.done() for done in self._done), [d.exception() for d in self._done]
            assert time.monotonic() < end
            time.sleep(0.01)

    def end(self) -> None:
        """Ask no more; raises what went wrong."""
        self._over.set()
        for done in self._done:
            done.result(30)
        self._pool.shutdown()

    def _keep_asking(self, ask: Iterator[tuple[float, float]], answers: list[float]) -> None:
        while not self._over.is_set():
            graph, variables = next(ask)
            assert graph == variables
            answers.append(graph)

    def _ask_by_grpc(self) -> Iterator[tuple[float, float]]:
        request = predict_request("rolling", [1.0])
        with grpc.insecure_channel(self._server.grpc_address, OWN_CONNECTION) as channel:
            stub = PredictionServiceStub(channel)
            while True:
                answer = stub.Predict(request, timeout=30)
                graph, variables = (
                    tf.make_ndarray(answer.outputs[name])[0] for name in ("graph", "variables")
                )
                assert answer.model_spec.version.value == graph
                yield float(graph), float(variables)

    def _ask_by_rest(self) -> Iterator[tuple[float, float]]:
        connection = http.client.HTTPConnection(
            self._server.host, self._server.rest_api_port, timeout=30
        )
        while True:
            connection.request("POST", "/v1/models/rolling:predict", b'{"inputs": [1.0]}')
            answer = connection.getresponse()
            body = json.load(answer)
            assert answer.status == 200, body
            yield body["outputs"]["graph"][0], body["outputs"]["variables"][0]


def push(versions: Path, version: int, base_path: Path) -> None:
    """As a Pusher does: the version is there at once, whole."""
    partial = base_path / f".{version}"
    shutil.copytree(versions / str(version), partial)
    os.rename(partial, base_path / str(version))


@pytest.mark.parametrize(("workers", "connections"), [(1, 1), (2, 3)])
def test_no_request_is_lost_while_versions_roll(
    versions: Path, tmp_path: Path, workers: int, connections: int
) -> None:
    base_path = tmp_path / "rolling"
    base_path.mkdir()
    push(versions, 1, base_path)
    with running(
        tmp_path,
        "--model_name=rolling",
        f"--model_base_path={base_path}",
        "--file_system_poll_wait_seconds=0.05",
        f"--workers={workers}",
    ) as server:
        asking = Asking(server, connections)
        asking.wait_for(1)
        for version in range(2, VERSIONS + 1):
            push(versions, version, base_path)
            asking.wait_for(version)
        asking.end()
        states = {
            int(one["version"]): one["state"]
            for one in server.get("/v1/models/rolling")["model_version_status"]
        }
    for answers in asking.answers:
        # Once a version has answered on a connection, no older one does.
        assert [version for version, _ in itertools.groupby(answers)] == [
            float(version) for version in range(1, VERSIONS + 1)
        ]
    assert states[VERSIONS] == "AVAILABLE"
    assert {state for version, state in states.items() if version < VERSIONS} <= {
        "UNLOADING",
        "END",
    }


def test_the_versions_that_came_and_went_are_in_the_log(versions: Path, tmp_path: Path) -> None:
    base_path = tmp_path / "rolling"
    base_path.mkdir()
    push(versions, 1, base_path)
    with running(
        tmp_path,
        "--model_name=rolling",
        f"--model_base_path={base_path}",
        "--file_system_poll_wait_seconds=0.05",
    ) as server:
        push(versions, 2, base_path)
        _until(lambda: f"Unloaded {base_path / '1'}" in server.log.read_text())
        assert "Successfully loaded servable version {name: rolling version: 2}" in (
            server.log.read_text()
        )


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)
