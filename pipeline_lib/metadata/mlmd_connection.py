"""Connection settings as ML Metadata's own message."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
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
from pipeline_lib.metadata.mlmd_failures import known_failure, reason

_SQLITE_MAGIC = b"SQLite format 3\x00"
_GRPC_TIMEOUT = 60.0
"""Seconds after which a call is taken to be lost; without one it would wait for ever."""

_LONGEST_GRPC_MESSAGE = 1 << 30
"""Bytes; gRPC's own 4 MB are less than the executions of a large run."""

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
            # ML Metadata takes "localhost" for the server's socket file, and drops the port.
            host = "127.0.0.1" if host == "localhost" else host
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
            message = metadata_store_pb2.MetadataStoreClientConfig(
                host=host, port=port, client_timeout_sec=_GRPC_TIMEOUT
            )
            message.channel_arguments.max_receive_message_length = _LONGEST_GRPC_MESSAGE
            return message


def refusal(config: MetadataConnectionConfig, error: Exception) -> str:
    """The message about a store that cannot be opened, with what ML Metadata does not say."""
    known = known_failure(config, error)
    if known:
        return known
    message = f"The metadata store {config} cannot be opened: {reason(error)}."
    if isinstance(config, MySqlConnection) and "mysql_real_connect" in str(error):
        return (
            f"{message} The server is not there, or refuses this user. The user must log in with "
            "a password of the kind 'mysql_native_password', the only one that ML Metadata knows."
        )
    if isinstance(config, PostgresqlConnection) and "connection pointer is NULL" in str(error):
        return f"{message} The server is not there, or refuses this user."
    return message


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
