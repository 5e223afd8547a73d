"""Exit handlers, which TFX gives to a runner and this library to the pipeline."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.errors import UnsupportedError


def sole_handler(runner: str, given: BaseNode | Sequence[BaseNode]) -> BaseNode:
    """The one node that was given to a runner, on its own or in a list.

    Raises:
        UnsupportedError: it is not one node.
    """
    handlers = [given] if isinstance(given, BaseNode) else list(given)
    if len(handlers) != 1:
        raise UnsupportedError(f"{runner}: a pipeline has one exit handler, got {handlers!r}.")
    return handlers[0]


def with_exit_handler(pipeline: Pipeline, handler: BaseNode | None) -> Pipeline:
    """The pipeline with a handler, if there is one."""
    if handler is None:
        return pipeline
    return Pipeline(
        pipeline.pipeline_name,
        pipeline.pipeline_root,
        components=pipeline.components,
        enable_cache=pipeline.enable_cache,
        metadata_connection_config=pipeline.metadata_connection_config,
        beam_pipeline_args=pipeline.beam_pipeline_args,
        exit_handler=handler,
    )
