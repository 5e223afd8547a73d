"""A version of a model, the states it goes through, and what a request names it by."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple

from pipeline_lib.serving.errors import ServingError


@dataclass(frozen=True, order=True)
class ServableId:
    """One version of one model."""

    name: str
    version: int

    def __str__(self) -> str:
        """As TensorFlow Serving writes it in its messages: `{name: penguin version: 2}`."""
        return f"{{name: {self.name} version: {self.version}}}"


class VersionState(enum.Enum):
    """States of a version, in the order it goes through them.

    Names and numbers are those of `tensorflow.serving.ModelVersionStatus.State`.
    """

    START = 10
    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


@dataclass(frozen=True)
class VersionStatus:
    """Where a version stands.

    Attributes:
        version: the number of the version.
        state: its state.
        error: why it could not be loaded; `None` if all is well.
    """

    version: int
    state: VersionState
    error: ServingError | None = None


class ModelReference(NamedTuple):
    """What a request asks for: the latest version, a given one, or the one behind a label.

    Attributes:
        name: name of the model.
        version: number of the version, or `None`.
        label: label of the version, or `None`; never together with `version`.
    """

    name: str
    version: int | None = None
    label: str | None = None
