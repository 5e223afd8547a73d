"""Lowers one authored node to an IR node."""

from __future__ import annotations

from typing import Any

from pipeline_lib import ir
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.compiler.runtime_parameters import RuntimeParameters
from pipeline_lib.compiler.source_bundles import SourceBundles
from pipeline_lib.compiler.source_digest import source_digest
from pipeline_lib.dsl.base_component import BaseComponent
from pipeline_lib.dsl.channel import Channel, OutputChannel
from pipeline_lib.dsl.component_spec import BoundInput, BoundParameter
from pipeline_lib.dsl.executor_spec import (
    BeamExecutorSpec,
    ContainerExecutorSpec,
    ExecutorClassSpec,
    FunctionExecutorSpec,
    ImporterSpec,
    ResolverSpec,
)
from pipeline_lib.dsl.import_path import import_path
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.expressions import Expression, Literal, Operation, Operator, hidden_input_key


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
        self, pipeline: Pipeline, runtime_parameters: RuntimeParameters, sources: SourceBundles
    ) -> None:
        self._pipeline = pipeline
        self._runtime_parameters = runtime_parameters
        self._sources = sources

    def lower(self, node: BaseNode) -> ir.Node:
        """The IR node of `node`."""
        inputs = {key: self._input(node, key, bound) for key, bound in node.bound_inputs.items()}
        inputs.update(_condition_inputs(node))
        return ir.Node(
            id=node.id,
            type_name=node.type_name,
            executor=self._executor(node),
            inputs=inputs,
            outputs={
                key: ir.Output(artifact_type(channel.type)) for key, channel in node.outputs.items()
            },
            parameters={
                name: self._parameter(node, name, bound)
                for name, bound in node.bound_parameters.items()
            },
            condition=_condition(node),
            upstream=tuple(sorted(upstream.id for upstream in node.upstream_nodes)),
            options=ir.NodeOptions(enable_cache=node.enable_cache),
        )

    def _input(self, node: BaseNode, key: str, bound: BoundInput) -> ir.Input:
        declared = bound.declared
        return ir.Input(
            type=artifact_type(declared.type),
            sources=_sources(node, key, bound.channel),
            min_count=0 if declared.optional else 1,
            max_count=declared.max_count,
        )

    def _parameter(self, node: BaseNode, name: str, bound: BoundParameter) -> ir.Parameter:
        if bound.type is ir.ParameterType.MODULE and bound.value is not None:
            where = f"Node {node.id!r}: parameter {name!r}"
            return ir.Parameter(bound.type, self._sources.add(bound.value, where, bound.defines))
        return ir.Parameter(bound.type, self._value(bound.value))

    def _value(self, value: Any) -> Expression:
        if isinstance(value, RuntimeParameter):
            return self._runtime_parameters.use(value)
        return Literal(value)

    def _executor(self, node: BaseNode) -> ir.Executor:
        match node.executor_spec:
            case FunctionExecutorSpec(path):
                return ir.FunctionExecutor(path, source_digest(path))
            case ExecutorClassSpec(path=path):
                arguments = self._beam_arguments(node)
                return ir.ClassExecutor(path, source_digest(path), arguments)
            case ContainerExecutorSpec(image, command):
                return ir.ContainerExecutor(image, command)
            case ImporterSpec(properties, custom_properties):
                return ir.ImportExecutor(
                    {name: self._value(value) for name, value in properties.items()},
                    {name: self._value(value) for name, value in custom_properties.items()},
                )
            case ResolverSpec(strategy_path):
                return ir.ResolveExecutor(strategy_path)

    def _beam_arguments(self, node: BaseNode) -> tuple[Expression, ...]:
        if not isinstance(node.executor_spec, BeamExecutorSpec):
            return ()
        own = node.beam_pipeline_args if isinstance(node, BaseComponent) else []
        return tuple(map(self._value, [*self._pipeline.beam_pipeline_args, *own]))


def artifact_type(artifact_class: type[Artifact]) -> ir.ArtifactType:
    """The IR's artifact type of an artifact class."""
    return ir.ArtifactType(
        name=artifact_class.TYPE_NAME,
        properties={name: declared.type for name, declared in artifact_class.PROPERTIES.items()},
        class_path=import_path(artifact_class, "Artifact type"),
    )


def _sources(node: BaseNode, key: str, channel: Channel | None) -> tuple[ir.InputSource, ...]:
    match channel:
        case None:
            return ()
        case OutputChannel():
            return (ir.NodeOutput(channel.producer.id, channel.output_key),)
        case _ if isinstance(node.executor_spec, ResolverSpec):
            return (ir.StoreQuery(channel.producer_component_id or "", channel.output_key or ""),)
    raise AuthoringError(
        f"Input {key!r} of node {node.id!r} reads {channel!r}, which no node of this pipeline "
        "writes. Read artifacts of earlier runs through a Resolver."
    )


def _condition_inputs(node: BaseNode) -> dict[str, ir.Input]:
    """Hidden inputs that bring to the node what its condition reads."""
    channels = [channel for predicate in node.conditions for channel in predicate.channels]
    return {
        _condition_key(channel): ir.Input(
            type=artifact_type(channel.type),
            sources=(ir.NodeOutput(channel.producer.id, channel.output_key),),
            hidden=True,
        )
        for channel in channels
    }


def _condition_key(channel: OutputChannel) -> str:
    return hidden_input_key(channel.producer.id, channel.output_key)


def _condition(node: BaseNode) -> Expression | None:
    predicates = [predicate.to_expression(_condition_key) for predicate in node.conditions]
    if len(predicates) < 2:
        return predicates[0] if predicates else None
    return Operation(Operator.AND, tuple(predicates))
