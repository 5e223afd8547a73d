"""Where a model is pushed to, as a pipeline's author writes it: `PushDestination` of TFX, and more.

Read and checked here; the work is done by what the executor makes of it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline_lib.artifacts import files, outside
from pipeline_lib.errors import DataError, did_you_mean

_FIELDS = ("base_directory", "version", "versioning")
_VERSIONINGS = ("AUTO", "UNIX_TIMESTAMP")
_SERVER_FIELDS = ("grpc_address", "model_name", "rest_address", "roll_back", "timeout_seconds")
_DEFAULT_TIMEOUT = 300.0


@dataclass(frozen=True)
class FilesystemDestination:
    """A directory with one sub-directory for each version.

    Attributes:
        base_directory: absolute path of the directory, or its URI.
        version: the version to push; the time in seconds where it is `None`.
    """

    base_directory: str
    version: int | None

    @classmethod
    def parse(cls, filesystem: object) -> FilesystemDestination:
        """The destination that the plain form of TFX's `PushDestination.Filesystem` describes.

        Raises:
            DataError: a field is unknown, missing or has a value that cannot work.
        """
        given = _mapping("filesystem", filesystem, _FIELDS)
        _check_versioning(given.get("versioning", "AUTO"))
        base_directory = _checked_directory(given.get("base_directory"))
        return cls(base_directory, _checked_version(given.get("version")))


@dataclass(frozen=True)
class WatchingServer:
    """A model server that watches the directory, and is to be asked whether it has the version.

    Attributes:
        address: `host:port`, or a URL where it is REST's.
        is_grpc: whether it is asked over gRPC, and not over REST.
        model_name: name under which the server knows the model.
        timeout: seconds that it may take to find and load the version.
        roll_back: whether a version that it cannot load is removed again.
    """

    address: str
    is_grpc: bool
    model_name: str
    timeout: float
    roll_back: bool

    @classmethod
    def parse(cls, model_server: object) -> WatchingServer:
        """The server that a mapping of the fields describes.

        Raises:
            DataError: a field is unknown, missing or has a value that cannot work.
        """
        given = _mapping("model_server", model_server, _SERVER_FIELDS)
        addresses = [name for name in ("grpc_address", "rest_address") if name in given]
        if len(addresses) != 1:
            raise DataError(
                "push_destination.model_server needs one of 'rest_address' and 'grpc_address', "
                f"got {' and '.join(map(repr, addresses)) or 'none'}."
            )
        return cls(
            address=_checked_text(given, addresses[0]),
            is_grpc=addresses == ["grpc_address"],
            model_name=_checked_text(given, "model_name"),
            timeout=_checked_timeout(given.get("timeout_seconds", _DEFAULT_TIMEOUT)),
            roll_back=_checked_switch(given.get("roll_back", True)),
        )


@dataclass(frozen=True)
class PushDestination:
    """Where to push, and the server that is asked afterwards, if one is."""

    filesystem: FilesystemDestination
    model_server: WatchingServer | None

    @classmethod
    def parse(cls, push_destination: Mapping[str, Any]) -> PushDestination:
        """The destination that the parameter `push_destination` describes.

        Raises:
            DataError: a field is unknown, missing or has a value that cannot work.
        """
        unknown = set(push_destination) - {"filesystem", "model_server"}
        if unknown or not isinstance(push_destination.get("filesystem"), Mapping):
            raise DataError(
                "push_destination must be {'filesystem': {'base_directory': ...}}, with "
                f"'model_server' beside it or not, got {dict(push_destination)!r}."
            )
        server = push_destination.get("model_server")
        return cls(
            FilesystemDestination.parse(push_destination["filesystem"]),
            None if server is None else WatchingServer.parse(server),
        )


def _mapping(name: str, given: object, fields: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise DataError(f"push_destination.{name} must be a mapping, got {given!r}.")
    for field in given:
        if field not in fields:
            raise DataError(
                f"push_destination.{name} has no field {field!r}.{did_you_mean(field, fields)}"
            )
    return given


def _check_versioning(versioning: object) -> None:
    if versioning not in _VERSIONINGS:
        raise DataError(
            f"push_destination.filesystem.versioning is {versioning!r}."
            f"{did_you_mean(str(versioning), _VERSIONINGS)}"
        )


def _checked_directory(base_directory: object) -> str:
    if not isinstance(base_directory, str) or not base_directory:
        raise DataError(
            "push_destination.filesystem.base_directory must be the path or URI of a directory, "
            f"got {base_directory!r}."
        )
    path = base_directory.removeprefix("file://")
    if files.is_local(path):
        return os.path.abspath(path)
    scheme, _, place = path.partition("://")
    if not place.strip("/"):
        raise DataError(
            "push_destination.filesystem.base_directory names no place: expected something after "
            f"'{scheme}://', got {base_directory!r}."
        )
    return f"{scheme}://{place.rstrip('/')}"


def _checked_version(version: object) -> int | None:
    if version is None:
        return None
    if (
        isinstance(version, bool)
        or not isinstance(version, int)
        or not 0 <= version <= outside.LARGEST_VERSION
    ):
        raise DataError(
            "push_destination.filesystem.version must be an integer from 0 to 2**63 - 1, "
            f"got {version!r}."
        )
    return version


def _checked_text(given: Mapping[str, Any], field: str) -> str:
    text = given.get(field)
    if not isinstance(text, str) or not text:
        raise DataError(
            f"push_destination.model_server.{field} must be a text that is not empty, got {text!r}."
        )
    return text


def _checked_timeout(timeout: object) -> float:
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not timeout > 0:
        raise DataError(
            "push_destination.model_server.timeout_seconds must be a positive number, "
            f"got {timeout!r}."
        )
    return float(timeout)


def _checked_switch(roll_back: object) -> bool:
    if not isinstance(roll_back, bool):
        raise DataError(
            f"push_destination.model_server.roll_back must be True or False, got {roll_back!r}."
        )
    return roll_back
