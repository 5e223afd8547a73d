from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest

from pipeline_lib.artifacts import files
from pipeline_lib.errors import DataError
from tests.whole_message import raises


@pytest.fixture(params=["local", "memory", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty place on the local disk, in a file system of fsspec, and in an object store."""
    if request.param == "s3":
        return f"{request.getfixturevalue('s3_bucket')}/{uuid.uuid4()}"
    return str(tmp_path) if request.param == "local" else f"memory://{uuid.uuid4()}"


def test_what_is_written_is_read(root: str) -> None:
    files.write_bytes(f"{root}/new/deep/file", b"\x00content")
    assert files.exists(f"{root}/new/deep/file")
    assert files.read_bytes(f"{root}/new/deep/file") == b"\x00content"


def test_nothing_is_where_nothing_was_written(root: str) -> None:
    assert not files.exists(f"{root}/nothing")
    files.remove(f"{root}/nothing")


def test_trees_and_files_are_removed(root: str) -> None:
    files.write_bytes(f"{root}/tree/deep/file", b"")
    files.write_bytes(f"{root}/file", b"")
    files.remove(f"{root}/tree")
    files.remove(f"{root}/file")
    assert not files.exists(f"{root}/tree/deep/file")
    assert not files.exists(f"{root}/file")


def test_a_tree_moves_whole(root: str) -> None:
    files.write_bytes(f"{root}/from/deep/file", b"x")
    files.move(f"{root}/from", f"{root}/to")
    assert files.read_bytes(f"{root}/to/deep/file") == b"x"
    assert not files.exists(f"{root}/from/deep/file")


def test_a_file_moves(root: str) -> None:
    files.write_bytes(f"{root}/from", b"x")
    files.move(f"{root}/from", f"{root}/to")
    assert files.read_bytes(f"{root}/to") == b"x"
    assert not files.exists(f"{root}/from")


def test_a_directory_that_exists_is_made_again_without_harm(root: str) -> None:
    files.make_directory(f"{root}/here")
    files.make_directory(f"{root}/here")
    files.write_bytes(f"{root}/here/file", b"x")
    assert files.exists(f"{root}/here/file")


def test_names_in_a_directory_are_sorted(root: str) -> None:
    for name in ("b/deep", "a", "c"):
        files.write_bytes(f"{root}/{name}", b"")
    assert files.names_in(root) == ["a", "b", "c"]
    assert files.names_in(f"{root}/a") == []
    assert files.names_in(f"{root}/nothing") == []


def test_names_of_all_files_below_a_directory(root: str) -> None:
    for name in ("b/deep/c", "a", "b/d"):
        files.write_bytes(f"{root}/{name}", b"")
    assert files.file_names(root) == ["a", "b/d", "b/deep/c"]
    assert files.file_names(f"{root}/nothing") == []


@pytest.mark.parametrize("source", ["", "memory://"])
def test_a_file_is_copied_from_any_place_to_any_other(
    source: str, root: str, tmp_path: Path
) -> None:
    origin = f"{source or f'{tmp_path}/'}{uuid.uuid4()}/file"
    files.write_bytes(origin, b"content")
    files.copy_file(origin, f"{root}/new/deep/copy")
    assert files.read_bytes(f"{root}/new/deep/copy") == b"content"


def test_link_to_a_directory_is_removed_and_not_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    files.remove(str(tmp_path / "link"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept"]


def _fingerprint(root: str, contents: dict[str, bytes]) -> str:
    folder = f"{root}/{uuid.uuid4()}"
    for name, content in contents.items():
        files.write_bytes(f"{folder}/{name}", content)
    return files.fingerprint(folder)


TREE = {"a": b"foo", "deep/b": b"bar"}


def test_fingerprint_depends_on_the_content_and_not_on_the_place(root: str) -> None:
    assert _fingerprint(root, TREE) == _fingerprint(root, dict(reversed(TREE.items())))


@pytest.mark.parametrize(
    "other",
    [
        {"a": b"fox", "deep/b": b"bar"},
        {"a": b"foo", "deep/c": b"bar"},
        {"a": b"foo", "b": b"bar"},
        {"a": b"bar", "deep/b": b"foo"},
        {"a": b"foo"},
        {"a": b"foo6:deep/bbar"},
        {"a": b"foo", "deep/b": b"bar", "deep/c": b""},
    ],
)
def test_fingerprint_changes_with_names_and_contents(root: str, other: dict[str, bytes]) -> None:
    assert _fingerprint(root, other) != _fingerprint(root, TREE)


def test_fingerprint_of_one_file_is_of_its_content(root: str) -> None:
    files.write_bytes(f"{root}/one", b"x")
    files.write_bytes(f"{root}/same", b"x")
    files.write_bytes(f"{root}/other", b"y")
    assert files.fingerprint(f"{root}/one") == files.fingerprint(f"{root}/same")
    assert files.fingerprint(f"{root}/one") != files.fingerprint(f"{root}/other")


def test_fingerprint_is_the_same_local_and_remote(tmp_path: Path) -> None:
    remote = f"memory://{uuid.uuid4()}"
    assert _fingerprint(str(tmp_path), TREE) == _fingerprint(remote, TREE)


def test_fingerprint_of_nothing_is_empty(root: str) -> None:
    assert files.fingerprint(f"{root}/nothing") == ""


def test_fingerprint_does_not_wait_at_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with raises(
        DataError,
        f"{str(tmp_path / 'pipe')!r} is a pipe, socket or device; expected files and folders only.",
    ):
        files.fingerprint(str(tmp_path))


def test_fingerprint_takes_names_that_are_no_unicode(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    with open(bytes(tmp_path / "tree") + b"/\xff", "wb") as stream:
        stream.write(b"x")
    assert files.fingerprint(str(tmp_path / "tree"))


def test_uris_with_a_scheme_are_remote() -> None:
    assert files.is_local("/a/b")
    assert files.is_local("a")
    assert not files.is_local("gs://bucket/a")
