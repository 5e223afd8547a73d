"""The inputs of a node that its condition and parameters read."""

from __future__ import annotations

from pipeline_lib import ir
from pipeline_lib.compiler.artifact_type import artifact_type
from pipeline_lib.compiler.channel_sources import ChannelSources
from pipeline_lib.compiler.level import Level, key_of_hidden_input
from pipeline_lib.compiler.runtime_parameters import RuntimeParameters
from pipeline_lib.dsl.channel import RunChannel
from pipeline_lib.dsl.for_each import ForEach
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.expressions import Expression, RuntimeParameterValue


class ExpressionInputs:
    """Tells the placeholders of one node what they read, and collects it.

    Attributes:
        inputs: the hidden inputs that the expressions need.
    """

    def __init__(
        self,
        node: str,
        level: Level,
        channels: ChannelSources,
        runtime_parameters: RuntimeParameters,
    ) -> None:
        self.inputs: dict[str, ir.Input] = {}
        self._node = node
        self._level = level
        self._channels = channels
        self._runtime_parameters = runtime_parameters
        self._keys: dict[RunChannel, str] = {}

    def input_key(self, channel: RunChannel) -> str:
        """Key of the hidden input that brings the channel to the node."""
        if channel not in self._keys:
            key = key_of_hidden_input(channel, self.inputs)
            self._keys[channel] = key
            self.inputs[key] = ir.Input(
                type=artifact_type(channel.type),
                sources=self._channels.sources(channel, self._level, self._node),
                hidden=True,
            )
        return self._keys[channel]

    def runtime_parameter(self, parameter: RuntimeParameter) -> Expression:
        """The value that the run is given."""
        return self._runtime_parameters.use(parameter)

    def loop_value(self, loop: ForEach) -> Expression:
        """The value that the loop has come to.

        Raises:
            AuthoringError: the node is not in that loop.
        """
        level = self._level.around(loop)
        if level is None:
            raise AuthoringError(
                f"{self._node} reads the element of {loop!r}, but is not made inside its 'with' "
                "block."
            )
        return RuntimeParameterValue(level.item_parameter)
