"""A model server for the time of a `with` block: waited for, asked, stopped whatever happens."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.model_servers.answers import Answer
from pipeline_lib.serving.model_servers.client import ModelServerClient
from pipeline_lib.serving.model_servers.failures import (
    ModelLoadError,
    NotInTimeError,
    RefusedAnswerError,
    ServerEndedError,
)
from pipeline_lib.serving.model_servers.model_server import Endpoints, ModelServer
from pipeline_lib.serving.model_servers.requests import ModelRequest
from pipeline_lib.serving.servables.servable import VersionState, VersionStatus

_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 0.5
_STATUS_TIMEOUT_S = 2.0
_CANNOT_LOAD = re.compile(r"did not become available: .*? due to error: (.*?)\}+, \}", re.DOTALL)
"""What TensorFlow Serving ends with where its models cannot be loaded at the start.

Source: tensorflow_serving/model_servers/server_core.cc.
"""

_TIME_TO_DIE_S = 2.0
"""Seconds between a lost connection and the news that the server has ended."""


@dataclass(frozen=True)
class RunningServer:
    """A server that was started.

    Attributes:
        server: the server.
        endpoints: where it answers.
        client: a connection to it.
    """

    server: ModelServer
    endpoints: Endpoints
    client: ModelServerClient

    def wait_until_available(self, name: str, version: int, deadline: float) -> None:
        """Wait until a version answers requests.

        Args:
            name: name of the model.
            version: its version.
            deadline: of `time.monotonic()`.

        Raises:
            ServerEndedError: the server ended before.
            ModelLoadError: the server cannot load it.
            NotInTimeError: the deadline has passed.
            DataError: the server could not be started.
        """
        pause = _SHORTEST_PAUSE_S
        state = "unknown: the server did not answer"
        while time.monotonic() < deadline:
            self._check_loading()
            status = self._status(name, version, deadline)
            if status is not None:
                state = status.state.name
                if status.state is VersionState.AVAILABLE:
                    return
                self._check_loadable(status)
            time.sleep(max(0.0, min(pause, deadline - time.monotonic())))
            pause = min(2 * pause, _LONGEST_PAUSE_S)
        raise NotInTimeError(
            f"version {version} of model {name!r} was not available in time; its state is {state}",
            self.server.log(),
        )

    def ask(self, request: ModelRequest, timeout_s: float) -> Answer:
        """Send a request.

        Raises:
            ServerEndedError: the server ended over it.
            NotInTimeError: it did not answer in time.
            RefusedAnswerError: it answered with an error.
        """
        try:
            return self.client.send(request, timeout_s)
        except ServingError as error:
            self.raise_for(error, request.signature_name, timeout_s)
            raise

    def raise_for(self, error: ServingError, signature_name: str, timeout_s: float) -> None:
        """Raise what an error in answer to a request means; see `ask`."""
        where = f"signature {signature_name!r}"
        if error.code is StatusCode.UNAVAILABLE:
            until = time.monotonic() + _TIME_TO_DIE_S
            while time.monotonic() < until:
                self.check_alive()
                time.sleep(_SHORTEST_PAUSE_S)
        if error.code is StatusCode.DEADLINE_EXCEEDED:
            raise NotInTimeError(
                f"{where} did not answer within {timeout_s:g} s", self.server.log()
            )
        raise RefusedAnswerError(
            f"{where} answered {error.code.name}: {error.message}", self.server.log()
        )

    def check_alive(self) -> None:
        """Raise `ServerEndedError` if the server has ended."""
        ending = self.server.ending()
        if ending is not None:
            raise ending

    def _status(self, name: str, version: int, deadline: float) -> VersionStatus | None:
        # A server that starts does not answer, or does not know the model yet.
        remaining = min(_STATUS_TIMEOUT_S, max(0.01, deadline - time.monotonic()))
        with contextlib.suppress(ServingError):
            return next(iter(self.client.statuses(name, version, remaining)), None)
        return None

    def _check_loading(self) -> None:
        """As `check_alive`; a server that ends since it cannot load its model says so last."""
        try:
            self.check_alive()
        except ServerEndedError as error:
            found = _CANNOT_LOAD.search(error.log)
            if found is None:
                raise
            raise ModelLoadError(
                f"{self.server.description} cannot load the model: {found[1]}", error.log
            ) from None

    def _check_loadable(self, status: VersionStatus) -> None:
        if status.state is not VersionState.END:
            return
        why = f": {status.error.code.name}: {status.error.message}" if status.error else ""
        raise ModelLoadError(
            f"{self.server.description} cannot load the model{why}", self.server.log()
        )


@contextlib.contextmanager
def running(server: ModelServer, deadline: float) -> Iterator[RunningServer]:
    """Start a server, stop it at the end of the block.

    Args:
        server: a server that was not started yet.
        deadline: of `time.monotonic()`, until when it must have come up.

    Raises:
        DataError: it cannot be started at all.
        ModelServerError: it did not come up.
    """
    try:
        endpoints = server.start(deadline)
        with ModelServerClient(endpoints.grpc) as client:
            yield RunningServer(server, endpoints, client)
    finally:
        server.stop()
