"""A store that fails says which file it is, what is wrong with it, and what to do."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pipeline_lib.errors import MetadataStoreError
from pipeline_lib.metadata.connection import GrpcConnection, SqliteConnection
from pipeline_lib.metadata.mlmd_failures import known_failure, reason
from pipeline_lib.metadata.store import RunRecord, RunState, open_store
from tests.whole_message import raises

WRITE = """
import sys
from pipeline_lib.errors import MetadataStoreError
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import RunRecord, RunState, open_store

try:
    open_store(SqliteConnection(sys.argv[1])).record_run(RunRecord("p", "r", RunState.RUNNING))
except MetadataStoreError as error:
    sys.exit(str(error))
"""

WITHOUT_RIGHTS = "--bounding-set=-dac_override,-dac_read_search"
"""For root, to whom the rights of files would not apply."""


def write_without_rights(path: Path) -> str:
    """What a process says that may not more than the rights of files allow."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("needs the program setpriv")
    ended = subprocess.run(
        [setpriv, WITHOUT_RIGHTS, "--inh-caps=-all", sys.executable, "-c", WRITE, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stderr


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with a run."""
    path = tmp_path / "folder" / "store.sqlite"
    with closing(open_store(SqliteConnection(str(path)))) as store:
        store.record_run(RunRecord("p", "before", RunState.RUNNING))
    return path


def test_a_store_that_may_only_be_read(path: Path) -> None:
    path.chmod(0o444)
    assert write_without_rights(path) == (
        f"Metadata store {str(path)!r} cannot be written: this process may only read it. Change "
        "the rights of the file and its folder, or name another store with --store.\n"
    )


def test_a_store_that_cannot_be_made(path: Path) -> None:
    path.parent.chmod(0o555)
    other = path.with_name("other.sqlite")
    assert write_without_rights(other) == (
        f"Metadata store {str(other)!r} cannot be opened: the file is gone, or this process may "
        "not read and write it and its folder.\n"
    )


def test_a_store_that_is_damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[8192 : len(content) // 2] = bytes(len(content) // 2 - 8192)
    path.write_bytes(content)
    with raises(
        MetadataStoreError,
        f"Metadata store {str(path)!r} is damaged. Put a copy of it in its place, or move it away: "
        "the next run begins a new one.",
    ):
        open_store(SqliteConnection(str(path)))


def test_a_store_whose_disk_is_full(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        database.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(sqlite3.OperationalError) as full:
            database.execute("CREATE TABLE more AS SELECT zeroblob(1000000)")
    assert known_failure(SqliteConnection("s"), full.value) == (
        "Metadata store 's' cannot be written: its disk is full. Make room; a run that this has "
        "ended goes on with: plib run --resume RUN"
    )
    assert known_failure(GrpcConnection("host", 1), full.value) == ""


def test_the_reason_is_told_without_the_record_and_the_query() -> None:
    told = 'Cannot create node name: "n"Error when executing query: disk I/O error query: INSERT'
    assert reason(RuntimeError(told)) == "disk I/O error"
    assert reason(RuntimeError(" as it is\n")) == "as it is"
    assert reason(RuntimeError("x" * 601)) == "x" * 600 + " ..."
