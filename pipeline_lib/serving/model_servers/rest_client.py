"""Asks a model server over REST, with nothing but Python's own library."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.servable import VersionState, VersionStatus

_CODES: Mapping[int, StatusCode] = {
    400: StatusCode.INVALID_ARGUMENT,
    403: StatusCode.PERMISSION_DENIED,
    404: StatusCode.NOT_FOUND,
    409: StatusCode.ALREADY_EXISTS,
    412: StatusCode.FAILED_PRECONDITION,
    429: StatusCode.RESOURCE_EXHAUSTED,
    500: StatusCode.INTERNAL,
    501: StatusCode.UNIMPLEMENTED,
    503: StatusCode.UNAVAILABLE,
    504: StatusCode.DEADLINE_EXCEEDED,
}


class RestClient:
    """The REST API of one server.

    Every method raises `ServingError` with the server's text and the code that its HTTP status
    stands for, UNAVAILABLE where nobody answers.

    Args:
        url: `http://HOST:PORT`.
        timeout_s: seconds that an answer may take.
    """

    def __init__(self, url: str, timeout_s: float = 30.0) -> None:
        self.url = url
        self._timeout_s = timeout_s
        # A proxy of the environment is for the world, not for a server that is told by its address.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def statuses(self, name: str, version: int | None = None) -> tuple[VersionStatus, ...]:
        """How the versions of a model stand, or the one that is asked for."""
        path = _model(name) + ("" if version is None else f"/versions/{version}")
        answer = self._ask(path)
        try:
            return tuple(_status(one) for one in answer["model_version_status"])
        except (KeyError, TypeError, ValueError) as error:
            raise ServingError(
                StatusCode.UNKNOWN, f"{self.url} answers, and not as a model server does."
            ) from error

    def metadata(self, name: str) -> Mapping[str, Any]:
        """The signatures of a model, as the API tells them."""
        answer: Mapping[str, Any] = self._ask(f"{_model(name)}/metadata")
        return answer

    def predict(self, name: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call a signature; `body` and the answer are what the API says."""
        return self.call(name, "predict", body)

    def call(self, name: str, method: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call `predict`, `classify` or `regress`."""
        answer: Mapping[str, Any] = self._ask(f"{_model(name)}:{method}", body)
        return answer

    def _ask(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        payload = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data=payload)
        try:
            with self._opener.open(request, timeout=self._timeout_s) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            code = _CODES.get(error.code, StatusCode.UNKNOWN)
            raise ServingError(code, _text(error.read())) from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            text = str(error) or type(error).__name__
            raise ServingError(StatusCode.UNAVAILABLE, text) from error


def _model(name: str) -> str:
    return f"/v1/models/{quote(name, safe='')}"


def _text(payload: bytes) -> str:
    try:
        return str(json.loads(payload)["error"])
    except (ValueError, KeyError, TypeError):
        return payload.decode(errors="replace")


def _status(status: Mapping[str, Any]) -> VersionStatus:
    told = status.get("status", {})
    error = None
    if told.get("error_code", "OK") != "OK":
        code = StatusCode.__members__.get(told["error_code"], StatusCode.UNKNOWN)
        error = ServingError(code, told.get("error_message", ""))
    return VersionStatus(int(status["version"]), VersionState[status["state"]], error)
