"""The engine is found where the docker command finds it."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pytest

from pipeline_lib.containers.engine import connect
from pipeline_lib.containers.failures import NoEngineError
from tests.docker_engine import DockerEngine
from tests.whole_message import raises


def answers(base_url: str = "") -> bool:
    client = connect(base_url)
    try:
        return bool(client.ping())
    finally:
        client.close()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the docker command's settings; no other variable says anything."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    return tmp_path


def add_context(settings: Path, name: str, host: str) -> None:
    folder = settings / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    endpoints = {"docker": {"Host": host, "SkipTLSVerify": False}}
    meta = {"Name": name, "Metadata": {}, "Endpoints": endpoints}
    (folder / "meta.json").write_text(json.dumps(meta))


def test_named_by_its_variable(
    docker_engine: DockerEngine, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", docker_engine.host)
    assert answers()


def test_named_by_the_current_context(docker_engine: DockerEngine, settings: Path) -> None:
    add_context(settings, "mine", docker_engine.host)
    (settings / "config.json").write_text('{"currentContext": "mine"}')
    assert answers()


def test_named_by_a_context_of_the_environment(
    docker_engine: DockerEngine, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_context(settings, "other", docker_engine.host)
    monkeypatch.setenv("DOCKER_CONTEXT", "other")
    assert answers()


def test_a_context_that_is_not_there(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "gone")
    message = "Docker cannot be reached: its context 'gone' does not exist. See docker context ls."
    with raises(NoEngineError, message):
        connect()


def test_named_by_the_caller(docker_engine: DockerEngine, settings: Path) -> None:
    assert answers(docker_engine.host)


@pytest.mark.parametrize("place", ["docker.sock", "podman/podman.sock"])
def test_of_a_user_without_root(
    docker_engine: DockerEngine, settings: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    if Path("/var/run/docker.sock").exists():
        pytest.skip("the system's own Docker comes first")
    (settings / place).parent.mkdir(exist_ok=True)
    (settings / place).symlink_to(docker_engine.host.removeprefix("unix://"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(settings))
    assert answers()


def test_without_docker_s_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docker", None)
    message = (
        "Docker cannot be used: the package 'docker' is not installed. Install "
        "pipeline-lib[containers]."
    )
    with raises(NoEngineError, message):
        connect()
