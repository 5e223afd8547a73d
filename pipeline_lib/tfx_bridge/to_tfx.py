"""Our pipelines as TFX's `Pipeline` messages."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tfx.dsl.compiler import constants
from tfx.orchestration.metadata import sqlite_metadata_connection_config
from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.ir.expressions import Literal, RuntimeParameterValue, SourceFile
from pipeline_lib.tfx_bridge.contexts import write_run_id
from pipeline_lib.tfx_bridge.executors_to_tfx import to_driver, to_executable
from pipeline_lib.tfx_bridge.expressions_to_tfx import to_placeholder
from pipeline_lib.tfx_bridge.nodes_to_tfx import NodeToTfx
from pipeline_lib.tfx_bridge.runtime_parameters import RuntimeParametersToTfx
from pipeline_lib.tfx_bridge.unsupported import not_in_tfx


def to_tfx(
    pipeline: ir.Pipeline,
    *,
    module_directory: str | os.PathLike[str] | None = None,
    metadata_path: str | os.PathLike[str] | None = None,
) -> pipeline_pb2.Pipeline:
    """The pipeline in TFX's format, which TFX's runners take.

    Executors of ours run in TFX where this library is installed. What has no place in TFX's format
    and changes no result is left out: descriptions of runtime parameters, digests of parts of the
    source.

    Args:
        pipeline: what to express in TFX's format.
        module_directory: where the user's modules are written, which TFX reads by path; needed
            only if the pipeline carries some.
        metadata_path: file of the SQLite store, for runners that take it from the pipeline.

    Raises:
        UnsupportedError: the pipeline uses what TFX's format cannot express; the message names
            the node and the feature.
    """
    if pipeline.exit_handler is not None:
        raise not_in_tfx(f"Node {pipeline.exit_handler.id!r}", "is an exit handler")
    if module_directory is not None:
        pipeline = _with_modules_in(pipeline, Path(module_directory))
    runtime_parameters = RuntimeParametersToTfx(pipeline.runtime_parameters)
    message = pipeline_pb2.Pipeline(execution_mode=pipeline_pb2.Pipeline.SYNC)
    message.pipeline_info.id = pipeline.name
    _write_root(message.runtime_spec.pipeline_root, pipeline, runtime_parameters)
    write_run_id(message.runtime_spec.pipeline_run_id)
    maker = NodeToTfx(pipeline, runtime_parameters, _downstream(pipeline))
    for node in pipeline.nodes:
        message.nodes.add().pipeline_node.CopyFrom(maker.make(node))
    message.deployment_config.Pack(_deployment(pipeline, metadata_path), deterministic=True)
    return message


def _write_root(
    value: pipeline_pb2.Value, pipeline: ir.Pipeline, runtime_parameters: RuntimeParametersToTfx
) -> None:
    where = f"Pipeline {pipeline.name!r}: root"
    match pipeline.root:
        case None | Literal(str()):
            value.runtime_parameter.name = constants.PIPELINE_ROOT_PARAMETER_NAME
            value.runtime_parameter.type = pipeline_pb2.RuntimeParameter.STRING
            if pipeline.root is not None:
                value.runtime_parameter.default_value.string_value = pipeline.root.value
        case RuntimeParameterValue(name):
            runtime_parameters.write(value.runtime_parameter, name, where)
        case expression:
            value.placeholder.CopyFrom(to_placeholder(expression, where))


def _deployment(
    pipeline: ir.Pipeline, metadata_path: str | os.PathLike[str] | None
) -> pipeline_pb2.IntermediateDeploymentConfig:
    message = pipeline_pb2.IntermediateDeploymentConfig()
    for node in pipeline.nodes:
        where = f"Node {node.id!r}"
        _pack(message.executor_specs, node.id, to_executable(node, where))
        _pack(message.custom_driver_specs, node.id, to_driver(node))
    if metadata_path is not None:
        config = sqlite_metadata_connection_config(os.fspath(metadata_path))
        message.metadata_connection_config.Pack(config)
    return message


def _pack(specifications: Any, node_id: str, specification: Any) -> None:
    if specification is not None:
        specifications[node_id].Pack(specification)


def _downstream(pipeline: ir.Pipeline) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node_id, upstream in pipeline.dependencies.items():
        for one in upstream:
            found.setdefault(one, []).append(node_id)
    return found


def _with_modules_in(pipeline: ir.Pipeline, directory: Path) -> ir.Pipeline:
    """The pipeline with its modules named by path; the files are written."""
    for bundle in pipeline.sources:
        for name, source in bundle.files.items():
            target = directory / bundle.digest / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source, encoding="utf-8")
    nodes = tuple(_with_paths(node, directory.absolute()) for node in pipeline.nodes)
    return replace(pipeline, nodes=nodes, sources=())


def _with_paths(node: ir.Node, directory: Path) -> ir.Node:
    parameters = {
        name: ir.Parameter(one.type, Literal(str(directory / one.value.digest / one.value.file)))
        if isinstance(one.value, SourceFile)
        else one
        for name, one in node.parameters.items()
    }
    return replace(node, parameters=parameters)
