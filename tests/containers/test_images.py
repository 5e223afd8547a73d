"""Images are looked up by name, and pulled where they are not here."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pipeline_lib.containers.engine import connect
from pipeline_lib.containers.failures import EngineError, ImageNotFoundError
from pipeline_lib.containers.images import _progress, available_id, known_id
from pipeline_lib.runners.local.progress_lines import ProgressLines
from tests.docker_engine import DockerEngine
from tests.serving.model_servers.api_stub import Answer, ApiStub, Asked, on_unix_socket
from tests.whole_message import raises


class Registry:
    """What an engine answers that can pull an image; there is no registry where the tests run."""

    def __init__(self, *events: dict[str, Any]) -> None:
        self.events = events
        self.is_pulled = False

    def answer(self, asked: Asked) -> Answer:
        match asked.path.removeprefix("/v1.45").strip("/").split("/"):
            case ["version"]:
                return 200, {"ApiVersion": "1.45"}
            case ["images", "create"]:
                self.is_pulled = True
                return 200, "\n".join(map(json.dumps, self.events)).encode()
            case ["images", *_] if self.is_pulled:
                return 200, {"Id": "sha256:12", "RepoTags": []}
        return 404, {"message": "no such image"}


def pulled(registry: Registry, folder: Path, name: str = "train:3") -> tuple[str, list[str]]:
    """The id of an image, and what was told while it was pulled."""
    told: list[str] = []
    with on_unix_socket(ApiStub(registry.answer), folder / "d.sock"):
        client = connect(f"unix://{folder}/d.sock")
        try:
            return available_id(client, name, lambda _, progress: told.append(progress)), told
        finally:
            client.close()


def test_an_image_that_is_here_is_known_by_its_id(
    docker_engine: DockerEngine, base_image: str
) -> None:
    image = docker_engine.client.images.get(base_image)
    assert known_id(docker_engine.client, base_image) == image.id
    assert available_id(docker_engine.client, base_image) == image.id
    assert known_id(docker_engine.client, "localhost:1/nothing:3") is None


def test_how_far_a_pull_is() -> None:
    def layer(id: str, current: int) -> dict[str, Any]:
        progress = {"current": current, "total": 20_000_000}
        return {"status": "Downloading", "id": id, "progressDetail": progress}

    events = [
        {"status": "Pulling from library/train", "id": "3"},
        layer("a", 5_000_000),
        layer("b", 1_000_000),
        {"status": "Verifying Checksum", "progressDetail": {}, "id": "a"},
        layer("b", 20_000_000),
    ]
    assert list(_progress("train:3", events)) == [
        "begins",
        "5 of 20 MB",
        "6 of 40 MB",
        "6 of 40 MB",
        "25 of 40 MB",
    ]


def test_what_was_pulled_is_used(tmp_path: Path) -> None:
    registry = Registry({"status": "Download complete"})
    assert pulled(registry, tmp_path) == ("sha256:12", ["begins", "begins", ""])


def test_a_pull_that_fails_on_its_way(tmp_path: Path) -> None:
    message = (
        "Image 'train:3' is not on this machine and cannot be pulled: no space left on device. "
        "Build it, correct its name, or log in to its registry with docker login."
    )
    with raises(ImageNotFoundError, message):
        pulled(Registry({"error": "no space left on device."}), tmp_path)


def test_a_name_that_no_image_can_have(docker_engine: DockerEngine) -> None:
    with pytest.raises(EngineError) as raised:
        known_id(docker_engine.client, "No Image")
    assert str(raised.value).startswith("Image 'No Image' cannot be looked up: ")


def test_a_log_names_a_pull_once() -> None:
    written = io.StringIO()
    lines = ProgressLines(Console(file=written))
    for progress in ("begins", "5 of 20 MB", ""):
        lines.image_pulled("train:3", progress)
    assert written.getvalue() == "Pulling image train:3\n"
