"""A server as a process of its own, on ports that the operating system chooses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[3]
MODULE = ("-m", "pipeline_lib.serving")


@dataclass
class ServerProcess:
    """A server that is ready, and what it wrote in its ready file."""

    process: subprocess.Popen[str]
    log: Path
    pid: int
    host: str
    grpc_port: int
    rest_api_port: int
    line: str

    @property
    def grpc_address(self) -> str:
        return f"127.0.0.1:{self.grpc_port}"

    @property
    def rest_url(self) -> str:
        return f"http://127.0.0.1:{self.rest_api_port}"

    def get(self, path: str) -> Any:
        """The JSON that REST answers, errors included."""
        return self.ask(urllib.request.Request(self.rest_url + path))

    def post(self, path: str, body: Any) -> Any:
        """The JSON that REST answers, errors included."""
        return self.ask(urllib.request.Request(self.rest_url + path, json.dumps(body).encode()))

    def ask(self, request: urllib.request.Request) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and wait for the end; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=60)


@contextmanager
def running(
    folder: Path, *flags: str, command: tuple[str, ...] = MODULE
) -> Iterator[ServerProcess]:
    """A server, from when it is ready to the end of the block."""
    ready_file, log = folder / "ready.json", folder / "server.log"
    arguments = ["--port=auto", "--rest_api_port=auto", f"--ready_file={ready_file}", *flags]
    with log.open("w") as written:
        process = start(*command, *arguments, stderr=written)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, log.read_text()
        ready = json.loads(ready_file.read_text())
        yield ServerProcess(
            process,
            log,
            ready["pid"],
            ready["host"],
            ready["grpc_port"],
            ready["rest_api_port"],
            line,
        )
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)
        process.stdout.close()


def start(*arguments: str, stderr: Any = subprocess.PIPE) -> subprocess.Popen[str]:
    """Start this Python with arguments."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )


def refused(*flags: str) -> tuple[int, str]:
    """The exit code and the error output of a server that does not start."""
    process = start(*MODULE, *flags)
    _, error = process.communicate(timeout=60)
    return process.returncode, error
