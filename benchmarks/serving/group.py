"""The rows of the model server: rates, beside those of the other servers in the same run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.comparison import Comparison
from benchmarks.rows import Against, Bar, Row, Unit
from benchmarks.serving.load import grpc_rate, other_server, our_server, rates_of_both, rest_rate
from benchmarks.sides import PROJECT, MeasurementError, Side

_SLOW_SHARE = 50
"""One request to the slow model for so many to the quick one."""


def measure_serving(comparison: Comparison, requests: int) -> list[Row]:
    """What the model server answers, beside servers that do nothing, or do it naively.

    Args:
        comparison: how often to measure.
        requests: in each measurement, to the quick model.

    Raises:
        MeasurementError: h2load is missing, or a server failed.
    """

    def ours(_: Side, directory: Path) -> Mapping[str, float]:
        return _measure(directory, requests)

    found = comparison.medians(ours=ours).ours
    grpc, rest = found["grpc"], found["rest"]
    return [
        _beside_nothing("serving: gRPC Predict", grpc, found["nothing-grpc"], 0.7),
        _beside_nothing("serving: REST predict", rest, found["nothing-rest"], 0.25),
        Row("serving: gRPC / nothing on its loop", Unit.TIMES, grpc / found["nothing-on-loop"]),
        _times("serving: gRPC / naive server", grpc / found["naive-grpc"], 1.8),
        # A half would be all that it can be, were the client's part of the cores free.
        _times("serving: gRPC beside REST / alone", found["both-grpc"] / grpc, 0.1),
        _times("serving: REST beside gRPC / alone", found["both-rest"] / rest, 0.1),
        _times("serving: 2 workers / 1, gRPC", found["workers"] / grpc, 1.5),
        _times("serving: 2 workers / 1, REST", found["rest-workers"] / rest, 1.5),
        Row("serving: model of about 5 ms", Unit.PER_SECOND, found["slow"]),
        _times("serving: the same, batched / not", found["batched"] / found["slow"], 2),
    ]


def _measure(directory: Path, requests: int) -> Mapping[str, float]:
    """Rates, measured one after the other, so that they are of the same minute."""
    _write_models(directory)
    quick, slow = directory / "quick.bin", directory / "slow.bin"
    json, few = directory / "quick.json", max(requests // _SLOW_SHARE, 32)
    found = {}
    with other_server("nothing-grpc", directory) as ports:
        found["nothing-grpc"] = grpc_rate(ports.grpc, quick, requests)
    with other_server("nothing-on-loop", directory) as ports:
        found["nothing-on-loop"] = grpc_rate(ports.grpc, quick, requests)
    with our_server(directory) as ports:
        found["grpc"] = grpc_rate(ports.grpc, quick, requests)
        found["rest"] = rest_rate(ports.rest, "quick", json, requests)
        found["both-grpc"], found["both-rest"] = rates_of_both(ports, "quick", quick, json)
        found["slow"] = grpc_rate(ports.grpc, slow, few)
    with other_server("nothing-rest", directory) as ports:
        found["nothing-rest"] = rest_rate(ports.rest, "quick", json, requests)
    with our_server(directory, "--workers=2") as ports:
        found["workers"] = grpc_rate(ports.grpc, quick, requests)
        found["rest-workers"] = rest_rate(ports.rest, "quick", json, requests)
    with other_server("naive-grpc", directory) as ports:
        found["naive-grpc"] = grpc_rate(ports.grpc, quick, requests)
    with our_server(directory, "--enable_batching") as ports:
        found["batched"] = grpc_rate(ports.grpc, slow, few)
    return found


def _write_models(directory: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.serving.models", str(directory)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MeasurementError(done.stderr)


def _beside_nothing(what: str, ours: float, floor: float, least: float) -> Row:
    bar = Bar(least, Against.FLOOR, at_least=True)
    return Row(what, Unit.PER_SECOND, ours, floor=floor, bars=(bar,))


def _times(what: str, value: float, least: float) -> Row:
    return Row(what, Unit.TIMES, value, bars=(Bar(least, at_least=True),))
