"""Pusher's directories: what is seen there while a push is under way, killed or broken."""

from __future__ import annotations

import itertools
import os
import resource
import signal
import sys
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from components.pusher.local_directory import LocalDirectory
from components.pusher.object_store import ObjectStore
from components.pusher.verified_copy import copy_verified
from components.pusher.workspace import workspace
from pipeline_lib.artifacts import files
from pipeline_lib.errors import DataError

MODEL_FILES = {
    "assets/vocabulary": b"word",
    "fingerprint.pb": b"fingerprint",
    "saved_model.pb": b"graph",
    "variables/variables.data-00000-of-00001": bytes(100_000),
    "variables/variables.index": b"index",
}
MANY = 1000
"""More steps than a push has."""


@pytest.fixture
def model(tmp_path: Path) -> str:
    for name, payload in MODEL_FILES.items():
        path = tmp_path / "model" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(payload)
    return str(tmp_path / "model")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "base").mkdir()
    return tmp_path / "base"


@pytest.fixture(params=["memory", "s3"])
def bucket(request: pytest.FixtureRequest) -> str:
    """An object store: it can neither rename nor lock."""
    if request.param == "s3":
        return f"{request.getfixturevalue('s3_bucket')}/models"
    return f"memory://{uuid.uuid4()}/models"


def contents(uri: str) -> dict[str, bytes]:
    return {name: files.read_bytes(f"{uri}/{name}") for name in files.file_names(uri)}


def in_child(work: Callable[[], object]) -> int:
    """Do the work in a process of its own; the signal that has ended it, 0 if none has."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Do the work in a process that is killed at its nth call of the system; whether it was."""

    steps = itertools.count()

    def kill(event: str, _: object) -> None:
        if event.partition(".")[0] in ("open", "os", "shutil", "fcntl") and next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched() -> None:
        sys.addaudithook(kill)
        work()

    return in_child(watched) == signal.SIGKILL


def test_a_push_that_is_killed_at_any_point_leaves_a_whole_version_or_none(
    model: str, base: Path
) -> None:
    fingerprint = files.fingerprint(model)
    seen = set()
    for step in range(MANY):
        push = partial(LocalDirectory(str(base), step).push, model, fingerprint)
        was_killed = killed_at(step, push)
        versions = [name for name in os.listdir(base) if not name.startswith(".pushing-")]
        assert all(contents(str(base / name)) == MODEL_FILES for name in versions)
        seen.add((was_killed, str(step) in versions, len(os.listdir(base)) > len(versions)))
        if not was_killed:
            break
    assert step > 50
    # Killed before the rename; after it, with a workspace left; not at all, with nothing left.
    assert {(True, False, True), (True, True, True), (False, True, False)} <= seen


def test_a_push_that_is_killed_in_the_middle_of_a_file(model: str, base: Path) -> None:
    def push() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        LocalDirectory(str(base), 1).push(model, files.fingerprint(model))

    assert in_child(push) == signal.SIGXFSZ
    (leftover,) = os.listdir(base)
    assert leftover.startswith(".pushing-")
    LocalDirectory(str(base), 1).push(model, files.fingerprint(model))
    assert os.listdir(base) == ["1"]
    assert contents(str(base / "1")) == MODEL_FILES


def test_a_push_that_is_under_way_is_left_alone(model: str, base: Path) -> None:
    with workspace(str(base)) as own:
        Path(own, "half").touch()
        LocalDirectory(str(base), 1).push(model, files.fingerprint(model))
        assert sorted(os.listdir(base)) == sorted([os.path.basename(own), "1"])
        assert os.path.exists(f"{own}/half")
    assert os.listdir(base) == ["1"]


def test_a_version_that_is_withdrawn_is_gone_whole(model: str, base: Path) -> None:
    directory = LocalDirectory(str(base), 1)
    directory.withdraw(directory.push(model, files.fingerprint(model)))
    assert os.listdir(base) == []


