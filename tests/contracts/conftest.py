"""The stores that the contracts run over. Servers are started once, where they are installed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline_lib.metadata.connection import (
    GrpcConnection,
    MetadataConnectionConfig,
    MySqlConnection,
    PostgresqlConnection,
    SqliteConnection,
)
from tests.servers import Server, grpc_front, mariadb, postgresql

_databases = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    with postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Server]:
    with mariadb() as server:
        yield server


@pytest.fixture
def sqlite_store(tmp_path: Path) -> MetadataConnectionConfig:
    return SqliteConnection(str(tmp_path / "store.sqlite"))


@pytest.fixture
def postgresql_store(postgresql_server: Server) -> MetadataConnectionConfig:
    server, name = postgresql_server, f"store_{next(_databases)}"
    return PostgresqlConnection(server.host, server.port, name, server.username, server.password)


@pytest.fixture
def mariadb_store(mariadb_server: Server) -> MetadataConnectionConfig:
    server, name = mariadb_server, f"store_{next(_databases)}"
    return MySqlConnection(server.host, server.port, name, server.username, server.password)


@pytest.fixture
def grpc_store(tmp_path: Path) -> Iterator[MetadataConnectionConfig]:
    with grpc_front(tmp_path / "store.sqlite") as port:
        yield GrpcConnection("127.0.0.1", port)


@pytest.fixture(params=["sqlite", "postgresql", "mariadb", "grpc"])
def config(request: pytest.FixtureRequest) -> MetadataConnectionConfig:
    """An empty store of each kind; a back end is added by its name and a fixture."""
    made: MetadataConnectionConfig = request.getfixturevalue(f"{request.param}_store")
    return made
