"""Channels of TFX as ours, and ours as TFX's."""

from __future__ import annotations

from typing import Any

from tfx.types import channel as tfx_channels

from pipeline_lib.compiler.artifact_type import artifact_type
from pipeline_lib.dsl.channel import Channel, RunChannel, union
from pipeline_lib.errors import AuthoringError
from pipeline_lib.tfx_bridge.artifact_types import our_artifact_class, tfx_artifact_class
from pipeline_lib.tfx_bridge.unsupported import not_in_ours


class ChannelOfOurs(tfx_channels.Channel):
    """A channel of ours, for the constructors of TFX's components."""

    def __init__(self, channel: RunChannel) -> None:
        super().__init__(type=tfx_artifact_class(artifact_type(channel.type)))
        self.channel = channel

    def future(self) -> Any:
        """The artifacts that it will hold, for TFX's placeholders."""
        return tfx_channels.ChannelWrappedPlaceholder(self)

    def __repr__(self) -> str:
        return f"tfx_channel({self.channel!r})"


def tfx_channel(channel: RunChannel) -> ChannelOfOurs:
    """A channel of ours as a component of TFX takes it.

        StatisticsGen(examples=tfx_channel(my_example_gen.outputs["examples"]))

    Raises:
        AuthoringError: it is no channel of a node of ours.
    """
    if not isinstance(channel, RunChannel):
        raise AuthoringError(
            f"tfx_channel(...) takes an output of a node of this library, got {channel!r} "
            f"of type {type(channel).__name__}."
        )
    return ChannelOfOurs(channel)


def our_channel(channel: tfx_channels.BaseChannel, where: str) -> Channel:
    """The channel as ours.

    Raises:
        UnsupportedError: we have nothing like it; the message begins with `where`.
    """
    from pipeline_lib.tfx_bridge.adopt import adopt  # a node's channels lead to other nodes

    match channel:
        case ChannelOfOurs(channel=ours):
            return ours
        case tfx_channels.PipelineOutputChannel():
            raise not_in_ours(where, "reads an output of a sub-pipeline of TFX's")
        case tfx_channels.OutputChannel():
            return adopt(channel.producer_component).outputs[channel.output_key]
        case tfx_channels.UnionChannel():
            parts = [our_channel(one, where) for one in channel.channels]
            return union(part for part in parts if isinstance(part, RunChannel))
        case tfx_channels.Channel():
            return Channel(
                our_artifact_class(channel.type),
                producer_component_id=channel.producer_component_id,
                output_key=channel.output_key,
            )
    raise not_in_ours(where, f"reads a {type(channel).__name__}")
