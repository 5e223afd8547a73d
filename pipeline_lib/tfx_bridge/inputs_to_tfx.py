"""A node's inputs as TFX's."""

from __future__ import annotations

from typing import Any

from tfx.orchestration import data_types_utils
from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.ir.expressions import Literal
from pipeline_lib.ir.frozen import thaw
from pipeline_lib.tfx_bridge import contexts
from pipeline_lib.tfx_bridge.artifact_types import to_tfx_type
from pipeline_lib.tfx_bridge.strategies import tfx_strategy
from pipeline_lib.tfx_bridge.unsupported import not_in_tfx

_DataType = pipeline_pb2.InputGraph
_GRAPH = "graph_1"


def write_input(
    spec: pipeline_pb2.InputSpec, declared: ir.Input, pipeline_name: str, where: str
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
            case ir.NodeOutput(node_id, output_key):
                channel.producer_node_query.id = node_id
                contexts.add_pipeline(channel.context_queries, pipeline_name)
                contexts.add_current_run(channel.context_queries)
                contexts.add_node(channel.context_queries, pipeline_name, node_id)
                channel.output_key = output_key
            case ir.StoreQuery():
                _write_query(channel, source, pipeline_name, where)
            case _:
                raise not_in_tfx(where, "reads an input of the pipeline")
    spec.min_count = declared.min_count


def _write_query(channel: Any, query: ir.StoreQuery, pipeline_name: str, where: str) -> None:
    if query.tag:
        raise not_in_tfx(where, f"reads runs with the tag {query.tag!r}")
    if query.properties or query.custom_properties:
        raise not_in_tfx(
            where,
            "reads artifacts by the value of a property",
            "TFX ignores such a query: let a Resolver with a strategy pick them.",
        )
    name = query.pipeline_name or pipeline_name
    contexts.add_pipeline(channel.context_queries, name)
    if query.run_id:
        contexts.add_run(channel.context_queries, query.run_id)
    if query.node_id:
        contexts.add_node(channel.context_queries, name, query.node_id)
    channel.output_key = query.output_key


def write_resolver_inputs(
    inputs: pipeline_pb2.NodeInputs,
    node: ir.Node,
    executor: ir.ResolveExecutor,
    pipeline_name: str,
    where: str,
) -> None:
    """Fill `inputs` with the candidates of a resolver, and the strategy that picks among them.

    Raises:
        UnsupportedError: TFX cannot express a source, or an argument of the strategy.
    """
    graph = inputs.input_graphs[_GRAPH]
    choice = graph.nodes["op_1"]
    choice.output_data_type = _DataType.ARTIFACT_MULTIMAP
    choice.op_node.op_type = tfx_strategy(executor.strategy_path, where)
    choice.op_node.args.add(node_id="dict_2")
    for name, value in executor.config.items():
        if not isinstance(value, Literal):
            raise not_in_tfx(f"{where}: argument {name!r} of its strategy", "is no constant")
        argument = choice.op_node.kwargs[name].value
        data_types_utils.set_parameter_value(argument, thaw(value.value))
    candidates = graph.nodes["dict_2"]
    candidates.output_data_type = _DataType.ARTIFACT_MULTIMAP
    candidates.dict_node.SetInParent()
    for number, (key, declared) in enumerate(node.inputs.items(), start=3):
        if declared.hidden:
            write_input(inputs.inputs[key], declared, pipeline_name, f"{where}: input {key!r}")
            continue
        hidden = f"_generated_{declared.type.name.lower()}_{number}"
        write_input(inputs.inputs[hidden], declared, pipeline_name, f"{where}: input {key!r}")
        inputs.inputs[hidden].hidden = True
        inputs.inputs[hidden].min_count = 0
        inputs.inputs[key].input_graph_ref.graph_id = _GRAPH
        inputs.inputs[key].input_graph_ref.key = key
        inputs.inputs[key].min_count = declared.min_count
        graph.nodes[f"input_{number}"].output_data_type = _DataType.ARTIFACT_LIST
        graph.nodes[f"input_{number}"].input_node.input_key = hidden
        candidates.dict_node.node_ids[key] = f"input_{number}"
    graph.result_node = "op_1"
