"""What a server is told to serve: models, where their versions lie, and which of them it wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pipeline_lib.serving.errors import ServingError, StatusCode

TENSORFLOW = "tensorflow"
"""The platform whose versions are SavedModels."""


class VersionPolicy(Protocol):
    """Chooses among the versions that exist."""

    def wanted(self, existing: Mapping[int, str]) -> dict[int, str]:
        """The versions to serve, of those that exist with their paths."""


@dataclass(frozen=True)
class Latest:
    """The versions with the highest numbers.

    Args:
        count: how many; 0 means 1, as in TensorFlow Serving.
    """

    count: int = 1

    def __post_init__(self) -> None:
        if self.count < 0:
            raise _invalid(f"A 'latest' version policy wants {self.count} versions, expected 1 up.")

    def wanted(self, existing: Mapping[int, str]) -> dict[int, str]:
        """The last `count` of them."""
        numbers = sorted(existing, reverse=True)[: max(self.count, 1)]
        return {number: existing[number] for number in numbers}


@dataclass(frozen=True)
class All:
    """Every version that exists."""

    def wanted(self, existing: Mapping[int, str]) -> dict[int, str]:
        """All of them."""
        return dict(existing)


@dataclass(frozen=True)
class Specific:
    """The versions with the given numbers.

    Args:
        versions: their numbers, at least one.
    """

    versions: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.versions:
            raise _invalid("A 'specific' version policy names no version, expected at least one.")

    def wanted(self, existing: Mapping[int, str]) -> dict[int, str]:
        """Those of the given ones that exist."""
        return {number: existing[number] for number in self.versions if number in existing}

    def missing(self, existing: Mapping[int, str]) -> tuple[int, ...]:
        """Those of the given ones that do not exist."""
        return tuple(number for number in self.versions if number not in existing)


@dataclass(frozen=True)
class ModelConfig:
    """A model to serve.

    Args:
        name: the name by which requests ask for it.
        base_path: absolute path of the directory whose folders named by a number are its versions.
        platform: the framework that wrote it; says which loader loads it.
        version_policy: which versions to serve.
        version_labels: version numbers by label.

    Raises:
        ServingError: INVALID_ARGUMENT, a name or a path is missing.

    Source: tensorflow_serving/config/model_server_config.proto.
    """

    name: str
    base_path: str
    platform: str = TENSORFLOW
    version_policy: VersionPolicy = field(default_factory=Latest)
    version_labels: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name:
            raise _invalid(f"The model at {self.base_path!r} has no name.")
        if not self.base_path:
            raise _invalid(f"Model {self.name} has no base_path.")
        if not self.platform:
            raise _invalid(
                "Illegal setting neither ModelServerConfig::model_type (deprecated) "
                "nor ModelServerConfig::model_platform."
            )


def _invalid(message: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, message)
