"""`DropUnmeasured`: what the pipeline's author writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pipeline_lib import (
    BaseComponent,
    Channel,
    ChannelParameter,
    ComponentSpec,
    ExecutionParameter,
    ExecutorClassSpec,
    standard_artifacts,
)


class DropUnmeasuredSpec(ComponentSpec):
    """Contract of `DropUnmeasured`."""

    PARAMETERS = {"measurements": ExecutionParameter(type=list)}
    INPUTS = {"examples": ChannelParameter(type=standard_artifacts.Examples)}
    OUTPUTS = {"measured_examples": ChannelParameter(type=standard_artifacts.Examples)}


class DropUnmeasured(BaseComponent[Literal["measured_examples"]]):
    """Copies examples without those in which every one of `measurements` is missing.

    Args:
        examples: examples to copy, split by split.
        measurements: names of the features, at least one of which an example must have.

    Outputs:
        measured_examples: the examples that are left, in the same splits.
    """

    SPEC_CLASS = DropUnmeasuredSpec
    EXECUTOR_SPEC = ExecutorClassSpec("pipelines.penguin.drop_unmeasured.executor:Executor")

    def __init__(self, examples: Channel, measurements: Sequence[str]) -> None:
        super().__init__(
            spec=DropUnmeasuredSpec(examples=examples, measurements=list(measurements))
        )
