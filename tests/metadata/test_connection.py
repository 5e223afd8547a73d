"""Connection settings, and stores that cannot be opened."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib.errors import MetadataStoreError
from pipeline_lib.metadata.connection import (
    GrpcConnection,
    MetadataConnectionConfig,
    MySqlConnection,
    PostgresqlConnection,
    SqliteConnection,
    connection_of,
    grpc_metadata_connection_config,
    mysql_metadata_connection_config,
    postgresql_metadata_connection_config,
    sqlite_metadata_connection_config,
)
from pipeline_lib.metadata.mlmd_connection import connection_message
from pipeline_lib.metadata.store import RunRecord, RunState, open_store


def test_sqlite_settings(tmp_path: Path) -> None:
    path = str(tmp_path / "new" / "store.sqlite")
    message = connection_message(sqlite_metadata_connection_config(path))
    assert message == mlmd.ConnectionConfig(
        sqlite=mlmd.SqliteMetadataSourceConfig(filename_uri=path)
    )
    assert (tmp_path / "new").is_dir()


def test_mysql_settings() -> None:
    message = connection_message(mysql_metadata_connection_config("db", 3306, "mlmd", "u", "p"))
    assert message == mlmd.ConnectionConfig(
        mysql=mlmd.MySQLDatabaseConfig(
            host="db", port=3306, database="mlmd", user="u", password="p"
        )
    )


def test_postgresql_settings() -> None:
    settings = postgresql_metadata_connection_config("db", 5432, "mlmd", "u", "p")
    assert connection_message(settings) == mlmd.ConnectionConfig(
        postgresql=mlmd.PostgreSQLDatabaseConfig(
            host="db", port="5432", dbname="mlmd", user="u", password="p"
        )
    )


def test_grpc_settings() -> None:
    message = connection_message(grpc_metadata_connection_config("mlmd.team", 8080))
    expected = mlmd.MetadataStoreClientConfig(host="mlmd.team", port=8080, client_timeout_sec=60)
    expected.channel_arguments.max_receive_message_length = 1 << 30
    assert message == expected


@pytest.mark.parametrize(
    ("text", "config"),
    [
        ("runs/store.sqlite", SqliteConnection("runs/store.sqlite")),
        ("grpc://mlmd.team:8080", GrpcConnection("mlmd.team", 8080)),
        ("mysql://u:p@db:3307/mlmd", MySqlConnection("db", 3307, "mlmd", "u", "p")),
        ("mysql://u:p@db/mlmd", MySqlConnection("db", 3306, "mlmd", "u", "p")),
        ("postgresql://u:p%40%2F@db/mlmd", PostgresqlConnection("db", 5432, "mlmd", "u", "p@/")),
    ],
)
def test_a_store_is_given_as_a_path_or_a_url(text: str, config: MetadataConnectionConfig) -> None:
    assert connection_of(text) == config


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("postgres://u:secret@db/mlmd", "postgres"),
        ("mysql://u:secret@db", "mysql"),
        ("mysql://u:secret@db:port/mlmd", "mysql"),
        ("grpc://mlmd.team", "grpc"),
        ("grpc://mlmd.team:8080/mlmd", "grpc"),
    ],
)
def test_a_url_that_is_no_store_is_refused(text: str, scheme: str) -> None:
    with pytest.raises(MetadataStoreError) as raised:
        connection_of(text)
    assert str(raised.value) == (
        "A store is given as a path, mysql://USER:PASSWORD@HOST:PORT/DATABASE, "
        "postgresql://USER:PASSWORD@HOST:PORT/DATABASE or grpc://HOST:PORT; "
        f"got a URL that begins with {scheme!r}."
    )


def test_localhost_is_a_host_for_mysql_and_no_socket_file() -> None:
    message = connection_message(mysql_metadata_connection_config("localhost", 1, "m", "u", "p"))
    assert message.mysql.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("config", "hint"),
    [
        (
            mysql_metadata_connection_config,
            "The server is not there, or refuses this user. The user must log in with a password "
            "of the kind 'mysql_native_password', the only one that ML Metadata knows.",
        ),
        (
            postgresql_metadata_connection_config,
            "The server is not there, or refuses this user.",
        ),
    ],
)
def test_a_database_server_that_is_not_there_is_named(
    config: Callable[..., MetadataConnectionConfig], hint: str
) -> None:
    with socket.socket() as unused:
        unused.bind(("localhost", 0))
        settings = config("127.0.0.1", unused.getsockname()[1], "mlmd", "user", "secret")
    with pytest.raises(MetadataStoreError) as raised:
        open_store(settings)
    message = str(raised.value)
    assert message.startswith(f"The metadata store {settings} cannot be opened: ")
    assert message.endswith(hint)
    assert "secret" not in message


@pytest.mark.parametrize(
    "config", [mysql_metadata_connection_config, postgresql_metadata_connection_config]
)
def test_a_password_is_not_shown(config: Callable[..., MetadataConnectionConfig]) -> None:
    assert "secret" not in str(config("db", 1, "mlmd", "user", "secret"))


def test_a_server_that_is_not_there_is_named() -> None:
    with socket.socket() as unused:
        unused.bind(("localhost", 0))
        port = unused.getsockname()[1]
    with pytest.raises(MetadataStoreError) as raised:
        open_store(grpc_metadata_connection_config("localhost", port))
    assert str(raised.value).startswith(
        f"The metadata store GrpcConnection(host='localhost', port={port}) cannot be opened: "
    )


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are notes")
    with pytest.raises(MetadataStoreError) as raised:
        open_store(SqliteConnection(str(path)))
    assert str(raised.value) == (
        f"Metadata store {str(path)!r} is no SQLite database. "
        "Give the path of a metadata store, or of a file that does not exist yet."
    )
    assert path.read_text() == "these are notes"


def test_a_directory_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(MetadataStoreError) as raised:
        open_store(SqliteConnection(str(tmp_path)))
    assert str(raised.value) == (
        f"Metadata store {str(tmp_path)!r} cannot be opened: Is a directory."
    )


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    path = str(tmp_path / "file" / "below" / "store.sqlite")
    with pytest.raises(MetadataStoreError) as raised:
        open_store(SqliteConnection(path))
    assert str(raised.value) == f"Metadata store {path!r} cannot be opened: Not a directory."


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.touch()
    with closing(open_store(SqliteConnection(str(path)))) as store:
        assert store.runs() == []


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A store of which everything but the first page is garbage."""
    path = tmp_path / "store.sqlite"
    with closing(open_store(SqliteConnection(str(path)))) as store:
        for number in range(50):
            store.record_run(RunRecord("p", f"run-{number}", RunState.COMPLETE))
    size = path.stat().st_size
    with path.open("r+b") as stream:
        stream.seek(4096)
        stream.write(os.urandom(size - 4096))
    return path


def test_a_damaged_database_is_an_error_of_ours(damaged: Path) -> None:
    with (
        pytest.raises(MetadataStoreError, match="is damaged"),
        closing(open_store(SqliteConnection(str(damaged)))) as store,
    ):
        store.runs()


def test_a_database_of_another_program_is_not_touched(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("create table Type (a int)")
        database.commit()
    with pytest.raises(MetadataStoreError):
        open_store(SqliteConnection(str(path)))
