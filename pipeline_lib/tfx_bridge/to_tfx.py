"""Our pipelines as TFX's `Pipeline` messages."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from tfx.orchestration.metadata import sqlite_metadata_connection_config
from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.ir.expressions import Literal, SourceFile
from pipeline_lib.tfx_bridge.pipelines_to_tfx import PipelineToTfx
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
    source, names of loops.

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
    connection = None
    if metadata_path is not None:
        connection = sqlite_metadata_connection_config(os.fspath(metadata_path))
    return PipelineToTfx(pipeline, connection).make()


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
    if isinstance(node.executor, ir.PipelineExecutor):
        inner = tuple(_with_paths(one, directory) for one in node.executor.nodes)
        node = replace(node, executor=replace(node.executor, nodes=inner))
    parameters = {
        name: ir.Parameter(one.type, Literal(str(directory / one.value.digest / one.value.file)))
        if isinstance(one.value, SourceFile)
        else one
        for name, one in node.parameters.items()
    }
    return replace(node, parameters=parameters)
