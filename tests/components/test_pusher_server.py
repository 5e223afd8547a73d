"""Pusher with a running model server: what it loads stays, what it cannot load goes again."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.pusher.executor import Executor
from components.pusher.local_directory import LocalDirectory
from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.errors import DataError
from pipeline_lib.serving.model_servers.embedded import embedded_server
from pipeline_lib.serving.model_servers.model_server import ServedModel
from pipeline_lib.serving.model_servers.running import RunningServer, running
from pipeline_lib.serving.servables.servable import VersionState
from tests.serving import saved_models


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("base")


@pytest.fixture(scope="module")
def server(base: Path) -> Iterator[RunningServer]:
    """A server that watches an empty directory."""
    model = ServedModel("half", str(base))
    with running(embedded_server(model), time.monotonic() + 60) as started:
        yield started


@pytest.fixture
def good(tmp_path: Path) -> standard_artifacts.Model:
    saved_models.half_plus_two(str(tmp_path / "good" / "Format-Serving"))
    return standard_artifacts.Model(uri=str(tmp_path / "good"))


@pytest.fixture
def broken(tmp_path: Path) -> standard_artifacts.Model:
    path = tmp_path / "broken" / "Format-Serving" / "saved_model.pb"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no graph")
    return standard_artifacts.Model(uri=str(tmp_path / "broken"))


def push(
    model: standard_artifacts.Model, base: Path, version: int | None = None, **server: Any
) -> None:
    pushed = standard_artifacts.PushedModel(uri=f"{model.uri}/pushed")
    destination = {
        "filesystem": {"base_directory": str(base), "version": version},
        "model_server": {"model_name": "half", "timeout_seconds": 60, **server},
    }
    Executor().Do({"model": [model]}, {"pushed_model": [pushed]}, {"push_destination": destination})


def names(base: Path) -> list[str]:
    return sorted(path.name for path in base.iterdir())


def test_a_push_ends_when_the_server_has_the_version(
    server: RunningServer, good: standard_artifacts.Model, base: Path
) -> None:
    for version, address in (
        (1, {"rest_address": server.endpoints.rest}),
        (2, {"rest_address": server.endpoints.rest.removeprefix("http://")}),
        (3, {"grpc_address": server.endpoints.grpc}),
    ):
        push(good, base, version, **address)
        (status,) = server.client.statuses("half", version)
        assert status.state is VersionState.AVAILABLE
    assert names(base) == ["1", "2", "3"]


def test_a_version_that_the_server_cannot_load_is_removed_again(
    server: RunningServer, broken: standard_artifacts.Model, good: Any, base: Path
) -> None:
    push(good, base, 10, rest_address=server.endpoints.rest)
    addresses: tuple[dict[str, Any], ...] = (
        {"rest_address": server.endpoints.rest},
        {"grpc_address": server.endpoints.grpc},
    )
    for address in addresses:
        with pytest.raises(DataError) as raised:
            push(broken, base, **address)
        (told,) = address.values()
        removed = str(raised.value).rpartition("/")[2].removesuffix("'.")
        assert str(raised.value).startswith(
            f"The model server at {told} has not loaded version {removed} of 'half': Could not load"
        )
        assert str(raised.value).endswith(
            f". The version was removed from {str(base / removed)!r}."
        )
        assert removed not in names(base)
    (status,) = server.client.statuses("half", 10)
    assert status.state is VersionState.AVAILABLE


def test_a_number_that_has_failed_before_can_be_pushed_again(
    server: RunningServer, broken: standard_artifacts.Model, good: Any, base: Path
) -> None:
    """The server must have looked in between, which it has when it has another version."""
    version = 2**60
    address = {"rest_address": server.endpoints.rest}
    with pytest.raises(DataError, match="has not loaded version"):
        push(broken, base, version, **address)
    push(good, base, version - 1, **address)
    push(good, base, version, **address)
    (status,) = server.client.statuses("half", version)
    assert status.state is VersionState.AVAILABLE


def test_a_server_that_is_not_there(good: standard_artifacts.Model, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(DataError) as raised:
            push(
                good,
                tmp_path / "base",
                7,
                rest_address=address,
                timeout_seconds=0.1,
                roll_back=False,
            )
    assert str(raised.value) == (
        f"The model server at {address} did not make version 7 of 'half' available within 0.1 s. "
        "It says: [Errno 111] Connection refused. The version stays at "
        f"{str(tmp_path / 'base' / '7')!r}."
    )
    assert names(tmp_path / "base") == ["7"]


def test_a_version_that_cannot_be_removed_again(
    server: RunningServer,
    broken: standard_artifacts.Model,
    base: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    version = 2**61

    def refuse(directory: object, version_path: str) -> None:
        raise PermissionError(13, "Permission denied", version_path)

    monkeypatch.setattr(LocalDirectory, "withdraw", refuse)
    with pytest.raises(DataError) as raised:
        push(broken, base, version, rest_address=server.endpoints.rest)
    monkeypatch.undo()
    path = str(base / str(version))
    LocalDirectory(str(base), None).withdraw(path)
    message = str(raised.value)
    assert f"has not loaded version {version} of 'half': " in message
    assert message.endswith(
        " The version could not be removed, remove it yourself: [Errno 13] Permission denied: "
        f"{path!r}."
    )
