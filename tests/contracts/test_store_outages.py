"""A store that is locked, or goes away and comes back, while it is written."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import MetadataStoreError
from pipeline_lib.ir.inputs import ArtifactType
from pipeline_lib.metadata import mlmd_session, mlmd_trouble
from pipeline_lib.metadata.connection import (
    GrpcConnection,
    MySqlConnection,
    PostgresqlConnection,
    SqliteConnection,
)
from pipeline_lib.metadata.queries import ArtifactQuery
from pipeline_lib.metadata.store import (
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
    NoteRecord,
    RunRecord,
    RunState,
    open_store,
)
from tests.servers import Server, grpc_front

_HOLD = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute(f"BEGIN {sys.argv[2]}")
database.execute("SELECT count(*) FROM Type").fetchall()
print("held", flush=True)
sys.stdin.readline()
database.execute("COMMIT")
"""


@contextmanager
def held(path: Path, kind: str) -> Iterator[Callable[[], None]]:
    """Another program holds a lock on a SQLite file; yields what lets it go."""
    command = [sys.executable, "-c", _HOLD, str(path), kind]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        try:
            yield lambda: print(file=other.stdin, flush=True)
        finally:
            other.kill()


def record_one(store: MetadataStore, node_id: str) -> ExecutionRecord:
    """Start and complete one execution with one output."""
    running = store.record(
        ExecutionRecord("p", "run", node_id, "types.Node", ExecutionState.RUNNING)
    )
    return store.record(
        replace(
            running,
            state=ExecutionState.COMPLETE,
            outputs={"model": [ArtifactRecord("Model", f"/{node_id}")]},
            output_types={"model": ArtifactType("Model")},
        )
    )


def assert_recorded_once(store: MetadataStore, *node_ids: str) -> None:
    executions = store.executions("run")
    assert [one.node_id for one in executions] == list(node_ids)
    assert {one.state for one in executions} == {ExecutionState.COMPLETE}
    uris = [one.uri for one in store.artifacts(ArtifactQuery("Model", "p"))]
    assert sorted(uris) == sorted(f"/{node_id}" for node_id in node_ids)


@contextmanager
def in_background(work: Callable[[], object]) -> Iterator[None]:
    """Do the work in a thread; its error is raised when the block ends."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join()
    if errors:
        raise errors[0]


@pytest.fixture
def first_failure(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when a call has failed for the first time and is about to be repeated."""
    failed = threading.Event()
    real = mlmd_trouble.trouble_of

    def noticed(error: BaseException) -> object:
        failed.set()
        return real(error)

    monkeypatch.setattr(mlmd_session, "trouble_of", noticed)
    return failed


@pytest.mark.parametrize("kind", ["DEFERRED", "IMMEDIATE", "EXCLUSIVE"])
def test_a_sqlite_file_that_another_program_holds_is_waited_for(
    tmp_path: Path, kind: str, first_failure: threading.Event
) -> None:
    path = tmp_path / "store.sqlite"
    with closing(open_store(SqliteConnection(str(path)))) as store:
        store.record_run(RunRecord("p", "run", RunState.RUNNING))
        record_one(store, "before")
        with held(path, kind) as release, in_background(lambda: record_one(store, "meanwhile")):
            assert first_failure.wait(60)
            release()
        assert_recorded_once(store, "before", "meanwhile")


def test_a_sqlite_file_that_is_held_for_too_long_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mlmd_session, "_PATIENCE", 0.5)
    path = tmp_path / "store.sqlite"
    with closing(open_store(SqliteConnection(str(path)))) as store:
        store.record_run(RunRecord("p", "run", RunState.RUNNING))
        with held(path, "IMMEDIATE"), pytest.raises(MetadataStoreError) as raised:
            record_one(store, "node")
        assert str(raised.value).startswith("The metadata store failed in 'record' for 0 s: ")
        assert "Concurrent writes aborted" in str(raised.value)
        record_one(store, "node")
        assert_recorded_once(store, "node")


def outage(
    store: MetadataStore,
    stop: Callable[[], object],
    start: Callable[[], object],
    failed: threading.Event,
) -> None:
    store.record_run(RunRecord("p", "run", RunState.RUNNING))
    record_one(store, "before")
    stop()
    with in_background(lambda: record_one(store, "meanwhile")):
        assert failed.wait(60)
        start()
    assert_recorded_once(store, "before", "meanwhile")
    record_one(store, "after")
    assert_recorded_once(store, "before", "meanwhile", "after")


def test_postgresql_that_is_restarted_is_waited_for(
    postgresql_server: Server,
    postgresql_store: PostgresqlConnection,
    first_failure: threading.Event,
) -> None:
    with closing(open_store(postgresql_store)) as store:
        outage(store, postgresql_server.stop, postgresql_server.start, first_failure)


def test_mariadb_that_is_restarted_is_waited_for(
    mariadb_server: Server, mariadb_store: MySqlConnection, first_failure: threading.Event
) -> None:
    with closing(open_store(mariadb_store)) as store:
        outage(store, mariadb_server.stop, mariadb_server.start, first_failure)


