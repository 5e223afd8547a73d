"""Lowers authored nodes to IR nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline_lib import ir
from pipeline_lib.compiler.artifact_type import artifact_type
from pipeline_lib.compiler.channel_sources import ChannelSources
from pipeline_lib.compiler.code import CodeDigests
from pipeline_lib.compiler.expression_inputs import ExpressionInputs
from pipeline_lib.compiler.level import ITEM, Level
from pipeline_lib.compiler.levels import Levels
from pipeline_lib.compiler.node_options import options_of
from pipeline_lib.compiler.node_work import NodeWork
from pipeline_lib.compiler.runtime_parameters import RuntimeParameters
from pipeline_lib.compiler.source_bundles import SourceBundles
from pipeline_lib.dsl.binding import BoundInput
from pipeline_lib.dsl.block import Block
from pipeline_lib.dsl.channel import Channel, RunChannel, UnionChannel
from pipeline_lib.dsl.conditional import Cond
from pipeline_lib.dsl.executor_spec import ResolverSpec
from pipeline_lib.dsl.for_each import ForEach
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.expressions import Expression, Literal, Operation, Operator

LOOP_TYPE = "pipeline_lib.ForEach"
"""Type name of a loop's node in the store."""


def root_expression(pipeline: Pipeline, runtime_parameters: RuntimeParameters) -> Expression | None:
    """The pipeline root as an expression."""
    match pipeline.pipeline_root:
        case None:
            return None
        case RuntimeParameter() as parameter:
            return runtime_parameters.use(parameter)
        case root:
            return Literal(root)


