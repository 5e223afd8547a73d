"""Which model a path means, and what is asked of it.

Source: tensorflow_serving/model_servers/http_rest_api_util.cc. As there, a path is matched as it
came, its query string included, in any case of letters.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.servable import ModelReference

_VERSION_OR_LABEL = rb"(?:(?:/versions/([0-9]+))|(?:/labels/([^/:]+)))?"
_INFERENCE = re.compile(
    rb"/v1/models/([^/:]+)" + _VERSION_OR_LABEL + rb":(classify|regress|predict)", re.IGNORECASE
)
_MODEL = re.compile(
    rb"/v1/models(?:/([^/:]+))?" + _VERSION_OR_LABEL + rb"(?:/(metadata))?", re.IGNORECASE
)
_LARGEST_VERSION = 2**63 - 1


@dataclass(frozen=True)
class Route:
    """What a request asks for.

    Attributes:
        reference: the model.
        action: `predict`, `classify`, `regress`, `metadata` or `status`.
    """

    reference: ModelReference
    action: str

    @property
    def is_inference(self) -> bool:
        """Whether a model is called."""
        return self.action not in ("metadata", "status")


@functools.lru_cache(maxsize=256)
def route(method: str, path: bytes) -> Route:
    """What a method and a path ask for.

    Raises:
        ServingError: INVALID_ARGUMENT, the API has no such method and path.
    """
    if method == "POST" and (match := _INFERENCE.fullmatch(path)):
        action = match[4].decode()
        if action == action.lower():
            return Route(_reference(match), action)
    if method == "GET" and (match := _MODEL.fullmatch(path)):
        if not match[1]:
            raise ServingError(StatusCode.INVALID_ARGUMENT, "Missing model name in request.")
        return Route(_reference(match), "metadata" if match[4] == b"metadata" else "status")
    raise ServingError(
        StatusCode.INVALID_ARGUMENT,
        f"Malformed request: {method} {path.decode('utf-8', 'replace')}",
    )


def _reference(match: re.Match[bytes]) -> ModelReference:
    name, version, label = match[1], match[2], match[3]
    if version and (len(version) > 40 or int(version) > _LARGEST_VERSION):
        raise ServingError(
            StatusCode.INVALID_ARGUMENT,
            f"Failed to convert version: {version.decode()} to numeric.",
        )
    return ModelReference(
        _unescaped(name),
        version=int(version) if version else None,
        label=_unescaped(label) if label else None,
    )


def _unescaped(escaped: bytes) -> str:
    return unquote_to_bytes(escaped).decode("utf-8", "replace")
