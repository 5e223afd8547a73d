"""A pipeline of ours, and the sub-pipelines in it, as messages of TFX's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tfx.dsl.compiler import constants
from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.ir.expressions import Literal, RuntimeParameterValue
from pipeline_lib.tfx_bridge.contexts import write_run_id
from pipeline_lib.tfx_bridge.executors_to_tfx import to_driver, to_executable
from pipeline_lib.tfx_bridge.expressions_to_tfx import to_placeholder
from pipeline_lib.tfx_bridge.level_to_tfx import LevelToTfx
from pipeline_lib.tfx_bridge.nodes_to_tfx import NodeToTfx
from pipeline_lib.tfx_bridge.runtime_parameters import RuntimeParametersToTfx
from pipeline_lib.tfx_bridge.sub_pipelines_to_tfx import begin_node, end_node

_Member = pipeline_pb2.Pipeline.PipelineOrNode


class PipelineToTfx:
    """Makes the message of one pipeline.

    Args:
        pipeline: what to express in TFX's format.
        metadata_connection_config: TFX's, for runners that take it from the pipeline.
    """

    def __init__(self, pipeline: ir.Pipeline, metadata_connection_config: Any) -> None:
        self._pipeline = pipeline
        self._connection = metadata_connection_config
        self._runtime_parameters = RuntimeParametersToTfx(pipeline.runtime_parameters)

    def make(self) -> pipeline_pb2.Pipeline:
        """The message.

        Raises:
            UnsupportedError: TFX cannot express something of the pipeline.
        """
        level = LevelToTfx((self._pipeline.name,), self._pipeline.nodes, {})
        return self._message(level, [*self._members(level)])

    def _message(self, level: LevelToTfx, members: list[Any]) -> pipeline_pb2.Pipeline:
        message = pipeline_pb2.Pipeline(execution_mode=pipeline_pb2.Pipeline.SYNC)
        message.pipeline_info.id = level.names[-1]
        message.pipeline_info.parent_ids.extend(level.names[:-1])
        self._write_root(message.runtime_spec.pipeline_root)
        write_run_id(message.runtime_spec.pipeline_run_id, level.names)
        message.nodes.extend(members)
        message.deployment_config.Pack(self._deployment(level), deterministic=True)
        return message

    def _members(self, level: LevelToTfx) -> Iterator[Any]:
        maker = NodeToTfx(self._pipeline, self._runtime_parameters, level)
        for node in level.nodes:
            if isinstance(node.executor, ir.PipelineExecutor):
                inner = level.inside(node, node.executor)
                begin = _Member(pipeline_node=begin_node(node, maker, inner))
                end = _Member(pipeline_node=end_node(node, level, inner))
                members = [begin, *self._members(inner), end]
                yield _Member(sub_pipeline=self._message(inner, members))
            else:
                yield _Member(pipeline_node=maker.make(node))

    def _write_root(self, value: pipeline_pb2.Value) -> None:
        where = f"Pipeline {self._pipeline.name!r}: root"
        match self._pipeline.root:
            case None | Literal(str()) as root:
                value.runtime_parameter.name = constants.PIPELINE_ROOT_PARAMETER_NAME
                value.runtime_parameter.type = pipeline_pb2.RuntimeParameter.STRING
                if root is not None:
                    value.runtime_parameter.default_value.string_value = root.value
            case RuntimeParameterValue(name):
                self._runtime_parameters.write(value.runtime_parameter, name, where)
            case expression:
                value.placeholder.CopyFrom(to_placeholder(expression, where))

    def _deployment(self, level: LevelToTfx) -> pipeline_pb2.IntermediateDeploymentConfig:
        message = pipeline_pb2.IntermediateDeploymentConfig()
        for node in level.nodes:
            where = f"Node {node.id!r}"
            _pack(message.executor_specs, node.id, to_executable(node, where))
            _pack(message.custom_driver_specs, node.id, to_driver(node))
        if self._connection is not None and not level.is_inner:
            message.metadata_connection_config.Pack(self._connection)
        return message


def _pack(specifications: Any, node_id: str, specification: Any) -> None:
    if specification is not None:
        specifications[node_id].Pack(specification)
