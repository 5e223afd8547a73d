"""Database servers for tests, each with a data directory and a port of its own.

A server is started by the user who runs the tests, or by `nobody` for root, whom servers refuse.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from ml_metadata.metadata_store.pywrap.metadata_store_extension import (
    metadata_store as mlmd_library,
)
from ml_metadata.proto import metadata_store_pb2 as mlmd

_USER, _PASSWORD = "plib", "secret"
_FRESH = ("--skip-test-db", "--auth-root-authentication-method=normal")
_AS_ROOT: dict[str, Any] = {"user": "nobody", "group": "nogroup"}
_AS_OTHERS: dict[str, Any] = {}


@dataclass
class Server:
    """A server on this machine; it can be stopped and started again."""

    folder: Path
    port: int
    start_command: list[str]
    ready_command: list[str]
    process: subprocess.Popen[bytes] | None = None
    stop_signal: signal.Signals = signal.SIGKILL

    host = "127.0.0.1"
    username = _USER
    password = _PASSWORD

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.start_command, stdout=log, stderr=log, cwd=self.folder, **_identity()
            )
        ready = subprocess.run(self.ready_command, capture_output=True, text=True, check=False)
        if ready.returncode:
            self.stop()
            pytest.fail(f"{ready.stderr}\n{(self.folder / 'log').read_text()}")

    def stop(self) -> None:
        """Stop it, without regard to connections."""
        if self.process is not None:
            self.process.send_signal(self.stop_signal)
            self.process.wait()
            self.process = None


@contextlib.contextmanager
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server; skips where there is none."""
    binaries = os.pathsep.join(map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"))))
    initdb, postgres, ready = _programs(
        "a PostgreSQL server", ["initdb", "postgres", "pg_isready"], binaries
    )
    with _folder() as folder:
        _write(folder / "password", _PASSWORD)
        _run(
            [initdb, "-D", "data", "-U", _USER, "--pwfile=password", "-A", "scram-sha-256"], folder
        )
        port = _free_port()
        options = [
            *("-D", "data", "-p", str(port), "-k", str(folder)),
            *("-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"),
        ]
        wait = f"until {ready} -q -h 127.0.0.1 -p {port} -d postgres; do sleep 0.1; done"
        server = Server(folder, port, [postgres, *options], ["timeout", "60", "sh", "-c", wait])
        # Its immediate shutdown: a killed server's processes would go on answering for a while.
        server.stop_signal = signal.SIGQUIT
        yield from _running(server)


@contextlib.contextmanager
def mariadb() -> Iterator[Server]:
    """A MariaDB server, which speaks MySQL's protocol; skips where there is none."""
    install, mariadbd, admin = _programs(
        "a MariaDB server", ["mariadb-install-db", "mariadbd", "mariadb-admin"], "/usr/sbin"
    )
    with _folder() as folder:
        _run(
            [
                install,
                "--no-defaults",
                f"--datadir={folder}/data",
                "--skip-test-db",
                "--auth-root-authentication-method=normal",
            ],
            folder,
        )
        _write(
            folder / "user.sql",
            f"CREATE USER IF NOT EXISTS '{_USER}'@'%' IDENTIFIED BY '{_PASSWORD}';\n"
            f"GRANT ALL ON *.* TO '{_USER}'@'%';\n",
        )
        port = _free_port()
        options = [
            *("--no-defaults", f"--datadir={folder}/data", f"--socket={folder}/socket"),
            *(f"--port={port}", "--bind-address=127.0.0.1", f"--init-file={folder}/user.sql"),
            "--innodb-file-per-table=0",  # thousands of files fewer
            "--innodb-flush-log-at-trx-commit=2",  # a restart loses nothing
        ]
        ping = f"{admin} --no-defaults -h 127.0.0.1 -P {port} -u {_USER} -p{_PASSWORD} ping"
        wait = f"until {ping} >/dev/null 2>&1; do sleep 0.1; done"
        server = Server(folder, port, [mariadbd, *options], ["timeout", "60", "sh", "-c", wait])
        yield from _running(server)


@contextlib.contextmanager
def grpc_front(path: Path, port: int = 0) -> Iterator[int]:
    """ML Metadata behind gRPC: the library that its own server is made of, over a SQLite file.

    The server itself comes as a container image only. Yields the port.
    """
    source = mlmd.SqliteMetadataSourceConfig(filename_uri=str(path))
    config = mlmd.ConnectionConfig(sqlite=source)
    store = mlmd_library.CreateMetadataStore(
        config.SerializeToString(), mlmd.MigrationOptions().SerializeToString()
    )
    codes = {code.value[0]: code for code in grpc.StatusCode}

    class Methods(grpc.GenericRpcHandler):
        def service(self, details: Any) -> Any:
            method = getattr(mlmd_library, details.method.rpartition("/")[2])

            def answer(request: bytes, context: Any) -> bytes:
                response, message, code = method(store, request)
                if code:
                    context.abort(codes[code], message.decode())
                return bytes(response)

            return grpc.unary_unary_rpc_method_handler(answer)

    server = grpc.server(ThreadPoolExecutor(1), handlers=[Methods()])
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    try:
        yield bound
    finally:
        server.stop(None).wait()


def _running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _identity() -> dict[str, Any]:
    return _AS_ROOT if os.geteuid() == 0 else _AS_OTHERS


def _programs(what: str, names: list[str], folders: str) -> list[str]:
    path = os.pathsep.join((os.environ.get("PATH", ""), folders))
    found = {name: shutil.which(name, path=path) for name in names}
    missing = [name for name, where in found.items() if where is None]
    if missing:
        pytest.skip(f"{what} needs {', '.join(missing)}, not installed on this machine")
    return [where for where in found.values() if where is not None]


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder that the server's user can enter, unlike pytest's; removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="plib-server-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, **_AS_ROOT)
        yield folder
    finally:
        shutil.rmtree(folder)


def _write(path: Path, text: str) -> None:
    path.write_text(text)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, **_identity()
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])
