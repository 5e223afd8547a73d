"""Starts a model server on the directory that models are pushed to, and asks it about penguins."""

from __future__ import annotations

import json
import os
import time
import urllib.request
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline_lib.serving.model_servers.embedded import embedded_server
from pipeline_lib.serving.model_servers.model_server import ServedModel

if TYPE_CHECKING:
    from pipeline_lib.serving.model_servers.client import ModelServerClient
    from pipeline_lib.serving.model_servers.running import RunningServer

MODEL_NAME = "penguin"
SECONDS_TO_START = 120.0
_SIGNATURE = "serving_raw"

Penguins = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Answer:
    """What the model takes a penguin for, and how sure it is."""

    species: str
    probability: float


@contextmanager
def penguin_server(directory: str) -> Iterator[RunningServer]:
    """The embedded server on a directory, for the time of a `with` block.

    It is the process that `plib serve` is.
    """
    server = embedded_server(ServedModel(MODEL_NAME, os.path.abspath(directory)))
    try:
        endpoints = server.start(time.monotonic() + SECONDS_TO_START)
        _import_client()
        from pipeline_lib.serving.model_servers.client import ModelServerClient
        from pipeline_lib.serving.model_servers.running import RunningServer

        with ModelServerClient(endpoints.grpc) as client:
            yield RunningServer(server, endpoints, client)
    finally:
        server.stop()


def _import_client() -> None:
    """Import gRPC and TensorFlow's messages, which takes as long as the server needs to start."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning, module="google")
        import pipeline_lib.serving.model_servers.client  # noqa: F401 - it is for later


def over_rest(address: str, penguins: Penguins) -> list[Answer]:
    """Ask by REST, at `http://HOST:PORT`: JSON over HTTP."""
    question = {"signature_name": _SIGNATURE, "instances": penguins}
    request = urllib.request.Request(
        f"{address}/v1/models/{MODEL_NAME}:predict",
        json.dumps(question).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        predictions = json.load(response)["predictions"]
    return [Answer(one["label"], max(one["probabilities"])) for one in predictions]


def over_grpc(client: ModelServerClient, penguins: Penguins) -> list[Answer]:
    """Ask by gRPC: an array for each column."""
    columns = {name: _array([penguin[name] for penguin in penguins]) for name in penguins[0]}
    outputs = client.predict(MODEL_NAME, columns, _SIGNATURE)
    rows = zip(outputs["label"], outputs["probabilities"], strict=True)
    return [Answer(label.decode(), float(row.max())) for label, row in rows]


def _array(values: Sequence[Any]) -> Any:
    import numpy as np

    return np.array(values, object if isinstance(values[0], str) else np.float32)
