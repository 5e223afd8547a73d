"""Connection settings as ML Metadata's own message."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ml_metadata.proto import metadata_store_pb2

from pipeline_lib.errors import MetadataStoreError
from pipeline_lib.metadata.connection import (
    GrpcConnection,
    MetadataConnectionConfig,
    MySqlConnection,
    PostgresqlConnection,
    SqliteConnection,
)

_SQLITE_MAGIC = b"SQLite format 3\x00"
_REMEDY = "Give the path of a metadata store, or of a file that does not exist yet."


def connection_message(config: MetadataConnectionConfig) -> Any:
    """The `ConnectionConfig` or `MetadataStoreClientConfig` for `config`.

    For SQLite the folder of the file is made.

    Raises:
        MetadataStoreError: the SQLite file cannot be made, or is no database.
    """
    match config:
        case SqliteConnection(path):
            _check_sqlite_file(path)
            return metadata_store_pb2.ConnectionConfig(
                sqlite=metadata_store_pb2.SqliteMetadataSourceConfig(filename_uri=path)
            )
        case MySqlConnection(host, port, database, username, password):
            return metadata_store_pb2.ConnectionConfig(
                mysql=metadata_store_pb2.MySQLDatabaseConfig(
                    host=host, port=port, database=database, user=username, password=password
                )
            )
        case PostgresqlConnection(host, port, database, username, password):
            return metadata_store_pb2.ConnectionConfig(
                postgresql=metadata_store_pb2.PostgreSQLDatabaseConfig(
                    host=host, port=str(port), dbname=database, user=username, password=password
                )
            )
        case GrpcConnection(host, port):
            return metadata_store_pb2.MetadataStoreClientConfig(host=host, port=port)


@contextmanager
def opened_by_one_process(config: MetadataConnectionConfig) -> Iterator[None]:
    """Keep other processes from opening the same SQLite file meanwhile.

    Two that make ML Metadata's tables in a new file at the same time would both fail.
    """
    if not isinstance(config, SqliteConnection):
        yield
        return
    folder = os.open(os.path.dirname(os.path.abspath(config.path)), os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _check_sqlite_file(path: str) -> None:
    """ML Metadata's own message for a file that is no database names neither file nor remedy."""
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        if not os.path.exists(path):
            return
        with open(path, "rb") as stream:
            head = stream.read(len(_SQLITE_MAGIC))
    except OSError as error:
        raise MetadataStoreError(
            f"Metadata store {path!r} cannot be opened: {error.strerror}."
        ) from error
    if head and head != _SQLITE_MAGIC:
        raise MetadataStoreError(f"Metadata store {path!r} is no SQLite database. {_REMEDY}")
    if head:
        _check_tables(path)


def _check_tables(path: str) -> None:
    """ML Metadata would add its tables to any database; another program's is left alone."""
    try:
        with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)) as db:
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    except sqlite3.DatabaseError:
        # Locked or damaged: ML Metadata's own error tells which.
        return
    if tables and "MLMDEnv" not in tables:
        raise MetadataStoreError(
            f"Metadata store {path!r} is a SQLite database of another kind. {_REMEDY}"
        )
