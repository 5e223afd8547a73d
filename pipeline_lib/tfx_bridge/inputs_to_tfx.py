"""A node's inputs as TFX's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tfx.orchestration import data_types_utils
from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.ir.expressions import Literal, hidden_input_key
from pipeline_lib.ir.frozen import thaw
from pipeline_lib.tfx_bridge import contexts
from pipeline_lib.tfx_bridge.artifact_types import to_tfx_type
from pipeline_lib.tfx_bridge.level_to_tfx import LevelToTfx
from pipeline_lib.tfx_bridge.loop_operation import ELEMENT, TAKES_APART
from pipeline_lib.tfx_bridge.strategies import tfx_strategy
from pipeline_lib.tfx_bridge.unsupported import not_in_tfx

_DataType = pipeline_pb2.InputGraph
_GRAPH = "graph_1"


def write_inputs(
    inputs: pipeline_pb2.NodeInputs, node: ir.Node, level: LevelToTfx, where: str
) -> None:
    """Fill `inputs` with what arrives at a node; raises as `write_input`."""
    each = sorted(level.each.get(node.id, ()))
    for key, declared in node.inputs.items():
        if key not in each:
            write_input(inputs.inputs[key], declared, level, f"{where}: input {key!r}")
    if each:
        _write_loop(inputs, node, each, level, where)


def write_input(
    spec: pipeline_pb2.InputSpec, declared: ir.Input, level: LevelToTfx, where: str
) -> None:
    """Fill `spec` with what arrives at an input.

    Raises:
        UnsupportedError: TFX cannot express a source; the message begins with `where`.
    """
    for source in declared.sources:
        channel = spec.channels.add()
        channel.artifact_query.type.CopyFrom(to_tfx_type(declared.type))
        channel.artifact_query.type.properties.clear()
        match source:
            case ir.StoreQuery():
                _write_query(channel, source, level, where)
            case ir.NodeOutput(output_key=key) | ir.PipelineInput(key):
                producer, known_by = level.producer(source)
                channel.producer_node_query.id = producer
                _write_context_queries(channel, known_by)
                channel.output_key = key
    spec.min_count = declared.min_count


def _write_context_queries(channel: Any, known_by: Iterable[pipeline_pb2.ContextSpec]) -> None:
    for context in known_by:
        query = channel.context_queries.add()
        query.type.CopyFrom(context.type)
        query.name.CopyFrom(context.name)


def _write_query(channel: Any, query: ir.StoreQuery, level: LevelToTfx, where: str) -> None:
    if query.tag:
        raise not_in_tfx(where, f"reads runs with the tag {query.tag!r}")
    if query.properties or query.custom_properties:
        raise not_in_tfx(
            where,
            "reads artifacts by the value of a property",
            "TFX ignores such a query: let a Resolver with a strategy pick them.",
        )
    if level.is_inner and query.node_id and not query.pipeline_name:
        raise not_in_tfx(where, "is in a sub-pipeline and reads what a node wrote in earlier runs")
    name = query.pipeline_name or level.names[0]
    contexts.add_pipeline(channel.context_queries, name)
    if query.run_id:
        contexts.add_run(channel.context_queries, query.run_id)
    if query.node_id:
        contexts.add_node(channel.context_queries, name, query.node_id)
    channel.output_key = query.output_key


def _write_loop(
    inputs: pipeline_pb2.NodeInputs,
    node: ir.Node,
    each: Sequence[str],
    level: LevelToTfx,
    where: str,
) -> None:
    """The inputs at which a node gets one artifact after the other; all get the same."""
    declared = node.inputs[each[0]]
    hidden = _hidden_key(declared, 1)
    if hidden not in inputs.inputs:
        write_input(inputs.inputs[hidden], declared, level, f"{where}: input {each[0]!r}")
        inputs.inputs[hidden].hidden = True
        inputs.inputs[hidden].min_count = 0
    graph = inputs.input_graphs[_GRAPH]
    operation = _write_operation(graph, TAKES_APART, _DataType.ARTIFACT_MULTIMAP_LIST)
    data_types_utils.set_parameter_value(operation.kwargs["key"].value, ELEMENT)
    _write_candidate(graph, 3, ELEMENT, hidden)
    for key in each:
        inputs.inputs[key].input_graph_ref.graph_id = _GRAPH
        inputs.inputs[key].input_graph_ref.key = ELEMENT
        inputs.inputs[key].min_count = node.inputs[key].min_count


def _hidden_key(declared: ir.Input, number: int) -> str:
    match declared.sources:
        case (ir.NodeOutput(node_id, output_key),):
            return hidden_input_key(node_id, output_key)
    return f"_generated_{declared.type.name.lower()}_{number}"


def write_resolver_inputs(
    inputs: pipeline_pb2.NodeInputs,
    node: ir.Node,
    executor: ir.ResolveExecutor,
    level: LevelToTfx,
    where: str,
) -> None:
    """Fill `inputs` with the candidates of a resolver, and the strategy that picks among them.

    Raises:
        UnsupportedError: TFX cannot express a source, or an argument of the strategy.
    """
    graph = inputs.input_graphs[_GRAPH]
    strategy = tfx_strategy(executor.strategy_path, where)
    operation = _write_operation(graph, strategy, _DataType.ARTIFACT_MULTIMAP)
    for name, value in executor.config.items():
        if not isinstance(value, Literal):
            raise not_in_tfx(f"{where}: argument {name!r} of its strategy", "is no constant")
        argument = operation.kwargs[name].value
        data_types_utils.set_parameter_value(argument, thaw(value.value))
    for number, (key, declared) in enumerate(node.inputs.items(), start=3):
        if declared.hidden:
            write_input(inputs.inputs[key], declared, level, f"{where}: input {key!r}")
            continue
        hidden = _hidden_key(declared, number)
        write_input(inputs.inputs[hidden], declared, level, f"{where}: input {key!r}")
        inputs.inputs[hidden].hidden = True
        inputs.inputs[hidden].min_count = 0
        inputs.inputs[key].input_graph_ref.graph_id = _GRAPH
        inputs.inputs[key].input_graph_ref.key = key
        inputs.inputs[key].min_count = declared.min_count
        _write_candidate(graph, number, key, hidden)


def _write_operation(graph: pipeline_pb2.InputGraph, op_type: str, gives: Any) -> Any:
    """The operation of a graph, on inputs by key."""
    graph.result_node = "op_1"
    node = graph.nodes[graph.result_node]
    node.output_data_type = gives
    node.op_node.op_type = op_type
    node.op_node.args.add(node_id="dict_2")
    candidates = graph.nodes["dict_2"]
    candidates.output_data_type = _DataType.ARTIFACT_MULTIMAP
    candidates.dict_node.SetInParent()
    return node.op_node


def _write_candidate(graph: pipeline_pb2.InputGraph, number: int, key: str, hidden: str) -> None:
    """One of the inputs that the operation is on."""
    name = f"input_{number}"
    graph.nodes[name].output_data_type = _DataType.ARTIFACT_LIST
    graph.nodes[name].input_node.input_key = hidden
    graph.nodes["dict_2"].dict_node.node_ids[key] = name
