"""`ImportSchemaGen`: what an author writes; it loads nothing heavy."""

from __future__ import annotations

from typing import Literal

from pipeline_lib import (
    BaseComponent,
    ChannelParameter,
    ComponentSpec,
    ExecutionParameter,
    ExecutorClassSpec,
    InputPath,
    RuntimeParameter,
)
from pipeline_lib.artifacts import standard_artifacts


class ImportSchemaGenSpec(ComponentSpec):
    """Reads a schema from outside the pipeline, writes `Schema`."""

    PARAMETERS = {"schema_file": ExecutionParameter(type=InputPath)}
    INPUTS = {}
    OUTPUTS = {"schema": ChannelParameter(type=standard_artifacts.Schema)}


class ImportSchemaGen(BaseComponent[Literal["schema"]]):
    """Takes a schema that is kept with the code, in place of one inferred by `SchemaGen`.

    Args:
        schema_file: path of a `tensorflow_metadata` `Schema` in text form; it is checked and
            copied as it is. Its content decides whether a cached result can be used.

    Outputs:
        schema: `Schema`.
    """

    SPEC_CLASS = ImportSchemaGenSpec
    EXECUTOR_SPEC = ExecutorClassSpec("components.import_schema_gen.executor:Executor")

    def __init__(self, schema_file: str | RuntimeParameter) -> None:
        super().__init__(spec=ImportSchemaGenSpec(schema_file=schema_file))