class NodeLowering:
    """Lowers the nodes of one pipeline, collecting runtime parameters and sources on the way."""

    def __init__(
        self,
        pipeline: Pipeline,
        runtime_parameters: RuntimeParameters,
        sources: SourceBundles,
        code: CodeDigests,
    ) -> None:
        self._pipeline = pipeline
        self._runtime_parameters = runtime_parameters
        self._work = NodeWork(runtime_parameters, sources, code)
        self._levels = Levels(pipeline)
        self._channels = ChannelSources(self._levels)
        self._lowered: dict[BaseNode | Level, ir.Node] = {}

    def nodes(self) -> tuple[ir.Node, ...]:
        """The IR nodes of the pipeline's own level; sub-pipelines and loops hold the others."""
        self._lower_members(self._levels.top)
        return self._finished(self._levels.top)

    def exit_handler(self) -> ir.Node | None:
        """The IR node of the exit handler; call it after `nodes`."""
        handler = self._pipeline.exit_handler
        if handler is None:
            return None
        if isinstance(handler, Pipeline) or any(isinstance(one, ForEach) for one in handler.blocks):
            raise AuthoringError(
                f"Pipeline {self._pipeline.id!r}: its exit handler {handler.id!r} must be one "
                "component, not a pipeline, and outside of any ForEach block."
            )
        node = self._lower(handler, self._levels.top)
        return replace(node, options=replace(node.options, ignore_upstream_failure=True))

    def _lower_members(self, level: Level) -> None:
        """Lower all nodes before any holder is finished: reading across levels adds to holders."""
        for member in level.members:
            if isinstance(member, Level):
                self._lowered[member] = self._lower_loop(member, level)
                self._lower_members(member)
                continue
            self._lowered[member] = self._lower(member, level)
            if isinstance(member, Pipeline):
                self._lower_sub_pipeline(member)

    def _lower(self, node: BaseNode, level: Level) -> ir.Node:
        where = f"Node {node.id!r}"
        reader = ExpressionInputs(where, level, self._channels, self._runtime_parameters)
        parameters = {
            name: self._work.parameter(node, name, bound, reader)
            for name, bound in node.bound_parameters.items()
        }
        executor = self._work.executor(node, level, reader)
        condition = _condition(self._levels.own_blocks(node), reader)
        inputs = {
            key: self._input(node, key, bound, level) for key, bound in node.bound_inputs.items()
        }
        return ir.Node(
            id=node.id,
            type_name=node.type_name,
            executor=executor,
            inputs={**inputs, **reader.inputs},
            outputs={
                key: ir.Output(artifact_type(channel.type)) for key, channel in node.outputs.items()
            },
            parameters=parameters,
            condition=condition,
            upstream=self._levels.waited_for(level, node.id),
            options=options_of(node, level),
        )

    def _lower_loop(self, inner: Level, level: Level) -> ir.Node:
        """The node of a loop, as yet without what its inner nodes add."""
        loop = inner.holder
        assert isinstance(loop, ForEach)
        where = f"ForEach {inner.holder_id!r}"
        reader = ExpressionInputs(where, level, self._channels, self._runtime_parameters)
        parameters = {}
        if isinstance(loop.items, RunChannel):
            sources = self._channels.sources(loop.items, level, where)
            inner.inputs[ITEM] = ir.Input(artifact_type(loop.items.type), sources, min_count=0)
            over = ITEM
        else:
            over = inner.item_parameter
            value = self._work.value(loop.items, reader)
            parameters[over] = ir.Parameter(ir.ParameterType.JSON, value)
        condition = _condition(inner.blocks, reader)
        inner.inputs.update(reader.inputs)
        return ir.Node(
            id=inner.holder_id,
            type_name=LOOP_TYPE,
            executor=ir.PipelineExecutor(()),
            inputs=inner.inputs,
            parameters=parameters,
            condition=condition,
            upstream=self._levels.waited_for(level, inner.holder_id),
            loop=over,
        )

    def _lower_sub_pipeline(self, pipeline: Pipeline) -> None:
        inner = self._levels.inside(pipeline)
        inner.inputs.update(self._lowered[pipeline].inputs)
        self._lower_members(inner)
        for key, channel in pipeline.inner_outputs.items():
            reader = f"Output {key!r} of sub-pipeline {pipeline.id!r}"
            (source,) = self._channels.sources(channel, inner, reader)
            assert isinstance(source, ir.NodeOutput), "the pipeline lists the node that writes it"
            inner.outputs[key] = (source, artifact_type(channel.type))

    def _finished(self, level: Level) -> tuple[ir.Node, ...]:
        return tuple(self._finished_member(member) for member in level.members)

    def _finished_member(self, member: BaseNode | Level) -> ir.Node:
        node = self._lowered[member]
        if isinstance(member, Pipeline):
            member = self._levels.inside(member)
        if not isinstance(member, Level):
            return node
        outputs = {key: source for key, (source, _) in member.outputs.items()}
        return replace(
            node,
            executor=ir.PipelineExecutor(self._finished(member), outputs),
            inputs=member.inputs,
            outputs={key: ir.Output(written) for key, (_, written) in member.outputs.items()},
        )

    def _input(self, node: BaseNode, key: str, bound: BoundInput, level: Level) -> ir.Input:
        declared = bound.declared
        reader = f"Input {key!r} of node {node.id!r}"
        if declared.max_count == 1 and self._channels.are_collected(bound.channel, level):
            raise AuthoringError(
                f"{reader} takes one artifact, but outside of its ForEach block {bound.channel!r} "
                "is what all elements gave. Let the input take a list: "
                f"InputArtifact[list[{declared.type.__name__}]]."
            )
        return ir.Input(
            type=artifact_type(declared.type),
            sources=self._input_sources(node, bound.channel, level, reader),
            min_count=0 if bound.may_be_empty else 1,
            max_count=declared.max_count,
        )

    def _input_sources(
        self, node: BaseNode, channel: Channel | None, level: Level, reader: str
    ) -> tuple[ir.InputSource, ...]:
        if not isinstance(node.executor_spec, ResolverSpec):
            return self._channels.sources(channel, level, reader)
        assert channel is not None, "a resolver's inputs are all given"
        return tuple(
            source
            for one in _parts(channel)
            for source in (
                self._channels.sources(one, level, reader)
                if isinstance(one, RunChannel)
                else (_store_query(one),)
            )
        )


def _parts(channel: Channel) -> Sequence[Channel]:
    """The channels that a union is made of, or the channel itself."""
    if isinstance(channel, UnionChannel):
        return [part for one in channel.channels for part in _parts(one)]
    return [channel]


def _store_query(channel: Channel) -> ir.StoreQuery:
    properties = channel.additional_properties
    custom_properties = channel.additional_custom_properties
    return ir.StoreQuery(
        node_id=channel.producer_component_id or "",
        output_key=channel.output_key or "",
        pipeline_name=channel.pipeline_name or "",
        run_id=channel.run_id or "",
        tag=channel.tag or "",
        properties={name: Literal(value) for name, value in properties.items()},
        custom_properties={name: Literal(value) for name, value in custom_properties.items()},
    )


def _condition(blocks: Sequence[Block], reader: ExpressionInputs) -> Expression | None:
    predicates = [
        block.predicate.to_expression(reader) for block in blocks if isinstance(block, Cond)
    ]
    if len(predicates) < 2:
        return predicates[0] if predicates else None
    return Operation(Operator.AND, tuple(predicates))
