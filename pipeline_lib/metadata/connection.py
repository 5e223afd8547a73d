"""Which metadata store to use. Plain settings: nothing is opened here."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from pipeline_lib.errors import MetadataStoreError

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


_DATABASES: dict[str, tuple[type[MySqlConnection] | type[PostgresqlConnection], int]] = {
    "mysql": (MySqlConnection, 3306),
    "postgresql": (PostgresqlConnection, 5432),
}
_FORMS = (
    "a path, mysql://USER:PASSWORD@HOST:PORT/DATABASE, "
    "postgresql://USER:PASSWORD@HOST:PORT/DATABASE or grpc://HOST:PORT"
)


def connection_of(text: str) -> MetadataConnectionConfig:
    """The store that a path or a URL stands for, as commands take it.

    Raises:
        MetadataStoreError: the URL is none that a store can have.
    """
    if "://" not in text:
        return SqliteConnection(text)
    url = urlsplit(text)
    try:
        port = url.port
    except ValueError:
        port = 0
    host, database = url.hostname or "", url.path.strip("/")
    if url.scheme == "grpc" and host and port and not database:
        return GrpcConnection(host, port)
    if url.scheme in _DATABASES and host and port != 0 and database:
        made, usual_port = _DATABASES[url.scheme]
        username, password = unquote(url.username or ""), unquote(url.password or "")
        return made(host, port or usual_port, database, username, password)
    # Without the text itself, which may hold a password.
    raise MetadataStoreError(
        f"A store is given as {_FORMS}; got a URL that begins with {url.scheme!r}."
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
