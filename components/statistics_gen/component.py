"""`StatisticsGen`: what an author writes; it loads nothing heavy."""

from __future__ import annotations

from typing import Any, Literal

from pipeline_lib import (
    BaseComponent,
    BeamExecutorSpec,
    Channel,
    ChannelParameter,
    ComponentSpec,
    ExecutionParameter,
    RuntimeParameter,
)
from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.errors import AuthoringError


class StatisticsGenSpec(ComponentSpec):
    """Reads `Examples`, writes `ExampleStatistics`."""

    PARAMETERS = {
        "stats_options_json": ExecutionParameter(type=str, optional=True),
        "exclude_splits": ExecutionParameter(type=list, optional=True),
    }
    INPUTS = {
        "examples": ChannelParameter(type=standard_artifacts.Examples),
        "schema": ChannelParameter(type=standard_artifacts.Schema, optional=True),
    }
    OUTPUTS = {"statistics": ChannelParameter(type=standard_artifacts.ExampleStatistics)}


class StatisticsGen(BaseComponent[Literal["statistics"]]):
    """Computes statistics of each split with TensorFlow Data Validation.

    Args:
        examples: channel of the `Examples` to describe.
        schema: channel of a `Schema`, whose domains and types the statistics then follow.
        stats_options: a `tensorflow_data_validation.StatsOptions`: sampling, slices, number of top
            values and the like. It must not hold a schema if `schema` is given.
        exclude_splits: names of splits to leave out.

    Outputs:
        statistics: `ExampleStatistics`.

    Raises:
        AuthoringError: `stats_options` is something else.
    """

    SPEC_CLASS = StatisticsGenSpec
    EXECUTOR_SPEC = BeamExecutorSpec("components.statistics_gen.executor:Executor")

    def __init__(
        self,
        examples: Channel,
        schema: Channel | None = None,
        stats_options: Any = None,
        exclude_splits: list[str] | RuntimeParameter | None = None,
    ) -> None:
        spec = StatisticsGenSpec(
            examples=examples,
            schema=schema,
            stats_options_json=_to_json(stats_options),
            exclude_splits=exclude_splits,
        )
        super().__init__(spec=spec)


def _to_json(stats_options: Any) -> str | None:
    if stats_options is None:
        return None
    if type(stats_options).__name__ != "StatsOptions":
        raise AuthoringError(
            "StatisticsGen: stats_options takes a tensorflow_data_validation.StatsOptions, "
            f"got {stats_options!r}."
        )
    return str(stats_options.to_json())
