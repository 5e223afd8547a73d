"""What the server counts and times, under TensorFlow Serving's metric names, for Prometheus.

`/tensorflow/serving/request_count` is `:tensorflow:serving:request_count` on the page, times are in
microseconds, and bounds of buckets are written with six digits, so that dashboards and alerts made
for TensorFlow Serving work here.
Source: tensorflow_serving/util/prometheus_exporter.cc and the `monitoring::` declarations in
servables/tensorflow/util.cc, saved_model_warmup_util.cc and batching/batching_session.cc.

Where the environment variable `PROMETHEUS_MULTIPROC_DIR` names a directory before this module is
imported, several processes share it, and the page of each tells the sum of all.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

from pipeline_lib.serving.errors import StatusCode
from pipeline_lib.serving.prometheus_text import text_lines

MOST_NAMES = 1000
"""So many models are told apart; any further name in a request is counted under no name."""

_LONGEST_NAME = 256
_MOST_UNCOUNTED = 32
_LATENCY_BUCKETS = [10 * 1.8**n for n in range(33)]  # microseconds, to about 20 minutes
_QUEUING_BUCKETS = [100 * 1.2**n for n in range(52)]  # microseconds, to about 1 second
_EXAMPLE_BUCKETS = [2.0**n for n in range(15)]
_LABELS = {
    ":tensorflow:cc:saved_model:load_attempt_count": ("model_path", "status"),
    ":tensorflow:cc:saved_model:load_latency": ("model_path",),
    ":tensorflow:serving:batching_session:queuing_latency": ("thread_pool_name",),
    ":tensorflow:serving:batching_session:wrapped_run_count": (),
    ":tensorflow:serving:model_warmup_latency": ("model_path", "status"),
    ":tensorflow:serving:request_count": ("model_name", "status"),
    ":tensorflow:serving:request_example_count_total": ("model",),
    ":tensorflow:serving:request_example_counts": ("model",),
    ":tensorflow:serving:request_latency": ("model_name", "API", "entrypoint"),
    ":tensorflow:serving:runtime_latency": ("model_name", "API", "runtime"),
}

_RequestKey = tuple[str, str, str, StatusCode]


class RequestObserver(Protocol):
    """Is told of every request for an inference. Any thread may tell; it must be quick."""

    def request(
        self, model_name: str, api: str, entrypoint: str, status: StatusCode, seconds: float
    ) -> None:
        """A request was answered.

        Args:
            model_name: the model that it asked for, whether there is one or not.
            api: the method, spelled as TensorFlow Serving does: `Predict` over gRPC, `predict`
                over REST.
            entrypoint: `GRPC` or `REST`.
            status: how it ended.
            seconds: the time from the request's arrival to its answer.
        """

    def examples(self, model_name: str, count: int) -> None:
        """A request to classify or to regress brought so many examples."""


class Metrics:
    """Counters and histograms of one process; implements `RequestObserver`.

    What is told of a request is noted, and counted together with that of other requests: a request
    has the processor's caches full of other things, and counting some dozens at once costs as much
    as counting a few one by one. `settle` counts what is noted.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._load_attempts = self._counter(":tensorflow:cc:saved_model:load_attempt_count")
        self._load_latency = self._counter(":tensorflow:cc:saved_model:load_latency")
        self._warmups = self._histogram(
            ":tensorflow:serving:model_warmup_latency", _LATENCY_BUCKETS
        )
        self._queuing = self._histogram(
            ":tensorflow:serving:batching_session:queuing_latency", _QUEUING_BUCKETS
        )
        self._batches = self._counter(":tensorflow:serving:batching_session:wrapped_run_count")
        self._requests = self._counter(":tensorflow:serving:request_count")
        self._request_latency = self._histogram(
            ":tensorflow:serving:request_latency", _LATENCY_BUCKETS
        )
        self._runtime_latency = self._histogram(
            ":tensorflow:serving:runtime_latency", _LATENCY_BUCKETS
        )
        self._example_total = self._counter(":tensorflow:serving:request_example_count_total")
        self._example_counts = self._histogram(
            ":tensorflow:serving:request_example_counts", _EXAMPLE_BUCKETS
        )
        # prometheus_client's `labels` takes longer than all the rest of a request's counting.
        self._request_cells: dict[_RequestKey, tuple[Counter, Histogram | None]] = {}
        self._runtime_cells: dict[tuple[str, str], Histogram] = {}
        self._names: set[str] = set()
        self._uncounted: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()

    def settle(self) -> None:
        """Count what was told and is not counted yet."""
        uncounted = self._uncounted
        while uncounted:
            try:
                count, arguments = uncounted.popleft()
            except IndexError:  # another thread settles too
                return
            count(*arguments)

    def _note(self, count: Callable[..., None], *arguments: Any) -> None:
        self._uncounted.append((count, arguments))
        if len(self._uncounted) >= _MOST_UNCOUNTED:
            self.settle()

    def request(
        self, model_name: str, api: str, entrypoint: str, status: StatusCode, seconds: float
    ) -> None:
        """Count a request; its time is taken if it succeeded. See `RequestObserver`."""
        self._note(self._count_request, (model_name, api, entrypoint, status), seconds)

    def _count_request(self, key: _RequestKey, seconds: float) -> None:
        cells = self._request_cells.get(key) or self._new_request_cells(key)
        cells[0].inc()
        if cells[1] is not None:
            cells[1].observe(int(seconds * 1e6))

    def examples(self, model_name: str, count: int) -> None:
        """Count the examples of a request. See `RequestObserver`."""
        name = self._known(model_name)
        self._example_total.labels(name).inc(count)
        self._example_counts.labels(name).observe(count)

    def runtime(self, model_name: str, api: str, seconds: float) -> None:
        """A call of a model took so long.

        Args:
            model_name: a model that is served.
            api: `Predict`, `Classify`, `Regress` or `MultiInference`.
            seconds: how long, with the time that it waited for its batch or for a thread.
        """
        self._note(self._count_runtime, model_name, api, seconds)

    def _count_runtime(self, model_name: str, api: str, seconds: float) -> None:
        cell = self._runtime_cells.get((model_name, api))
        if cell is None:
            cell = self._runtime_latency.labels(self._known(model_name), api, "TF1")
            self._runtime_cells[model_name, api] = cell
        cell.observe(int(seconds * 1e6))

    def load(self, model_path: str, succeeded: bool, seconds: float) -> None:
        """An attempt to load the SavedModel at `model_path` ended."""
        self._load_attempts.labels(model_path, "success" if succeeded else "fail").inc()
        if succeeded:
            self._load_latency.labels(model_path).inc(int(seconds * 1e6))

    def warmup(self, model_path: str, status: StatusCode, seconds: float) -> None:
        """The model at `model_path` was warmed up, or could not be."""
        self._warmups.labels(model_path, status.name).observe(int(seconds * 1e6))

    def queued(self, thread_pool_name: str, seconds: float) -> None:
        """A request waited so long for its batch."""
        self._queuing.labels(thread_pool_name).observe(int(seconds * 1e6))

    def batch(self) -> None:
        """A batch was given to the model."""
        self._batches.inc()

    def page(self) -> bytes:
        """The page that Prometheus reads: of this process, or of all that share the directory.

        What other processes have not counted yet is not on it.
        """
        self.settle()
        registry = self._registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return "".join(f"{line}\n" for line in text_lines(registry.collect(), _LABELS)).encode()

    def _counter(self, name: str) -> Counter:
        return Counter(name, name, _LABELS[name], registry=self._registry)

    def _histogram(self, name: str, buckets: list[float]) -> Histogram:
        return Histogram(name, name, _LABELS[name], registry=self._registry, buckets=buckets)

    def _known(self, name: str) -> str:
        """The name as a label; empty where too many were seen, since anybody can invent names."""
        if name not in self._names:
            if len(self._names) >= MOST_NAMES or len(name) > _LONGEST_NAME:
                return ""
            self._names.add(name)
        return name

    def _new_request_cells(self, key: _RequestKey) -> tuple[Counter, Histogram | None]:
        name, api, entrypoint, status = key
        known = self._known(name)
        cells = (
            self._requests.labels(known, status.name),
            self._request_latency.labels(known, api, entrypoint)
            if status is StatusCode.OK
            else None,
        )
        if known == name:
            self._request_cells[key] = cells
        return cells