def test_a_copy_that_is_not_what_the_model_was_is_never_seen(model: str, base: Path) -> None:
    with pytest.raises(DataError) as raised:
        LocalDirectory(str(base), 1).push(model, "f00")
    assert str(raised.value) == (
        f"The copy of the model at {model!r} is not what the model was: its fingerprint is "
        f"{files.fingerprint(model)}, expected f00. The model was changed while it was copied, or "
        "a disk is faulty. Nothing is pushed; run again."
    )
    assert os.listdir(base) == []


def test_a_model_with_a_link_to_a_directory(model: str, tmp_path: Path) -> None:
    os.symlink(tmp_path, f"{model}/assets/elsewhere")
    with pytest.raises(DataError) as raised:
        copy_verified(model, str(tmp_path / "copy"), files.fingerprint(model))
    assert str(raised.value) == (
        f"The model has a link to a directory, {f'{model}/assets/elsewhere'!r}. A model that is "
        "pushed must hold its files itself: put the directory in the place of the link."
    )


def test_a_push_to_an_object_store(model: str, bucket: str) -> None:
    pushed = [ObjectStore(bucket, None).push(model, files.fingerprint(model)) for _ in range(2)]
    assert int(pushed[0].rpartition("/")[2]) < int(pushed[1].rpartition("/")[2])
    assert files.names_in(bucket) == [one.rpartition("/")[2] for one in pushed]
    assert contents(pushed[0]) == contents(pushed[1]) == MODEL_FILES


def test_from_one_object_store_to_another_place(model: str, bucket: str, base: Path) -> None:
    remote = ObjectStore(bucket, 1).push(model, files.fingerprint(model))
    LocalDirectory(str(base), 1).push(remote, files.fingerprint(remote))
    assert contents(str(base / "1")) == MODEL_FILES


def test_a_version_in_an_object_store_is_never_overwritten(model: str, bucket: str) -> None:
    store = ObjectStore(bucket, 7)
    store.push(model, files.fingerprint(model))
    with pytest.raises(DataError) as raised:
        store.push(model, files.fingerprint(model))
    assert str(raised.value) == (
        f"Push destination {f'{bucket}/7'!r} exists already and is not overwritten. Choose another "
        "version, or leave 'version' out to get a new one with each push."
    )
    assert files.names_in(bucket) == ["7"]


def test_a_faulty_copy_in_an_object_store_becomes_no_version(model: str, bucket: str) -> None:
    with pytest.raises(DataError, match="is not what the model was"):
        ObjectStore(bucket, 7).push(model, "f00")
    assert files.names_in(bucket) == []


def test_a_version_is_withdrawn_from_an_object_store(model: str, bucket: str) -> None:
    store = ObjectStore(bucket, 7)
    store.withdraw(store.push(model, files.fingerprint(model)))
    assert files.names_in(bucket) == []


def test_a_push_to_an_object_store_that_is_killed_leaves_nothing_that_can_be_loaded(
    model: str, base: Path
) -> None:
    """`local://` has real files, and goes the way of an object store."""
    uri, fingerprint = f"local://{base}", files.fingerprint(model)
    files.exists(uri)  # so that no child has to import it
    seen = set()
    for step in range(MANY):
        push = partial(ObjectStore(uri, step).push, model, fingerprint)
        was_killed = killed_at(step, push)
        versions = [name for name in os.listdir(base) if not name.startswith(".pushing-")]
        loadable = [name for name in versions if (base / name / "saved_model.pb").exists()]
        whole = [name for name in loadable if contents(str(base / name)) == MODEL_FILES]
        assert loadable == whole
        seen.add((was_killed, str(step) in versions, str(step) in whole))
        if not was_killed:
            break
    assert {(True, False, False), (True, True, False), (False, True, True)} <= seen
    _a_day_later_a_push_tidies_up(model, base, uri)


def _a_day_later_a_push_tidies_up(model: str, base: Path, uri: str) -> None:
    yesterday = str(int(time.time()) - 25 * 60 * 60)
    for name in os.listdir(base):
        if name.startswith(".pushing-"):
            _, _, rest = name.removeprefix(".pushing-").partition("-")
            os.rename(base / name, base / f".pushing-{yesterday}-{rest}")
    ObjectStore(uri, None).push(model, files.fingerprint(model))
    assert all(contents(f"{base}/{name}") == MODEL_FILES for name in os.listdir(base))
