"""`tfx.testing`: for unit tests of components."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.channel import Channel as NativeChannel
from pipeline_lib.tfx.facade_module import refuse

__all__ = ["Channel"]


class Channel(NativeChannel):
    """A channel that no node feeds, to construct a component with.

    Args:
        artifact_type: artifact type.
    """

    def __init__(self, artifact_type: type[Artifact]) -> None:
        super().__init__(type=artifact_type)


if not TYPE_CHECKING:
    __getattr__ = refuse(__name__)
