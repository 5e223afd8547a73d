"""Which versions are found under a base path, and what is said of them to the manager."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_lib.serving.errors import ServingError
from pipeline_lib.serving.servables.model_config import All, Latest, ModelConfig, Specific
from pipeline_lib.serving.servables.source import FileSystemSource, existing_versions
from tests.whole_message import raises


class Wanted:
    """What a source has said, in the place of a manager."""

    def __init__(self) -> None:
        self.versions: dict[str, dict[int, str]] = {}
        self.told = threading.Event()

    def aspire(self, name: str, versions: Mapping[int, str], platform: str = "tensorflow") -> None:
        self.versions[name] = dict(versions)
        self.told.set()

    def forget(self, name: str) -> None:
        self.versions.pop(name, None)


@pytest.fixture
def wanted() -> Wanted:
    return Wanted()


@pytest.fixture
def source(wanted: Wanted) -> FileSystemSource:
    return FileSystemSource(wanted, poll_seconds=-1)


def make(base_path: Path, *names: str) -> str:
    for name in names:
        (base_path / name).mkdir(parents=True, exist_ok=True)
    return str(base_path)


def test_only_folders_named_by_a_whole_number_are_versions(tmp_path: Path) -> None:
    make(tmp_path, "1", "0002", "9223372036854775807", "9223372036854775808", "-3", "+4", "5.0")
    make(tmp_path, "six", ".7", "8 ", "1_0", "٣", "².", "temp-9", "")
    (tmp_path / "10").write_text("a file")
    (tmp_path / "11").symlink_to(tmp_path / "1")
    (tmp_path / "12").symlink_to(tmp_path / "nothing")
    assert existing_versions(ModelConfig("m", str(tmp_path))) == {
        1: f"{tmp_path}/1",
        2: f"{tmp_path}/0002",
        11: f"{tmp_path}/11",
        9223372036854775807: f"{tmp_path}/9223372036854775807",
    }


def test_of_two_folders_for_one_version_the_last_by_name_is_taken(tmp_path: Path) -> None:
    base_path = make(tmp_path, "01", "1", "001")
    assert existing_versions(ModelConfig("m", base_path)) == {1: f"{tmp_path}/1"}


EXISTING = st.dictionaries(st.integers(0, 20), st.just("/path"))


@given(EXISTING, st.integers(0, 5))
def test_the_latest_are_the_highest(existing: dict[int, str], count: int) -> None:
    numbers = Latest(count).wanted(existing).keys()
    assert len(numbers) == min(max(count, 1), len(existing))
    assert all(number >= max(existing.keys() - numbers, default=0) for number in numbers)


@given(EXISTING, st.lists(st.integers(0, 20), min_size=1))
def test_specific_ones_are_wanted_or_missing(existing: dict[int, str], numbers: list[int]) -> None:
    policy = Specific(tuple(numbers))
    assert policy.wanted(existing).keys() | set(policy.missing(existing)) == set(numbers)
    assert policy.wanted(existing).keys() <= existing.keys()
    assert All().wanted(existing) == existing


def test_a_policy_or_a_model_that_cannot_be_meant_is_refused() -> None:
    with raises(ServingError, "A 'latest' version policy wants -1 versions, expected 1 up."):
        Latest(-1)
    with raises(
        ServingError, "A 'specific' version policy names no version, expected at least one."
    ):
        Specific(())
    with raises(ServingError, "The model at '/m' has no name."):
        ModelConfig("", "/m")
    with raises(ServingError, "Model m has no base_path."):
        ModelConfig("m", "")
    with raises(
        ServingError,
        "Illegal setting neither ModelServerConfig::model_type (deprecated) nor "
        "ModelServerConfig::model_platform.",
    ):
        ModelConfig("m", "/m", "")


def test_each_look_says_what_is_wanted_now(
    tmp_path: Path, source: FileSystemSource, wanted: Wanted
) -> None:
    base_path = make(tmp_path, "1")
    source.set_models([ModelConfig("m", base_path)])
    assert wanted.versions == {}
    source.poll()
    assert wanted.versions == {"m": {1: f"{tmp_path}/1"}}
    make(tmp_path, "2")
    source.poll()
    assert wanted.versions == {"m": {2: f"{tmp_path}/2"}}
    source.set_models([ModelConfig("n", base_path, version_policy=All())])
    source.poll()
    assert wanted.versions == {"n": {1: f"{tmp_path}/1", 2: f"{tmp_path}/2"}}


def test_a_base_path_that_is_gone_keeps_what_it_held(
    tmp_path: Path,
    source: FileSystemSource,
    wanted: Wanted,
    caplog: pytest.LogCaptureFixture,
) -> None:
    base_path = make(tmp_path / "base", "1")
    other = make(tmp_path / "other", "3")
    source.set_models([ModelConfig("m", base_path), ModelConfig("n", other)])
    source.poll()
    Path(base_path).rename(tmp_path / "elsewhere")
    make(tmp_path / "other", "4")
    source.poll()
    source.poll()
    assert wanted.versions == {"m": {1: f"{base_path}/1"}, "n": {4: f"{other}/4"}}
    assert caplog.messages == [
        f"Could not find base path {base_path} for servable m with error NOT_FOUND: "
        f"{base_path} not found"
    ]


@pytest.mark.parametrize(("always_present", "left"), [(False, {}), (True, {1: "1"})])
def test_a_base_path_without_versions_unloads_unless_told_otherwise(
    tmp_path: Path,
    wanted: Wanted,
    caplog: pytest.LogCaptureFixture,
    always_present: bool,
    left: dict[int, str],
) -> None:
    source = FileSystemSource(wanted, -1, versions_always_present=always_present)
    source.set_models([ModelConfig("m", make(tmp_path, "1"))])
    source.poll()
    (tmp_path / "1").rmdir()
    source.poll()
    assert wanted.versions == {"m": {n: f"{tmp_path}/{name}" for n, name in left.items()}}
    assert caplog.messages == [
        f"No versions of servable m found under base path {tmp_path}. Did you forget to name your "
        "leaf directory as a number (eg. '/1/')?"
    ]


def test_specific_versions_that_are_missing_are_warned_about_once(
    tmp_path: Path, source: FileSystemSource, wanted: Wanted, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    base_path = make(tmp_path, "1", "2")
    source.set_models([ModelConfig("m", base_path, version_policy=Specific((2, 3)))])
    source.poll()
    source.poll()
    assert wanted.versions == {"m": {2: f"{tmp_path}/2"}}
    assert caplog.messages == [
        "Version 3 of servable m, which was requested to be served as a 'specific' version in the "
        "servable's version policy, was not found in the file system"
    ]


def test_a_remote_base_path_is_refused_and_nothing_changes(
    tmp_path: Path, source: FileSystemSource, wanted: Wanted
) -> None:
    source.set_models([ModelConfig("m", make(tmp_path, "1"))])
    with raises(
        ServingError,
        "Model n has base_path gs://bucket/n, which is not on this machine's file system. Mount it "
        "there, or copy its versions and serve the copy.",
    ):
        source.set_models([ModelConfig("n", "gs://bucket/n")])
    source.poll()
    assert wanted.versions == {"m": {1: f"{tmp_path}/1"}}


def test_it_looks_again_by_itself(tmp_path: Path, wanted: Wanted) -> None:
    source = FileSystemSource(wanted, poll_seconds=0.001)
    source.set_models([ModelConfig("m", make(tmp_path, "1"))])
    source.start()
    source.start()
    assert wanted.told.wait(30)
    make(tmp_path, "2")
    while wanted.versions["m"] != {2: f"{tmp_path}/2"}:
        wanted.told.clear()
        assert wanted.told.wait(30)
    source.stop()
