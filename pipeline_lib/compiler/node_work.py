"""What a node is to do: its executor, and the values that it is given."""

from __future__ import annotations

from typing import Any

from pipeline_lib import ir
from pipeline_lib.compiler.code import CodeDigests
from pipeline_lib.compiler.expression_inputs import ExpressionInputs
from pipeline_lib.compiler.level import Level
from pipeline_lib.compiler.runtime_parameters import RuntimeParameters
from pipeline_lib.compiler.source_bundles import SourceBundles
from pipeline_lib.dsl.binding import BoundParameter
from pipeline_lib.dsl.executor_spec import (
    BeamExecutorSpec,
    ContainerExecutorSpec,
    ExecutorClassSpec,
    FunctionExecutorSpec,
    ImporterSpec,
    ResolverSpec,
    SubPipelineSpec,
)
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.dsl.placeholder import Placeholder
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.ir.expressions import Expression, Literal


class NodeWork:
    """Lowers executors and parameters, noting the sources and the code that they depend on."""

    def __init__(
        self, runtime_parameters: RuntimeParameters, sources: SourceBundles, code: CodeDigests
    ) -> None:
        self._runtime_parameters = runtime_parameters
        self._sources = sources
        self._code = code

    def parameter(
        self, node: BaseNode, name: str, bound: BoundParameter, reader: ExpressionInputs
    ) -> ir.Parameter:
        """A parameter of a node, of what was given for it.

        Raises:
            UserModuleError: it is a module file that cannot be found.
        """
        if bound.type is ir.ParameterType.MODULE and bound.value is not None:
            where = f"Node {node.id!r}: parameter {name!r}"
            return ir.Parameter(bound.type, self._sources.add(bound.value, where, bound.defines))
        return ir.Parameter(bound.type, self.value(bound.value, reader))

    def value(self, value: Any, reader: ExpressionInputs) -> Expression:
        """A plain value, a runtime parameter or a future value as an expression."""
        match value:
            case RuntimeParameter():
                return self._runtime_parameters.use(value)
            case Placeholder():
                return value.to_expression(reader)
            case _:
                return Literal(value)

    def executor(self, node: BaseNode, level: Level, reader: ExpressionInputs) -> ir.Executor:
        """What executes a node.

        Raises:
            UserModuleError: its module cannot be found.
        """
        match node.executor_spec:
            case FunctionExecutorSpec(path):
                return ir.FunctionExecutor(path, self._code.add(path, _texts(node)))
            case ExecutorClassSpec(path=path, code_path=code_path):
                arguments = self._beam_arguments(node, level, reader)
                return ir.ClassExecutor(path, self._code.add(code_path, _texts(node)), arguments)
            case ContainerExecutorSpec(image, command):
                return ir.ContainerExecutor(image, command)
            case ImporterSpec(properties, custom_properties):
                return ir.ImportExecutor(
                    {name: self.value(value, reader) for name, value in properties.items()},
                    {name: self.value(value, reader) for name, value in custom_properties.items()},
                )
            case ResolverSpec(strategy_path, config):
                return ir.ResolveExecutor(
                    strategy_path,
                    {name: self.value(value, reader) for name, value in config.items()},
                )
            case SubPipelineSpec():
                return ir.PipelineExecutor(())

    def _beam_arguments(
        self, node: BaseNode, level: Level, reader: ExpressionInputs
    ) -> tuple[Expression, ...]:
        """Those of the pipelines around the node, outermost first, and the node's own."""
        if not isinstance(node.executor_spec, BeamExecutorSpec):
            return ()
        pipelines = [one.holder for one in level.path if isinstance(one.holder, Pipeline)]
        given = [argument for pipeline in pipelines for argument in pipeline.beam_pipeline_args]
        own = getattr(node, "beam_pipeline_args", [])
        return tuple(self.value(argument, reader) for argument in [*given, *own])


def _texts(node: BaseNode) -> list[str]:
    """The texts that a node is given as parameters."""
    given = (bound.value for bound in node.bound_parameters.values())
    return [value for value in given if isinstance(value, str)]
