"""Reloading what is served, with real SavedModels."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.manager import ServableManager
from pipeline_lib.serving.servables.model_config import All, Latest, ModelConfig, Specific
from pipeline_lib.serving.servables.saved_model import SavedModelLoader
from pipeline_lib.serving.servables.servable import ModelReference, VersionState
from pipeline_lib.serving.servables.server_core import ServerCore
from pipeline_lib.serving.servables.source import FileSystemSource
from tests.whole_message import raises

AVAILABLE, END = VersionState.AVAILABLE, VersionState.END


def made(poll_seconds: float = -1, labels_for_unavailable_models: bool = False) -> ServerCore:
    manager = ServableManager({"tensorflow": SavedModelLoader()}, max_load_retries=0)
    source = FileSystemSource(manager, poll_seconds)
    return ServerCore(manager, source, labels_for_unavailable_models=labels_for_unavailable_models)


@pytest.fixture
def core() -> Iterator[ServerCore]:
    core = made()
    yield core
    assert core.stop(30)


@pytest.fixture
def models(half_plus_two: Path, strings: Path, tmp_path: Path) -> Path:
    """A folder with `half`, of three versions, and `text`, of one."""
    for version in ("1", "2", "3"):
        shutil.copytree(half_plus_two / "1", tmp_path / "half" / version)
    shutil.copytree(strings / "1", tmp_path / "text" / "1")
    return tmp_path


def versions(core: ServerCore, name: str) -> dict[int, VersionState]:
    return {status.version: status.state for status in core.statuses(name)}


def used(core: ServerCore, reference: ModelReference) -> int:
    with core.handle(reference) as handle:
        return handle.id.version


def refused(core: ServerCore, configs: list[ModelConfig], code: StatusCode, message: str) -> None:
    before = core.models
    with raises(ServingError, message):
        core.reload(configs)
    with pytest.raises(ServingError) as caught:
        core.reload(configs)
    assert caught.value.code is code
    assert core.models == before


def test_a_reload_waits_for_what_is_new_and_unloads_what_is_gone(
    core: ServerCore, models: Path
) -> None:
    half = ModelConfig("half", str(models / "half"))
    text = ModelConfig("text", str(models / "text"))
    core.reload([half])
    assert versions(core, "half") == {3: AVAILABLE}
    with core.handle(ModelReference("half")) as handle:
        answer = handle.servable.run("serving_default", {"x": np.array([2], np.float32)})
    assert answer["y"].tolist() == [3]
    core.reload([text])
    assert versions(core, "text") == {1: AVAILABLE}
    with raises(ServingError, "Servable not found for request: Latest(half)"):
        used(core, ModelReference("half"))
    core.reload([half, text])
    assert core.models == (half, text)
    assert used(core, ModelReference("half")) == 3
    core.reload([])
    with raises(ServingError, "Servable not found for request: Specific(text, 1)"):
        used(core, ModelReference("text", 1))


def test_all_versions_that_are_wanted_are_waited_for(core: ServerCore, models: Path) -> None:
    core.reload([ModelConfig("half", str(models / "half"), version_policy=All())])
    assert versions(core, "half") == dict.fromkeys((3, 2, 1), AVAILABLE)
    assert used(core, ModelReference("half")) == 3
    assert used(core, ModelReference("half", 1)) == 1


def test_one_version_that_is_available_is_enough(core: ServerCore, models: Path) -> None:
    (models / "half" / "3" / "saved_model.pb").unlink()
    core.reload([ModelConfig("half", str(models / "half"), version_policy=Latest(2))])
    assert versions(core, "half") == {3: END, 2: AVAILABLE}
    assert used(core, ModelReference("half")) == 2


def test_models_that_cannot_be_loaded_are_told(core: ServerCore, models: Path) -> None:
    (models / "half" / "3" / "saved_model.pb").unlink()
    shutil.rmtree(models / "text" / "1")
    (models / "text" / "4").mkdir()
    text = ModelConfig("text", str(models / "text"))
    with raises(
        ServingError,
        "2 model(s) did not become available: {{{name: half version: 3} due to error: NOT_FOUND: "
        f"Could not find SavedModel .pb or .pbtxt at supplied export directory path: "
        f"{models}/half/3. Check that the directory exists and that you have the right permissions "
        "for accessing it.}, {{name: text version: 4} due to error: NOT_FOUND: Could not find "
        f"SavedModel .pb or .pbtxt at supplied export directory path: {models}/text/4. Check that "
        "the directory exists and that you have the right permissions for accessing it.}, }",
    ):
        core.reload([ModelConfig("half", str(models / "half")), text])
    shutil.rmtree(models / "text" / "4")
    shutil.copytree(models / "half" / "1", models / "text" / "5")
    core.reload([])
    core.reload([text])
    assert versions(core, "text") == {5: AVAILABLE, 4: END}


def test_labels_follow_the_configuration(core: ServerCore, models: Path) -> None:
    base_path = str(models / "half")
    with raises(ServingError, "Unrecognized servable version label: stable"):
        core.handle(ModelReference("half", label="stable"))
    core.reload([ModelConfig("half", base_path, version_policy=All())])
    labels = {"stable": 1, "canary": 3}
    core.reload([ModelConfig("half", base_path, version_policy=All(), version_labels=labels)])
    assert used(core, ModelReference("half", label="stable")) == 1
    assert used(core, ModelReference("half", label="canary")) == 3
    core.reload(
        [ModelConfig("half", base_path, version_policy=All(), version_labels={"stable": 2})]
    )
    assert core.version_of_label("half", "stable") == 2
    with raises(ServingError, "Unrecognized servable version label: canary"):
        core.handle(ModelReference("half", label="canary"))
    with raises(ServingError, "Unrecognized servable version label: stable"):
        core.handle(ModelReference("text", label="stable"))


def test_a_label_is_refused_for_a_version_that_is_not_available(
    core: ServerCore, models: Path
) -> None:
    base_path = str(models / "half")
    labelled = ModelConfig("half", base_path, version_labels={"stable": 3})
    message = (
        "Request to assign label to version 3 of model half, which is not currently available for "
        "inference"
    )
    refused(core, [labelled], StatusCode.FAILED_PRECONDITION, message)
    core.reload([ModelConfig("half", base_path, version_policy=Specific((1, 2)))])
    refused(core, [labelled], StatusCode.FAILED_PRECONDITION, message)
    assert versions(core, "half") == {2: AVAILABLE, 1: AVAILABLE}


def test_a_new_label_may_be_for_an_unavailable_version_where_that_is_allowed(
    models: Path,
) -> None:
    core = made(labels_for_unavailable_models=True)

    def labelled(version: int) -> ModelConfig:
        return ModelConfig("half", str(models / "half"), version_labels={"stable": version})

    core.reload([labelled(9)])
    with raises(ServingError, "Servable not found for request: Specific(half, 9)"):
        used(core, ModelReference("half", label="stable"))
    core.reload([labelled(9)])
    core.reload([labelled(3)])
    refused(
        core,
        [labelled(9)],
        StatusCode.FAILED_PRECONDITION,
        "Request to assign label to version 9 of model half, which is not currently available for "
        "inference",
    )
    assert used(core, ModelReference("half", label="stable")) == 3
    assert core.stop(30)


def test_what_tensorflow_serving_refuses_is_refused(core: ServerCore, models: Path) -> None:
    half = ModelConfig("half", str(models / "half"))
    core.reload([half])
    for configs, message in [
        ([half, half], "Illegal to list model half multiple times in config list"),
        (
            [ModelConfig("text", "models/text")],
            "Expected model text to have an absolute path or URI; got base_path()=models/text",
        ),
        (
            [half, ModelConfig("text", "/models/text", "torch")],
            "Model text requests unsupported platform torch",
        ),
        (
            [half, ModelConfig("text", "s3://bucket/text")],
            "Model text has base_path s3://bucket/text, which is not on this machine's file "
            "system. Mount it there, or copy its versions and serve the copy.",
        ),
    ]:
        refused(core, configs, StatusCode.INVALID_ARGUMENT, message)
    assert used(core, ModelReference("half")) == 3


def test_a_live_model_keeps_its_platform(models: Path) -> None:
    loaders = {"tensorflow": SavedModelLoader(), "saved_model_too": SavedModelLoader()}
    manager = ServableManager(loaders)
    core = ServerCore(manager, FileSystemSource(manager, -1))
    core.reload([ModelConfig("half", str(models / "half"))])
    refused(
        core,
        [ModelConfig("half", str(models / "half"), "saved_model_too")],
        StatusCode.INVALID_ARGUMENT,
        "Illegal to change a model's platform. For model half platform was tensorflow and new "
        "platform requested is saved_model_too",
    )
    core.reload([])
    core.reload([ModelConfig("half", str(models / "half"), "saved_model_too")])
    assert used(core, ModelReference("half")) == 3
    assert core.stop(30)


def test_a_request_must_name_a_model(core: ServerCore) -> None:
    with raises(ServingError, "ModelSpec has no name specified."):
        core.handle(ModelReference(""))


def test_a_model_without_versions_is_waited_for_until_there_is_one(
    models: Path, tmp_path: Path
) -> None:
    core = made(poll_seconds=0.01)
    base_path = tmp_path / "late"
    late = ModelConfig("late", str(base_path))
    half = ModelConfig("half", str(models / "half"))
    core.reload([half])
    with raises(
        ServingError,
        "After 0.0 seconds these models have not been loaded: late. Loading goes on.",
    ):
        core.reload([half, late], timeout_s=0.0)
    core.reload([])
    reloaded = threading.Thread(target=core.reload, args=[[late]])
    reloaded.start()
    (models / "half").rename(base_path)
    reloaded.join(30)
    assert not reloaded.is_alive()
    assert used(core, ModelReference("late")) == 3
    assert core.stop(30)


def test_whoever_waits_is_freed_by_a_reload_and_by_the_end(
    core: ServerCore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A base path that never comes holds up neither the next reload nor the stop of the server."""
    never = ModelConfig("never", str(tmp_path / "never"))
    ended: list[str] = []

    def wait() -> None:
        try:
            core.reload([never])
            ended.append("removed")
        except ServingError as error:
            ended.append(f"{error.code.name}: {error.message}")

    caplog.set_level(logging.WARNING)
    for end in (lambda: core.reload([]), lambda: core.stop(30)):
        seen = _Seen()
        logging.getLogger("pipeline_lib.serving").addHandler(seen)
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert seen.any.wait(30)
        logging.getLogger("pipeline_lib.serving").removeHandler(seen)
        end()
        waiting.join(30)
        assert not waiting.is_alive()
    assert ended == ["removed", "UNAVAILABLE: The server is stopping."]


class _Seen(logging.Handler):
    """Tells when something is logged: here, that the base path was looked for."""

    def __init__(self) -> None:
        super().__init__()
        self.any = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.any.set()
