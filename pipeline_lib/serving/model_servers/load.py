"""A model server under load: how long answers take, and how many there are a second."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc

from pipeline_lib.serving.errors import ServingError
from pipeline_lib.serving.model_servers.client import CHANNEL_OPTIONS, serving_error
from pipeline_lib.serving.model_servers.requests import ModelRequest

_SERVICE = "/tensorflow.serving.PredictionService"


@dataclass(frozen=True)
class Load:
    """A load.

    Attributes:
        duration_s: seconds that requests are sent for.
        concurrency: requests on the way at a time, at most.
        requests_per_second: how many are sent; as many as are answered where it is `None`.
        timeout_s: seconds that an answer may take.
    """

    duration_s: float
    concurrency: int
    requests_per_second: float | None
    timeout_s: float


@dataclass
class Figures:
    """What a load test has measured.

    Attributes:
        seconds: how long it took.
        latencies_ms: of each request that was answered, in milliseconds. At a given rate it counts
            from when the request was due: one that waits for another is late.
        failed: how many were answered with an error.
        first_error: the first of these errors.
        failed_signature: the signature that was called then.
    """

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    failed: int = 0
    first_error: ServingError | None = None
    failed_signature: str = ""

    @property
    def requests_per_second(self) -> float:
        """Requests that were answered in a second."""
        return len(self.latencies_ms) / self.seconds if self.seconds else 0.0

    def percentile_ms(self, percent: float) -> float:
        """What so many of 100 answers took at most; `nan` where there was none."""
        ordered = sorted(self.latencies_ms)
        if not ordered:
            return math.nan
        return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def put_under_load(address: str, requests: Sequence[ModelRequest], load: Load) -> Figures:
    """Send requests, one after another and again from the first, for a while.

    Args:
        address: `HOST:PORT` of gRPC.
        requests: at least one.
        load: how many, how long.
    """
    return asyncio.run(_put_under_load(address, requests, load))


async def _put_under_load(address: str, requests: Sequence[ModelRequest], load: Load) -> Figures:
    figures = Figures()
    async with grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS) as channel:
        # Bytes in, bytes out: what is measured is the server, not this client's messages.
        methods = {
            method: channel.unary_unary(f"{_SERVICE}/{method}")
            for method in {request.method for request in requests}
        }
        calls = [
            (request.signature_name, methods[request.method], request.message.SerializeToString())
            for request in requests
        ]
        begun = time.perf_counter()
        numbers = itertools.count()
        senders = [_send(calls, numbers, begun, load, figures) for _ in range(load.concurrency)]
        await asyncio.gather(*senders)
        figures.seconds = time.perf_counter() - begun
    return figures


async def _send(
    calls: Sequence[tuple[str, Callable[..., Awaitable[Any]], bytes]],
    numbers: itertools.count[int],
    begun: float,
    load: Load,
    figures: Figures,
) -> None:
    """Send the next request again and again until the time is over."""
    for number in numbers:
        now = time.perf_counter()
        due = begun + number / load.requests_per_second if load.requests_per_second else now
        if max(due, now) >= begun + load.duration_s:
            return
        await asyncio.sleep(max(0.0, due - now))
        signature_name, call, payload = calls[number % len(calls)]
        try:
            await call(payload, timeout=load.timeout_s)
        except grpc.RpcError as error:
            figures.failed += 1
            if figures.first_error is None:
                figures.first_error = serving_error(error)
                figures.failed_signature = signature_name
        else:
            figures.latencies_ms.append((time.perf_counter() - due) * 1000)
