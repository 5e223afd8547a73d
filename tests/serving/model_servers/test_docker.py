"""Containers as model servers, against a stub of Docker's API.

With Docker itself they run in tests/contracts/test_model_servers.py.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib.errors import DataError
from pipeline_lib.serving.model_servers.docker import OWNER_LABEL, DockerServer
from pipeline_lib.serving.model_servers.docker_daemon import DockerDaemon
from pipeline_lib.serving.model_servers.failures import NotInTimeError, ServerEndedError
from pipeline_lib.serving.model_servers.model_server import Endpoints, ServedModel
from pipeline_lib.serving.model_servers.serving_image import ServingImage
from tests.serving.model_servers.api_stub import Answer, ApiStub, Asked, on_unix_socket
from tests.whole_message import raises

IMAGE = ServingImage(tag="2.16.1")
MODEL = ServedModel("penguin", "/models/of/penguin")
PORTS = {
    "8500/tcp": [{"HostIp": "127.0.0.1", "HostPort": "32001"}],
    "8501/tcp": [{"HostIp": "127.0.0.1", "HostPort": "32002"}],
}
RUNNING = {"Status": "running"}


class Docker:
    """What the stub knows: containers by id, with their state and owner, and images."""

    def __init__(self) -> None:
        self.states: dict[str, Any] = {}
        self.owners: dict[str, str] = {}
        self.started = RUNNING
        self.ports: Any = PORTS
        self.has_image = True
        self.network = "bridge"

    def answer(self, asked: Asked) -> Answer:
        path = asked.path.removeprefix("/v1.45")
        match asked.method, path.strip("/").split("/"):
            case "GET", ["version"]:
                return 200, {"ApiVersion": "1.45"}
            case "GET", ["images", *_] if not self.has_image:
                return 404, {"message": "no such image"}
            case "GET", ["images", *_]:
                return 200, {"Id": "sha256:1", "RepoTags": []}
            case "POST", ["images", "create"]:
                self.has_image = True
                return 200, {"status": "Downloaded newer image"}
            case "GET", ["containers", "json"]:
                return 200, [{"Id": id} for id in self.states]
            case "POST", ["containers", "create"]:
                id = "newer" if "new" in self.states else "new"
                self.states[id] = {"Status": "created"}
                self.owners[id] = asked.body["Labels"][OWNER_LABEL]
                return 201, {"Id": id}
            case "POST", ["containers", id, "start"]:
                self.states[id] = self.started
                return 204, b""
            case "DELETE", ["containers", id]:
                del self.states[id]
                return 204, b""
            case "GET", ["containers", id, _] if id not in self.states:
                return 404, {"message": "no such container"}
            case "GET", ["containers", id, "logs"]:
                line = b"F check failed\n"
                return 200, struct.pack(">BxxxL", 2, len(line)) + line
            case "GET", ["containers", id, "json"]:
                labels = {OWNER_LABEL: self.owners[id]}
                return 200, {
                    "Id": id,
                    "State": self.states[id],
                    "Config": {"Labels": labels, "Tty": False},
                    "NetworkSettings": {
                        "Ports": self.ports,
                        "Networks": {self.network: {}},
                    },
                }
        return 500, {"message": f"{asked} is not known to the stub"}


@pytest.fixture
def docker() -> Docker:
    return Docker()


@contextmanager
def daemon(docker: Docker, folder: Path) -> Iterator[tuple[ApiStub, DockerDaemon]]:
    """The stub at work."""
    stub = ApiStub(docker.answer)
    path = folder / "docker.sock"
    with on_unix_socket(stub, path):
        yield stub, DockerDaemon(base_url=f"unix://{path}")


def soon() -> float:
    return time.monotonic() + 30


def test_a_container_is_started_and_removed(docker: Docker, tmp_path: Path) -> None:
    with daemon(docker, tmp_path) as (stub, reached):
        server = DockerServer(IMAGE, MODEL, reached, memory_limit=1 << 30)
        assert server.description == "tensorflow/serving:2.16.1"
        assert server.start(soon()) == Endpoints("127.0.0.1:32001", "http://127.0.0.1:32002")
        assert server.ending() is None
        assert server.log() == "F check failed"
        server.stop()
        server.stop()
        assert docker.states == {}
        body = stub.of("POST /v1.45/containers/create").body
    assert body["Image"] == "tensorflow/serving:2.16.1"
    assert body["Cmd"] == ["--max_num_load_retries=0", "--file_system_poll_wait_seconds=1"]
    assert sorted(body["Env"]) == ["MODEL_BASE_PATH=/models", "MODEL_NAME=penguin"]
    host = body["HostConfig"]
    assert host["Mounts"] == [
        {
            "Target": "/models/penguin",
            "Source": "/models/of/penguin",
            "Type": "bind",
            "ReadOnly": True,
        }
    ]
    assert host["Memory"] == 1 << 30
    assert host["PortBindings"] == {
        "8500/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}],
        "8501/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}],
    }
    assert not host.get("AutoRemove")
    assert server.log() == "F check failed"


def test_ports_of_a_docker_elsewhere_are_published_there(docker: Docker, tmp_path: Path) -> None:
    with daemon(docker, tmp_path) as (stub, reached):
        elsewhere = replace(reached, host="10.0.0.5", network="models")
        server = DockerServer(IMAGE, replace(MODEL, tags=("gpu", "serve")), elsewhere)
        assert server.start(soon()) == Endpoints("10.0.0.5:32001", "http://10.0.0.5:32002")
        server.stop()
        body = stub.of("POST /v1.45/containers/create").body
    assert body["HostConfig"]["PortBindings"] == {
        "8500/tcp": [{"HostIp": "", "HostPort": ""}],
        "8501/tcp": [{"HostIp": "", "HostPort": ""}],
    }
    assert body["HostConfig"]["NetworkMode"] == "models"
    assert "--saved_model_tags=gpu,serve" in body["Cmd"]


@pytest.mark.parametrize("network", ["none", "host"])
def test_a_network_that_publishes_no_ports(docker: Docker, tmp_path: Path, network: str) -> None:
    docker.network, docker.ports = network, {}
    with daemon(docker, tmp_path) as (_, reached):
        server = DockerServer(IMAGE, MODEL, reached)
        with raises(
            DataError,
            "tensorflow/serving:2.16.1 cannot be reached: Docker has put its container into the "
            f"network '{network}', which publishes no ports. Name another by serving_spec="
            "{'local_docker': {'network': ...}}; docker network ls lists those that exist.",
        ):
            server.start(soon())
        server.stop()
    assert docker.states == {}


def test_an_image_is_fetched_before_the_server_is_started(docker: Docker, tmp_path: Path) -> None:
    docker.has_image = False
    with daemon(docker, tmp_path) as (stub, reached):
        DockerServer(IMAGE, MODEL, reached).fetch_image()
        assert stub.of("POST /v1.45/images/create").query["tag"] == "2.16.1"
    assert docker.states == {}


def test_docker_goes_away(docker: Docker, tmp_path: Path) -> None:
    with daemon(docker, tmp_path) as (_, reached):
        server = DockerServer(IMAGE, MODEL, reached)
        server.start(soon())
    with pytest.raises(DataError, match="cannot be run by Docker: "):
        server.ending()
    server.stop()


def test_an_image_that_is_not_here_is_pulled(docker: Docker, tmp_path: Path) -> None:
    docker.has_image = False
    with daemon(docker, tmp_path) as (stub, reached):
        server = DockerServer(ServingImage(digest="sha256:12"), MODEL, reached)
        server.start(soon())
        server.stop()
        query = stub.of("POST /v1.45/images/create").query
        assert stub.of("POST /v1.45/containers/create").body["Image"] == (
            "tensorflow/serving@sha256:12"
        )
    assert (query["fromImage"], query["tag"]) == ("tensorflow/serving", "sha256:12")


@pytest.mark.parametrize(
    ("state", "reason", "may_pass"),
    [
        (
            {"Status": "exited", "ExitCode": 134},
            "tensorflow/serving:2.16.1 ended by itself with signal 6 (SIGABRT)",
            True,
        ),
        (
            {"Status": "exited", "ExitCode": 1},
            "tensorflow/serving:2.16.1 ended by itself with exit code 1",
            True,
        ),
        (
            {"Status": "exited", "ExitCode": 137, "OOMKilled": True},
            "tensorflow/serving:2.16.1 was killed: it used more than 512 MiB of memory",
            False,
        ),
    ],
)
def test_a_container_that_ends(
    docker: Docker, tmp_path: Path, state: Any, reason: str, may_pass: bool
) -> None:
    docker.started = state
    with daemon(docker, tmp_path) as (_, reached):
        server = DockerServer(IMAGE, MODEL, reached, memory_limit=512 << 20)
        with pytest.raises(ServerEndedError) as raised:
            server.start(soon())
        server.stop()
    assert (raised.value.reason, raised.value.log) == (reason, "F check failed")
    assert raised.value.may_pass is may_pass
    assert docker.states == {}


def test_a_container_that_is_removed_by_others(docker: Docker, tmp_path: Path) -> None:
    with daemon(docker, tmp_path) as (_, reached):
        server = DockerServer(IMAGE, MODEL, reached)
        server.start(soon())
        docker.states.clear()
        ending = server.ending()
        server.stop()
    assert ending is not None
    assert ending.reason == "the container of tensorflow/serving:2.16.1 was removed"


def test_a_container_that_does_not_start_in_time(docker: Docker, tmp_path: Path) -> None:
    docker.ports = {}
    with daemon(docker, tmp_path) as (_, reached):
        server = DockerServer(IMAGE, MODEL, reached)
        with raises(
            NotInTimeError,
            "the container of tensorflow/serving:2.16.1 did not start in time",
        ):
            server.start(time.monotonic() + 0.1)
        server.stop()
    assert docker.states == {}


def test_what_dead_processes_have_left_is_removed(docker: Docker, tmp_path: Path) -> None:
    here = socket.gethostname()
    docker.owners = {
        "dead": f"{2**22 + 1}-17-{here}",
        "earlier": f"{os.getpid()}-17-{here}",
        "elsewhere": f"{2**22 + 1}-17-elsewhere",
    }
    docker.states = dict.fromkeys(docker.owners, RUNNING)
    with daemon(docker, tmp_path) as (_, reached):
        ours, other = (DockerServer(IMAGE, MODEL, reached) for _ in range(2))
        ours.start(soon())
        other.start(soon())
        # The second has left the first alone.
        assert set(docker.states) == {"elsewhere", "new", "newer"}
        ours.stop()
        other.stop()


def test_docker_is_not_there(tmp_path: Path) -> None:
    server = DockerServer(IMAGE, MODEL, DockerDaemon(base_url=f"unix://{tmp_path}/none"))
    with pytest.raises(DataError) as raised:
        server.start(soon())
    server.stop()
    message = str(raised.value)
    assert message.startswith("Docker cannot be reached: ")
    assert message.endswith(
        ". Start it, or validate with the embedded server: serving_spec={'local_process': {}}."
    )


def test_docker_refuses(docker: Docker, tmp_path: Path) -> None:
    class Refusing(Docker):
        def answer(self, asked: Asked) -> Answer:
            if asked.path.endswith("/containers/create"):
                return 400, {"message": "invalid mount"}
            return super().answer(asked)

    with daemon(Refusing(), tmp_path) as (_, reached):
        server = DockerServer(IMAGE, MODEL, reached)
        with pytest.raises(DataError, match=r"cannot be run by Docker: .*invalid mount"):
            server.start(soon())
        server.stop()
