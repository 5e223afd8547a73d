"""Where a node finds what a channel holds: in its own level, around it, or further inside."""

from __future__ import annotations

from pipeline_lib import ir
from pipeline_lib.compiler.level import ITEM, Level
from pipeline_lib.compiler.levels import Levels
from pipeline_lib.dsl.channel import (
    Channel,
    LoopChannel,
    OutputChannel,
    PipelineInputChannel,
    UnionChannel,
)
from pipeline_lib.dsl.for_each import ForEach
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.errors import AuthoringError


class ChannelSources:
    """Brings what a channel holds to the level that reads it.

    What inner nodes read from outside becomes an input of the holder of their level, what outer
    nodes read from inside becomes an output of it.
    """

    def __init__(self, levels: Levels) -> None:
        self._levels = levels

    def sources(
        self, channel: Channel | None, level: Level, reader: str
    ) -> tuple[ir.InputSource, ...]:
        """Where a node of `level` finds what a channel holds.

        Raises:
            AuthoringError: it cannot reach it; the message begins with `reader`.
        """
        match channel:
            case None:
                return ()
            case UnionChannel(channels=channels):
                found = (self.sources(one, level, reader) for one in channels)
                return tuple(source for sources in found for source in sources)
            case OutputChannel():
                return (self._output(channel, level, reader),)
            case LoopChannel(loop=loop):
                return (self._input_of(channel, loop, ITEM, level, reader),)
            case PipelineInputChannel(inputs=inputs, output_key=key):
                pipeline = self._levels.pipeline_with(inputs, level)
                if pipeline is None:
                    raise AuthoringError(
                        f"{reader} reads {channel!r}, of inputs that no pipeline was given. Give "
                        "them to the one around it: Pipeline(..., inputs=...)."
                    )
                return (self._input_of(channel, pipeline, key, level, reader),)
        raise AuthoringError(
            f"{reader} reads {channel!r}, which no node of this pipeline writes. "
            "Read artifacts of earlier runs through a Resolver."
        )

    def are_collected(self, channel: Channel | None, level: Level) -> bool:
        """Whether a node of `level` finds in the channel what all elements of a loop gave."""
        match channel:
            case UnionChannel(channels=channels):
                return any(self.are_collected(one, level) for one in channels)
            case OutputChannel(producer=producer):
                home = self._levels.level_of(producer)
                inside = home.path[home.depth_in_common(level) :] if home else []
                if any(isinstance(one.holder, ForEach) for one in inside):
                    return True
                if isinstance(producer, Pipeline) and home:
                    written = producer.inner_outputs[channel.output_key]
                    return self.are_collected(written, self._levels.inside(producer))
            case PipelineInputChannel(inputs=inputs, output_key=key):
                pipeline = self._levels.pipeline_with(inputs, level)
                around = pipeline and self._levels.inside(pipeline).parent
                return bool(around and self.are_collected(inputs.raw_inputs[key], around))
        return False

    def _output(self, channel: OutputChannel, level: Level, reader: str) -> ir.InputSource:
        home = self._levels.level_of(channel.producer)
        if home is None:
            raise AuthoringError(f"{reader} reads {channel!r}, of a node that no pipeline lists.")
        if home is level:
            return ir.NodeOutput(channel.producer.id, channel.output_key)
        if level not in home.path:
            return self._captured(channel, level, reader)
        inner = home.path[home.path.index(level) + 1]
        if isinstance(inner.holder, Pipeline):
            raise AuthoringError(
                f"{reader} reads {channel!r}, which is inside sub-pipeline "
                f"{inner.holder_id!r}. Declare it in its outputs={{...}} and read those."
            )
        source = self._output(channel, inner, reader)
        assert isinstance(source, ir.NodeOutput), "an output that is inside is written there"
        return inner.export(channel, source)

    def _input_of(
        self, channel: Channel, holder: Pipeline | ForEach, key: str, level: Level, reader: str
    ) -> ir.PipelineInput:
        home = level.around(holder)
        if home is None:
            raise AuthoringError(f"{reader} reads {channel!r}, but is not inside {holder!r}.")
        return ir.PipelineInput(key) if home is level else self._captured(channel, level, reader)

    def _captured(self, channel: Channel, level: Level, reader: str) -> ir.PipelineInput:
        if isinstance(level.holder, Pipeline) or level.parent is None:
            raise AuthoringError(
                f"{reader} in sub-pipeline {level.holder_id!r} reads {channel!r}, which is outside "
                "of it. Declare it: Pipeline(..., inputs=PipelineInputs({...}))."
            )
        return level.capture(channel, self.sources(channel, level.parent, reader))
