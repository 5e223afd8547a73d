"""`ExampleValidator`: what an author writes; it loads nothing heavy."""

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


class ExampleValidatorSpec(ComponentSpec):
    """Reads `ExampleStatistics` and `Schema`, writes `ExampleAnomalies`."""

    PARAMETERS = {"exclude_splits": ExecutionParameter(type=list, optional=True)}
    INPUTS = {
        "statistics": ChannelParameter(type=standard_artifacts.ExampleStatistics),
        "schema": ChannelParameter(type=standard_artifacts.Schema),
    }
    OUTPUTS = {"anomalies": ChannelParameter(type=standard_artifacts.ExampleAnomalies)}


class ExampleValidator(BaseComponent[Literal["anomalies"]]):
    """Finds where the statistics of a split contradict the schema, with TF Data Validation.

    Anomalies do not fail the node: they are logged, a line each, and the custom property `blessed`
    of the output says 1 or 0 for every split, which a condition or a later component can read.

    Args:
        statistics: channel of the `ExampleStatistics` to check.
        schema: channel of the `Schema` that they should fit.
        exclude_splits: names of splits to leave out.

    Outputs:
        anomalies: `ExampleAnomalies`.
    """

    SPEC_CLASS = ExampleValidatorSpec
    EXECUTOR_SPEC = ExecutorClassSpec("components.example_validator.executor:Executor")

    def __init__(
        self,
        statistics: Channel,
        schema: Channel,
        exclude_splits: list[str] | RuntimeParameter | None = None,
    ) -> None:
        spec = ExampleValidatorSpec(
            statistics=statistics, schema=schema, exclude_splits=exclude_splits
        )
        super().__init__(spec=spec)
