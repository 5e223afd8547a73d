"""Servers as processes of their own, and h2load, which asks them."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sides import PROJECT, MeasurementError

IN_FLIGHT = 32

_START_SECONDS = 120
_BOTH_SECONDS = 4
_RATE = re.compile(r"finished in [^,]*, ([0-9.]+) req/s")
_COUNTS = re.compile(r"requests: .* ([0-9]+) done")
_ANSWERED = re.compile(r"status codes: ([0-9]+) 2xx")


@dataclass(frozen=True)
class Ports:
    """Where a server listens."""

    grpc: int
    rest: int


@contextlib.contextmanager
def our_server(directory: Path, *flags: str) -> Iterator[Ports]:
    """The model server, with both models."""
    ports = Ports(_free_port(), _free_port())
    config = directory / "models.config"
    config.write_text(
        "model_config_list {\n"
        + "".join(
            f'  config {{ name: "{name}" base_path: "{directory / name}" '
            'model_platform: "tensorflow" }\n'
            for name in ("quick", "slow")
        )
        + "}\n"
    )
    command = [
        *("-m", "pipeline_lib.serving", f"--model_config_file={config}"),
        *(f"--port={ports.grpc}", f"--rest_api_port={ports.rest}", *flags),
    ]
    with _running(command, ports.grpc, ports.rest):
        yield ports


@contextlib.contextmanager
def other_server(name: str, directory: Path) -> Iterator[Ports]:
    """One of `other_servers`, on one port."""
    port = _free_port()
    command = ["-m", "benchmarks.serving.other_servers", name, str(port), str(directory)]
    with _running(command, port):
        yield Ports(port, port)


def grpc_rate(port: int, request: Path, requests: int) -> float:
    """Calls of Predict per second, with `IN_FLIGHT` at a time."""
    return _rate(requests, *_grpc(port, request))


def rest_rate(port: int, model: str, request: Path, requests: int) -> float:
    """Calls of `:predict` per second, with `IN_FLIGHT` at a time."""
    return _rate(requests, *_rest(port, model, request))


def rates_of_both(ports: Ports, model: str, frame: Path, json: Path) -> tuple[float, float]:
    """Calls per second over gRPC and over REST, by as many clients each at the same time."""
    with ThreadPoolExecutor() as threads:
        grpc = threads.submit(_rate_for_seconds, *_grpc(ports.grpc, frame))
        rest = threads.submit(_rate_for_seconds, *_rest(ports.rest, model, json))
        return grpc.result(), rest.result()


def _grpc(port: int, request: Path) -> tuple[str, ...]:
    headers = ("-H", "content-type: application/grpc", "-H", "te: trailers")
    url = f"http://127.0.0.1:{port}/tensorflow.serving.PredictionService/Predict"
    return ("-d", str(request), *headers, url)


def _rest(port: int, model: str, request: Path) -> tuple[str, ...]:
    url = f"http://127.0.0.1:{port}/v1/models/{model}:predict"
    return ("--h1", "-d", str(request), "-H", "content-type: application/json", url)


def _rate(requests: int, *arguments: str) -> float:
    if shutil.which("h2load") is None:
        raise MeasurementError(
            "h2load is not installed; it asks the servers. On Debian and Ubuntu: "
            "apt-get install nghttp2-client"
        )
    _ask(max(requests // 10, IN_FLIGHT), *arguments)  # to warm up
    return _ask(requests, *arguments)


def _ask(requests: int, *arguments: str) -> float:
    return _h2load("-n", str(requests), *arguments)


def _rate_for_seconds(*arguments: str) -> float:
    return _h2load("-D", str(_BOTH_SECONDS), *arguments)


def _h2load(*arguments: str) -> float:
    command = ["h2load", "-c", str(IN_FLIGHT), "-m", "1", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    rate, counts = _RATE.search(done.stdout), _COUNTS.search(done.stdout)
    answered = _ANSWERED.search(done.stdout)
    if rate is None or counts is None or answered is None or counts[1] != answered[1]:
        raise MeasurementError(f"{' '.join(command)}:\n{done.stdout}{done.stderr}")
    return float(rate[1])


@contextlib.contextmanager
def _running(arguments: list[str], *ports: int) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _wait(process, " ".join(arguments), ports)
        yield
    finally:
        process.terminate()
        process.communicate()


def _wait(process: subprocess.Popen[str], what: str, ports: tuple[int, ...]) -> None:
    """Wait until it listens."""
    end = time.monotonic() + _START_SECONDS
    for port in ports:
        while True:
            if process.poll() is not None:
                raise MeasurementError(f"{what}:\n{process.communicate()[0]}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            if time.monotonic() > end:
                raise MeasurementError(f"{what} does not listen after {_START_SECONDS} s")
            time.sleep(0.05)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
