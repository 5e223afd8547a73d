"""Channels: how a node's output reaches another node's input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.placeholder import ChannelFuture
from pipeline_lib.errors import AuthoringError

if TYPE_CHECKING:
    from pipeline_lib.dsl.node import BaseNode


class Channel:
    """Artifacts of one type.

    `Channel(type=Model)` on its own stands for what the store holds from all runs of the pipeline
    and is read through a `Resolver`; `producer_component_id` and `output_key` narrow it to what
    one node wrote. A custom component may also pass one to declare an output.

    Raises:
        AuthoringError: `type` is no artifact type.
    """

    def __init__(
        self,
        type: type[Artifact],
        producer_component_id: str | None = None,
        output_key: str | None = None,
    ) -> None:
        if not is_artifact_class(type):
            raise AuthoringError(f"Channel(type=...) takes an artifact type, got {type!r}.")
        self.type = type
        self.producer_component_id = producer_component_id
        self.output_key = output_key

    @property
    def type_name(self) -> str:
        """Name of the artifact type."""
        return self.type.TYPE_NAME

    def __repr__(self) -> str:
        return f"Channel(type={self.type_name})"


class OutputChannel(Channel):
    """One output of a node: `node.outputs["model"]`."""

    output_key: str

    def __init__(self, type: type[Artifact], producer: BaseNode, output_key: str) -> None:
        super().__init__(type, output_key=output_key)
        self.producer = producer

    def future(self) -> ChannelFuture:
        """The artifacts that it will hold, for conditions: `channel.future()[0].value`."""
        return ChannelFuture(self)

    def __repr__(self) -> str:
        return f"{self.producer.id}.outputs[{self.output_key!r}]"


def is_artifact_class(value: object) -> bool:
    """Whether `value` is an artifact class."""
    return isinstance(value, type) and issubclass(value, Artifact)
