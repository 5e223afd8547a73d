"""Which metadata store to use. Plain settings: nothing is opened here."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

DEFAULT_STORE = os.path.join(".plib", "metadata.sqlite")
"""SQLite file of pipelines that name no store, below the working directory."""


@dataclass(frozen=True)
class SqliteConnection:
    """A store in one SQLite file; `path` is made when it is first opened."""

    path: str


@dataclass(frozen=True)
class MySqlConnection:
    """A store in a MySQL database."""

    host: str
    port: int
    database: str
    username: str
    password: str = field(repr=False)  # messages show the settings


@dataclass(frozen=True)
class PostgresqlConnection:
    """A store in a PostgreSQL database."""

    host: str
    port: int
    database: str
    username: str
    password: str = field(repr=False)  # messages show the settings


@dataclass(frozen=True)
class GrpcConnection:
    """A store behind an ML Metadata gRPC server."""

    host: str
    port: int


MetadataConnectionConfig = (
    SqliteConnection | MySqlConnection | PostgresqlConnection | GrpcConnection
)


def sqlite_metadata_connection_config(metadata_db_uri: str) -> SqliteConnection:
    """A store in the SQLite file at `metadata_db_uri`."""
    return SqliteConnection(str(metadata_db_uri))


def mysql_metadata_connection_config(
    host: str, port: int, database: str, username: str, password: str
) -> MySqlConnection:
    """A store in a MySQL database."""
    return MySqlConnection(host, port, database, username, password)


def postgresql_metadata_connection_config(
    host: str, port: int, database: str, username: str, password: str
) -> PostgresqlConnection:
    """A store in a PostgreSQL database."""
    return PostgresqlConnection(host, port, database, username, password)


def grpc_metadata_connection_config(host: str, port: int) -> GrpcConnection:
    """A store behind an ML Metadata gRPC server."""
    return GrpcConnection(host, port)
