"""`SchemaGen`: what an author writes; it loads nothing heavy."""

from __future__ import annotations

from typing import Literal

from pipeline_lib import (
    BaseComponent,
    Channel,
    ChannelParameter,
    ComponentSpec,
    ExecutionParameter,
    ExecutorClassSpec,
    RuntimeParameter,
)
from pipeline_lib.artifacts import standard_artifacts


class SchemaGenSpec(ComponentSpec):
    """Reads `ExampleStatistics`, writes `Schema`."""

    PARAMETERS = {
        "infer_feature_shape": ExecutionParameter(type=bool),
        "exclude_splits": ExecutionParameter(type=list, optional=True),
    }
    INPUTS = {"statistics": ChannelParameter(type=standard_artifacts.ExampleStatistics)}
    OUTPUTS = {"schema": ChannelParameter(type=standard_artifacts.Schema)}


class SchemaGen(BaseComponent[Literal["schema"]]):
    """Infers one schema that all splits fit, with TensorFlow Data Validation.

    Args:
        statistics: channel of the `ExampleStatistics` to infer from.
        infer_feature_shape: give a feature that has the same number of values in every example a
            fixed shape, so that it is read as a dense tensor.
        exclude_splits: names of splits to leave out.

    Outputs:
        schema: `Schema`.
    """

    SPEC_CLASS = SchemaGenSpec
    EXECUTOR_SPEC = ExecutorClassSpec("components.schema_gen.executor:Executor")

    def __init__(
        self,
        statistics: Channel,
        infer_feature_shape: bool | RuntimeParameter = True,
        exclude_splits: list[str] | RuntimeParameter | None = None,
    ) -> None:
        spec = SchemaGenSpec(
            statistics=statistics,
            infer_feature_shape=infer_feature_shape,
            exclude_splits=exclude_splits,
        )
        super().__init__(spec=spec)
