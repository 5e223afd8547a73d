from __future__ import annotations

import os
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from tensorflow_serving.apis.model_management_pb2 import ReloadConfigRequest
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub

from tests.serving.server.clients import predict
from tests.serving.server.process import ServerProcess, refused, running

LOADED = "Successfully loaded servable version {{name: {} version: 1}}"
# Each channel has a connection of its own, which the operating system gives to one of the workers.
OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]


@pytest.fixture
def two(half_plus_two: Path, tmp_path: Path) -> Iterator[ServerProcess]:
    monitoring = tmp_path / "monitoring.config"
    monitoring.write_text("prometheus_config { enable: true }")
    with running(
        tmp_path,
        "--model_name=half",
        f"--model_base_path={half_plus_two}",
        f"--monitoring_config_file={monitoring}",
        "--workers=2",
    ) as server:
        yield server


def workers(server: ServerProcess) -> set[int]:
    """The processes that the supervisor has started."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text()
    return {int(pid) for pid in children.split()}


def loads(server: ServerProcess, model: str) -> int:
    """How often a model was loaded, by all workers together."""
    return server.log.read_text().count(LOADED.format(model))


def metrics(server: ServerProcess) -> str:
    page = f"{server.rest_url}/monitoring/prometheus/metrics"
    with urllib.request.urlopen(page, timeout=30) as response:
        text: str = response.read().decode()
    return text


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 40
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def ask_all(server: ServerProcess, model: str) -> None:
    """Ask by so many connections that surely no worker is left out."""
    for _ in range(12):
        with grpc.insecure_channel(server.grpc_address, OWN_CONNECTION) as channel:
            assert predict(channel, model, [1.0]) == [2.5]


def test_workers_act_as_one_server(two: ServerProcess, half_plus_two: Path) -> None:
    first = workers(two)
    assert len(first) == 2
    ask_all(two, "half")
    counted = ':tensorflow:serving:request_count{model_name="half",status="OK"} 12\n'
    until(lambda: counted in metrics(two))

    # What one is told all are told, and it is answered when all have done it.
    request = ReloadConfigRequest()
    config = request.config.model_config_list.config.add()
    config.name, config.base_path = "again", str(half_plus_two)
    config.model_platform = "tensorflow"
    with grpc.insecure_channel(two.grpc_address, OWN_CONNECTION) as channel:
        models = ModelServiceStub(channel)
        assert models.HandleReloadConfigRequest(request, timeout=30).status.error_code == 0
        assert loads(two, "again") == 2
        config.base_path = "relative"
        with pytest.raises(grpc.RpcError) as caught:
            models.HandleReloadConfigRequest(request, timeout=30)
        assert caught.value.details() == (
            "Expected model again to have an absolute path or URI; got base_path()=relative"
        )
    ask_all(two, "again")

    # Another takes the place of one that was killed, and knows what it was told.
    killed = first.pop()
    os.kill(killed, signal.SIGKILL)
    until(lambda: killed not in workers(two))
    ask_all(two, "again")
    until(lambda: loads(two, "again") == 3)
    assert len(workers(two)) == 2
    assert f"(process {killed}) was killed by signal 9" in two.log.read_text()
    ask_all(two, "again")

    last = workers(two)
    assert two.stop() == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in last)


def test_workers_end_when_their_supervisor_is_killed(two: ServerProcess) -> None:
    orphans = workers(two)
    two.stop(signal.SIGKILL)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in orphans))


def test_why_workers_cannot_start(tmp_path: Path) -> None:
    path = tmp_path / "models.config"
    ports = ("--port=auto", "--rest_api_port=auto")
    code, error = refused(f"--model_config_file={path}", "--workers=2", *ports)
    assert code == 2
    assert error == f"Error: {path}; No such file or directory\n"
