"""TFX's inputs of a node as ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tfx.dsl.compiler import constants
from tfx.orchestration import data_types_utils
from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.ir.expressions import Expression, Literal
from pipeline_lib.tfx_bridge.loop_operation import TAKES_APART
from pipeline_lib.tfx_bridge.strategies import our_strategy
from pipeline_lib.tfx_bridge.sub_pipeline_ends import BEGIN, END
from pipeline_lib.tfx_bridge.unsupported import not_in_ours

OutputTypes = Mapping[tuple[str, str], ir.ArtifactType]
"""The artifact type of each output, by node id and key."""


class InputsFromTfx:
    """Reads the inputs of the nodes of one pipeline.

    Args:
        names: of the pipelines around, outermost first, and of the pipeline.
        types: of the outputs of the nodes that come before.
    """

    def __init__(self, names: Sequence[str], types: OutputTypes) -> None:
        self._names = tuple(names)
        self._types = types
        self._sub_pipelines: dict[str, str] = {}

    def read(
        self, message: pipeline_pb2.NodeInputs, where: str, *, is_resolver: bool = False
    ) -> dict[str, ir.Input]:
        """The inputs by key; of a resolver the candidates that it picks from.

        Raises:
            UnsupportedError: we have nothing like one of them; the message begins with `where`.
        """
        if not is_resolver and not all(map(_is_loop, message.input_graphs.values())):
            raise not_in_ours(where, "reads what a resolver function gives")
        return {
            key: self._input(message, key, f"{where}: input {key!r}")
            for key, spec in sorted(message.inputs.items())
            if not spec.hidden
        }

    def know_sub_pipeline(self, id: str) -> None:
        """Take note of a sub-pipeline, whose last node others read from."""
        self._sub_pipelines[id + END] = id

    def each(self, message: pipeline_pb2.NodeInputs) -> frozenset[str]:
        """Keys of the inputs at which a component gets one artifact after the other."""
        return frozenset(
            key for key, spec in message.inputs.items() if spec.HasField("input_graph_ref")
        )

    def strategy(self, message: pipeline_pb2.NodeInputs, where: str) -> ir.ResolveExecutor:
        """What a resolver picks its artifacts with.

        Raises:
            UnsupportedError: we have no such strategy.
        """
        used = {spec.input_graph_ref.graph_id for spec in message.inputs.values()} - {""}
        if len(used) != 1:
            raise not_in_ours(where, "is a resolver without a strategy")
        graph = message.input_graphs[used.pop()]
        operation = graph.nodes[graph.result_node].op_node
        return ir.ResolveExecutor(
            our_strategy(operation.op_type, where),
            {name: _argument(one, name, where) for name, one in operation.kwargs.items()},
        )

    def _input(self, message: pipeline_pb2.NodeInputs, key: str, where: str) -> ir.Input:
        spec = message.inputs[key]
        found = list(self._channels(message, spec, where))
        if not found:
            raise not_in_ours(where, "reads neither a node nor the store")
        return ir.Input(
            type=found[0][0],
            sources=tuple(source for _, source in found),
            min_count=spec.min_count,
            # TFX's compiler and ours give the inputs that expressions read such keys.
            hidden=key.startswith("_") and "." in key,
        )

    def _channels(self, message: pipeline_pb2.NodeInputs, spec: Any, where: str) -> Any:
        for channel in spec.channels:
            yield self._source(channel, where)
        for key in spec.mixed_inputs.input_keys:
            yield from self._channels(message, message.inputs[key], where)
        if spec.static_inputs.artifact_ids:
            raise not_in_ours(where, "names artifacts by their ids")
        if spec.HasField("input_graph_ref"):
            yield from self._candidates(message, spec.input_graph_ref, where)

    def _candidates(self, message: pipeline_pb2.NodeInputs, reference: Any, where: str) -> Any:
        """What a resolver's strategy chooses from, or a loop goes over."""
        graph = message.input_graphs[reference.graph_id]
        operation = graph.nodes[graph.result_node].op_node
        # TFX's resolvers and loops give their operation one argument: all inputs by key.
        candidates = graph.nodes[operation.args[0].node_id].dict_node.node_ids
        node = graph.nodes[candidates[reference.key]].input_node
        yield from self._channels(message, message.inputs[node.input_key], where)

    def _source(self, channel: Any, where: str) -> tuple[ir.ArtifactType, ir.InputSource]:
        if channel.HasField("metadata_connection_config"):
            raise not_in_ours(where, "reads another store")
        names = {one.type.name: one.name for one in reversed(channel.context_queries)}
        pipeline = _text(names.get(constants.PIPELINE_CONTEXT_TYPE_NAME))
        node = _text(names.get(constants.NODE_CONTEXT_TYPE_NAME)).removeprefix(f"{pipeline}.")
        run = names.get(constants.PIPELINE_RUN_CONTEXT_TYPE_NAME)
        declared = ir.ArtifactType(channel.artifact_query.type.name)
        if run is not None and not run.HasField("field_value"):
            key = (channel.producer_node_query.id or node, channel.output_key)
            return self._types.get(key, declared), self._in_this_run(*key)
        is_inner = len(self._names) > 1
        if pipeline in self._names[1:] or (is_inner and node and pipeline == self._names[0]):
            raise not_in_ours(where, "reads what a sub-pipeline wrote in earlier runs")
        return self._stored_type(declared), ir.StoreQuery(
            node_id=node,
            output_key=channel.output_key,
            pipeline_name="" if pipeline == self._names[0] else pipeline,
            run_id=_text(run),
        )

    def is_begin(self, node_id: str) -> bool:
        """Whether it is the node that hands on what the sub-pipeline reads."""
        return len(self._names) > 1 and node_id == self._names[-1] + BEGIN

    def _in_this_run(self, producer: str, output_key: str) -> ir.InputSource:
        if self.is_begin(producer):
            return ir.PipelineInput(output_key)
        return ir.NodeOutput(self._sub_pipelines.get(producer, producer), output_key)

    def _stored_type(self, declared: ir.ArtifactType) -> ir.ArtifactType:
        """TFX's queries name the type and leave out its properties."""
        known = [one for one in self._types.values() if one.name == declared.name]
        return known[0] if known else declared


def _is_loop(graph: pipeline_pb2.InputGraph) -> bool:
    """Whether it does nothing but take the artifacts of one input apart."""
    operation = graph.nodes[graph.result_node].op_node
    if operation.op_type != TAKES_APART:
        return False
    given = graph.nodes[operation.args[0].node_id].dict_node.node_ids
    return [graph.nodes[one].WhichOneof("kind") for one in given.values()] == ["input_node"]


def _text(value: pipeline_pb2.Value | None) -> str:
    return value.field_value.string_value if value is not None else ""


def _argument(argument: Any, name: str, where: str) -> Expression:
    value = argument.value
    if value.WhichOneof("value") != "field_value":
        raise not_in_ours(f"{where}: argument {name!r} of its strategy", "is no constant")
    schema = value.schema if value.HasField("schema") else None
    return Literal(data_types_utils.get_parsed_value(value.field_value, schema))
