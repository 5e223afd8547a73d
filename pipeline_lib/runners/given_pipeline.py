"""A pipeline as a runner is given it: as it was written, or compiled before."""

from __future__ import annotations

from pipeline_lib import ir
from pipeline_lib.compiler.compile import compile
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.metadata.connection import MetadataConnectionConfig


def as_compiled(pipeline: Pipeline | ir.Pipeline) -> ir.Pipeline:
    """The pipeline as it can be run.

    Raises:
        AuthoringError, InvalidPipelineError, UserModuleError: as `compile`.
    """
    return pipeline if isinstance(pipeline, ir.Pipeline) else compile(pipeline)


def own_store(pipeline: Pipeline | ir.Pipeline | None) -> MetadataConnectionConfig | None:
    """The store that a pipeline names; a compiled one names none."""
    config: MetadataConnectionConfig | None = getattr(pipeline, "metadata_connection_config", None)
    return config
