"""Messages of TFX's without what only TFX says, for comparison."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tfx.proto.orchestration import pipeline_pb2


def without_annotations(pipeline: Any) -> str:
    """As text, without annotations of components and the order of a map."""
    copy = pipeline_pb2.Pipeline()
    copy.CopyFrom(pipeline)
    deployments = list(map(_taken_deployment, _pipelines(copy)))
    for one in _nodes(copy):
        one.node_info.type.ClearField("base_type")
    return f"{copy}{deployments}"


def _pipelines(pipeline: Any) -> Iterator[Any]:
    yield pipeline
    for one in pipeline.nodes:
        if one.HasField("sub_pipeline"):
            yield from _pipelines(one.sub_pipeline)


def _nodes(pipeline: Any) -> Iterator[Any]:
    for one in _pipelines(pipeline):
        yield from (each.pipeline_node for each in one.nodes if each.HasField("pipeline_node"))


def _taken_deployment(pipeline: Any) -> Any:
    deployment = pipeline_pb2.IntermediateDeploymentConfig()
    pipeline.deployment_config.Unpack(deployment)
    pipeline.ClearField("deployment_config")
    return deployment
