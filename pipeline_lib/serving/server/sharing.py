"""What the workers of one server share: ports, limits and metrics."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import os
import tempfile
from collections.abc import Iterator

from pipeline_lib.serving.server.options import ANY_PORT, ServerOptions
from pipeline_lib.serving.server.ports import port_of, reserve


@contextlib.contextmanager
def shared_by_workers(options: ServerOptions) -> Iterator[ServerOptions]:
    """Keep the ports, and give what each worker is told: their numbers, and its share of limits.

    Raises:
        ServingError: UNAVAILABLE, a port is in use or may not be had.
    """
    with contextlib.ExitStack() as kept:

        def numbered(flag: str, port: int) -> int:
            if not port:
                return 0
            wanted = 0 if port == ANY_PORT else port
            return port_of(kept.enter_context(reserve(flag, options.host, wanted)))

        yield dataclasses.replace(
            options,
            port=numbered("--port", options.port),
            rest_api_port=numbered("--rest_api_port", options.rest_api_port),
            max_in_flight=math.ceil(options.max_in_flight / options.workers),
            max_requests_per_second=options.max_requests_per_second / options.workers,
        )


@contextlib.contextmanager
def shared_metrics() -> Iterator[None]:
    """A directory through which the metrics of all workers are summed up."""
    with tempfile.TemporaryDirectory(prefix="plib-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        try:
            yield
        finally:
            del os.environ["PROMETHEUS_MULTIPROC_DIR"]
