"""One set of nodes that wait for each other, and the keys at which artifacts get into it."""

from __future__ import annotations

from collections.abc import Container, Sequence

from pipeline_lib import ir
from pipeline_lib.compiler.artifact_type import artifact_type
from pipeline_lib.dsl.block import Block
from pipeline_lib.dsl.channel import (
    Channel,
    LoopChannel,
    OutputChannel,
    PipelineInputChannel,
)
from pipeline_lib.dsl.for_each import ForEach
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.ir.expressions import LOOP_VALUE, hidden_input_key

ITEM = "item"
"""Key of the input through which a loop over artifacts is given them."""


class Level:
    """Nodes that wait for each other.

    Attributes:
        holder: the sub-pipeline or loop that the level is in the one around it, or the pipeline.
        holder_id: id of the IR node that stands for it.
        parent: the level around; `None` for that of the pipeline.
        blocks: `with` blocks that the holder is in, and its members with it.
        members: nodes and levels, in the order in which they are listed.
        inputs: inputs of the holder that its members' reading has made.
        outputs: outputs of the holder, with what writes them.
    """

    def __init__(
        self,
        holder: Pipeline | ForEach,
        holder_id: str,
        parent: Level | None,
        blocks: tuple[Block, ...],
    ) -> None:
        self.holder = holder
        self.holder_id = holder_id
        self.parent = parent
        self.blocks = blocks
        self.members: list[BaseNode | Level] = []
        self.inputs: dict[str, ir.Input] = {}
        self.outputs: dict[str, tuple[ir.NodeOutput, ir.ArtifactType]] = {}
        self._captured: dict[Channel, str] = {}

    @property
    def path(self) -> list[Level]:
        """The level and those around it, outermost first."""
        return [*(self.parent.path if self.parent else []), self]

    def around(self, holder: Pipeline | ForEach) -> Level | None:
        """The level of that holder, if this one is it or is inside of it."""
        return next((one for one in self.path if one.holder is holder), None)

    def depth_in_common(self, other: Level) -> int:
        """How many levels this one and another have around them both, themselves included."""
        return common_length(self.path, other.path)

    @property
    def item_parameter(self) -> str:
        """Name under which the nodes of a loop over values read the value."""
        return self.holder_id + LOOP_VALUE

    def capture(self, channel: Channel, sources: tuple[ir.InputSource, ...]) -> ir.PipelineInput:
        """Bring a channel from the level around into this one."""
        if channel not in self._captured:
            key = key_of_hidden_input(channel, self.inputs)
            self._captured[channel] = key
            self.inputs[key] = ir.Input(artifact_type(channel.type), sources, min_count=0)
        return ir.PipelineInput(self._captured[channel])

    def export(self, channel: OutputChannel, source: ir.NodeOutput) -> ir.NodeOutput:
        """Bring an output of an inner node to the level around."""
        key = f"{source.node_id}.{source.output_key}"
        self.outputs[key] = (source, artifact_type(channel.type))
        return ir.NodeOutput(self.holder_id, key)


def common_length(one: Sequence[object], other: Sequence[object]) -> int:
    """How many elements two sequences begin with in common."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left is not right:
            break
        count += 1
    return count


def free_key(wanted: str, taken: Container[str]) -> str:
    """A name, numbered if it is taken."""
    key, count = wanted, 1
    while key in taken:
        count += 1
        key = f"{wanted}_{count}"
    return key


def key_of_hidden_input(channel: Channel, taken: Container[str]) -> str:
    """Key of an input that no author named, which brings the channel to a node."""
    match channel:
        case OutputChannel(producer=producer, output_key=key):
            wanted = hidden_input_key(producer.id, key)
        case LoopChannel(loop=loop):
            wanted = hidden_input_key(loop.name, ITEM)
        case PipelineInputChannel(output_key=key):
            wanted = hidden_input_key("PipelineInputs", key)
        case _:
            wanted = hidden_input_key("", channel.output_key or "union")
    return free_key(wanted, taken)
