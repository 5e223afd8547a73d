"""What requests need of the manager: a version to use, and how the versions stand."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from pipeline_lib.serving.servables.loader import Servable
from pipeline_lib.serving.servables.servable import ModelReference, ServableId, VersionStatus


@dataclass(frozen=True)
class Handle:
    """A version in use: it is not unloaded before the handle is given back.

    Attributes:
        id: the version.
        servable: what it was loaded to.
        notes: what those who call it keep of it for as long as it is served.
    """

    id: ServableId
    servable: Servable
    notes: dict[Any, Any] = field(default_factory=dict, compare=False)


class Servables(Protocol):
    """The versions that are served now. Any number of threads may ask at once."""

    def handle(self, reference: ModelReference) -> AbstractContextManager[Handle]:
        """Use the version that the reference means, for the time of a `with` block.

        Raises:
            ServingError: NOT_FOUND, no such model, version or label is available.
        """

    def statuses(self, name: str, version: int | None = None) -> tuple[VersionStatus, ...]:
        """How the versions of a model stand, the newest first; of one version if it is given.

        Raises:
            ServingError: NOT_FOUND, no such model or version is known.
        """