def test_a_grpc_server_that_is_restarted_is_waited_for(
    tmp_path: Path, first_failure: threading.Event
) -> None:
    path = tmp_path / "store.sqlite"
    first = grpc_front(path)
    port = first.__enter__()
    with closing(open_store(GrpcConnection("127.0.0.1", port))) as store:
        servers = [first]

        def stop() -> None:
            servers.pop().__exit__(None, None, None)

        def start() -> None:
            servers.append(grpc_front(path, port))
            servers[0].__enter__()

        outage(store, stop, start, first_failure)
        stop()


@pytest.mark.parametrize("cut", ["before the work", "after the work"])
@pytest.mark.parametrize("write", [1, 2])
def test_a_connection_that_is_lost_in_a_write_records_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: str, write: int
) -> None:
    """Whether the server had done it or not: the client cannot know."""
    import ml_metadata

    with closing(open_store(SqliteConnection(str(tmp_path / "store.sqlite")))) as store:
        store.record_run(RunRecord("p", "run", RunState.RUNNING))
        record_one(store, "before")
        real = mlmd_session._Store.put_execution
        calls = []

        def unreliable(self: object, *args: object, **kwargs: object) -> object:
            calls.append(args)
            if len(calls) != write:
                return real(self, *args, **kwargs)
            if cut == "after the work":
                real(self, *args, **kwargs)
            raise ml_metadata.errors.UnavailableError("Socket closed")

        monkeypatch.setattr(mlmd_session._Store, "put_execution", unreliable)
        recorded = record_one(store, "meanwhile")
        assert len(calls) == (2 if cut == "after the work" else 3)
        assert_recorded_once(store, "before", "meanwhile")
        (execution,) = [one for one in store.executions("run") if one.node_id == "meanwhile"]
        assert (execution.id, execution.outputs) == (recorded.id, recorded.outputs)


def test_a_lost_run_record_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ml_metadata

    path = tmp_path / "store.sqlite"
    with closing(open_store(SqliteConnection(str(path)))) as store:
        real = mlmd_session._Store.put_parent_contexts
        calls = []

        def unreliable(self: object, *args: object) -> object:
            calls.append(args)
            if len(calls) == 1:
                raise ml_metadata.errors.UnavailableError("Socket closed")
            return real(self, *args)

        monkeypatch.setattr(mlmd_session._Store, "put_parent_contexts", unreliable)
        store.record_run(RunRecord("p", "run", RunState.RUNNING))
        assert [run.run_id for run in store.runs()] == ["run"]
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM ParentContext").fetchone() == (1,)


@pytest.mark.parametrize("cut", ["before the work", "after the work"])
@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.add_note("run", NoteRecord("slow", "Ada", 1.5)),
        lambda store: store.change_tags("run", ["later"], ["first"]),
        lambda store: store.record_run(RunRecord("p", "run", RunState.COMPLETE)),
    ],
    ids=["a note", "tags", "how it ended"],
)
def test_what_is_written_about_a_run_is_written_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cut: str,
    write: Callable[[MetadataStore], object],
) -> None:
    import ml_metadata

    with (
        closing(open_store(SqliteConnection(str(tmp_path / "store.sqlite")))) as store,
        closing(open_store(SqliteConnection(str(tmp_path / "store.sqlite")))) as other,
    ):
        store.record_run(RunRecord("p", "run", RunState.RUNNING, tags=("first",)))
        real = mlmd_session._Store.put_contexts
        calls = []

        def unreliable(self: object, *args: object) -> object:
            calls.append(args)
            if len(calls) != 1:
                return real(self, *args)
            if cut == "after the work":
                real(self, *args)
            raise ml_metadata.errors.UnavailableError("Socket closed")

        monkeypatch.setattr(mlmd_session._Store, "put_contexts", unreliable)
        write(store)
        other.change_tags("run", ["of another"])
        run = store.run("run")
    assert "of another" in run.tags
    assert ("first" in run.tags) != ("later" in run.tags)
    told = (len(run.notes), "later" in run.tags, run.state is RunState.COMPLETE)
    assert sorted(map(int, told)) == [0, 0, 1]


def test_a_sqlite_file_that_is_moved_away_for_a_while_is_waited_for(
    tmp_path: Path, first_failure: threading.Event
) -> None:
    path, away = tmp_path / "store.sqlite", tmp_path / "away.sqlite"
    with closing(open_store(SqliteConnection(str(path)))) as store:
        outage(store, lambda: path.rename(away), lambda: away.rename(path), first_failure)


@pytest.mark.parametrize("replaced", [False, True], ids=["deleted", "replaced"])
def test_a_sqlite_file_that_does_not_come_back_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replaced: bool
) -> None:
    monkeypatch.setattr(mlmd_session, "_PATIENCE", 0.5)
    path = tmp_path / "store.sqlite"
    with closing(open_store(SqliteConnection(str(path)))) as store:
        store.record_run(RunRecord("p", "run", RunState.RUNNING))
        path.rename(tmp_path / "away.sqlite")
        if replaced:
            open_store(SqliteConnection(str(path))).close()
        with pytest.raises(MetadataStoreError) as raised:
            record_one(store, "node")
        assert str(raised.value) == (
            f"Metadata store {str(path)!r} was moved, deleted or replaced while this process had "
            "it open. Put it back; a run that this has ended goes on with: plib run --resume RUN"
        )
        assert path.exists() is replaced
