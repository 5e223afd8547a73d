"""What a running server makes of changes to its configuration file and to its models' folders."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.serving.server.process import ServerProcess, running


class Served:
    """A server that looks at its configuration file and its models again and again."""

    def __init__(self, server: ServerProcess, file: Path, models: Path) -> None:
        self.server = server
        self.file = file
        self.models = models

    def configure(self, text: str) -> None:
        """Replace the configuration in one step."""
        written = self.file.with_suffix(".new")
        written.write_text(text)
        os.replace(written, self.file)

    def answers(self, path: str) -> Any:
        return self.server.post(f"/v1/models/{path}:predict", {"instances": [2.0]})

    def labels(self, version: int) -> bool:
        """Whether `stable` is the label of that version."""
        return f"'version': '{version}'" in str(self.server.get("/v1/models/half/labels/stable"))

    def until(self, seen: Callable[[], bool]) -> None:
        end = time.monotonic() + 50
        while not seen():
            assert time.monotonic() < end, self.server.log.read_text()
            time.sleep(0.05)

    def until_logged(self, text: str) -> None:
        """Wait until the text is in the log once more than now."""
        before = self.server.log.read_text().count(text)
        self.until(lambda: self.server.log.read_text().count(text) > before)


ANSWER = {"predictions": [3.0]}


def model(name: str, path: Path, more: str = "") -> str:
    return f'config {{ name: "{name}" base_path: "{path}" model_platform: "tensorflow" {more} }}'


def models(*configs: str) -> str:
    return f"model_config_list {{ {' '.join(configs)} }}"


@pytest.fixture(scope="module")
def served(half_plus_two: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("changed_config")
    for version in ("1", "2"):
        shutil.copytree(half_plus_two / "1", folder / "half" / version)
    file = folder / "models.config"
    file.write_text(models(model("half", folder / "half", ALL)))
    with running(
        folder,
        f"--model_config_file={file}",
        "--model_config_file_poll_wait_seconds=0.05",
        "--file_system_poll_wait_seconds=0.05",
        "--load_retry_interval_micros=50000",
        "--max_num_load_retries=1000",
    ) as server:
        yield Served(server, file, folder / "half")


ALL = "model_version_policy { all {} }"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("garbage {{{", 'has no field named "garbage"'),
        ("", "Cannot transition to requested config. It is only legal to transition from one"),
        ("# nothing", "Cannot transition to requested config."),
        (models(model("half", Path("relative"))), "to have an absolute path or URI"),
        (
            models(model("half", Path("/nowhere"), 'version_labels { key: "a" value: 9 }')),
            "Request to assign label to version 9 of model half, which is not currently available",
        ),
    ],
)
def test_a_wrong_file_changes_nothing(served: Served, text: str, told: str) -> None:
    served.configure(text)
    served.until_logged(told)
    assert served.answers("half/versions/1") == ANSWER
    assert served.answers("half/versions/2") == ANSWER


def test_a_file_that_is_gone_changes_nothing(served: Served) -> None:
    served.file.unlink(missing_ok=True)
    served.until_logged("No such file or directory")
    assert served.answers("half") == ANSWER


def test_labels_move_and_models_come_and_go(served: Served) -> None:
    for version in (1, 2):
        label = f'version_labels {{ key: "stable" value: {version} }}'
        served.configure(models(model("half", served.models, f"{ALL} {label}")))
        served.until(partial(served.labels, version))
        assert served.answers("half/labels/stable") == ANSWER
    served.configure(models(model("half", served.models, ALL), model("two", served.models)))
    served.until(lambda: served.answers("two") == ANSWER)
    assert served.answers("half/labels/stable") == (
        400,
        {"error": "Unrecognized servable version label: stable"},
    )
    served.configure(models(model("half", served.models, ALL)))
    served.until(lambda: "Servable not found" in str(served.answers("two")))
    assert served.answers("half") == ANSWER


def test_a_version_that_is_half_there_is_tried_again(served: Served) -> None:
    served.configure(models(model("half", served.models, ALL)))
    version = served.models / "3"
    (version / "variables").mkdir(parents=True)
    served.until_logged(
        "{name: half version: 3} load failure: NOT_FOUND: Could not find SavedModel"
    )
    assert served.answers("half") == ANSWER
    shutil.copytree(served.models / "1", version, dirs_exist_ok=True)
    served.until(lambda: served.answers("half/versions/3") == ANSWER)


def test_a_base_path_that_is_gone_keeps_what_is_loaded(served: Served) -> None:
    served.configure(models(model("half", served.models, ALL)))
    gone = served.models.rename(served.models.with_name("gone"))
    try:
        served.until_logged(f"Could not find base path {served.models} for servable half")
        assert served.answers("half/versions/1") == ANSWER
    finally:
        gone.rename(served.models)
