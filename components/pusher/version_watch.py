"""Waits until a running model server has loaded the version that was pushed."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

from components.pusher.destination import WatchingServer
from pipeline_lib.errors import DataError

_POLL_SECONDS = 0.1
_ANSWER_WITHIN = 10.0
"""Seconds that one answer may take."""


@dataclass(frozen=True)
class Answer:
    """What a server says of a version: its state, empty where it knows none, and its words."""

    state: str
    text: str


def wait_until_available(server: WatchingServer, version: str, ended_before: bool = False) -> None:
    """Ask until the version is AVAILABLE.

    Args:
        server: the server to ask.
        version: number of the version.
        ended_before: the server had a version of that number, which has ended; what it says of
            that one does not count.

    Raises:
        DataError: the server could not load it, or the time is over; with the server's words.
    """
    deadline = time.monotonic() + server.timeout
    while True:
        answer = ask(server, version)
        if answer.state == "AVAILABLE":
            return
        if answer.state == "END" and not ended_before:
            raise DataError(
                f"The model server at {server.address} has not loaded version {version} of "
                f"{server.model_name!r}: {answer.text.rstrip('.')}."
            )
        ended_before = ended_before and answer.state == "END"
        if time.monotonic() > deadline:
            raise DataError(
                f"The model server at {server.address} did not make version {version} of "
                f"{server.model_name!r} available within {server.timeout:g} s. It says: "
                f"{answer.text.rstrip('.')}."
            )
        time.sleep(_POLL_SECONDS)


def ask(server: WatchingServer, version: str) -> Answer:
    """How the version stands; an empty state where the server is away or does not know it."""
    return _over_grpc(server, version) if server.is_grpc else _over_rest(server, version)


def _over_grpc(server: WatchingServer, version: str) -> Answer:
    # Loads gRPC, and with TensorFlow Serving's messages TensorFlow; REST needs neither.
    from pipeline_lib.serving.errors import ServingError
    from pipeline_lib.serving.model_servers.client import ModelServerClient

    try:
        with ModelServerClient(server.address, _ANSWER_WITHIN) as client:
            (status,) = client.statuses(server.model_name, int(version))
    except ServingError as error:
        return Answer("", f"{error.code.name}: {error.message}")
    message = status.error.message if status.error else ""
    return Answer(status.state.name, message or f"it is in state {status.state.name}")


def _over_rest(server: WatchingServer, version: str) -> Answer:
    model = urllib.parse.quote(server.model_name, safe="")
    url = f"{_origin(server.address)}/v1/models/{model}/versions/{version}"
    try:
        with _DIRECTLY.open(url, timeout=_ANSWER_WITHIN) as response:
            return _answer(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer("", error.read().decode(errors="replace").strip() or str(error))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer("", str(getattr(error, "reason", error)))


# No proxy: a model server is near, and a proxy would not know its name.
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _origin(address: str) -> str:
    return address.rstrip("/") if "://" in address else f"http://{address}"


def _answer(body: bytes) -> Answer:
    """What a status page says; source: tensorflow_serving/apis/get_model_status.proto."""
    try:
        (status,) = json.loads(body)["model_version_status"]
        message = status.get("status", {}).get("error_message", "")
        return Answer(status["state"], message or f"it is in state {status['state']}")
    except (KeyError, TypeError, AttributeError, ValueError):
        return Answer("", body.decode(errors="replace").strip())
