"""A component that tells a channel that is not given from one that holds nothing."""

from __future__ import annotations

from typing import Any

from pipeline_lib import (
    Artifact,
    BaseComponent,
    BaseExecutor,
    Channel,
    ChannelParameter,
    ComponentSpec,
    ExecutorClassSpec,
)
from pipeline_lib.artifacts.standard_artifacts import Model


class Nothing(BaseExecutor):
    """Does nothing."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Do nothing."""


class CautiousSpec(ComponentSpec):
    INPUTS = {"model": ChannelParameter(type=Model, optional=True, allow_empty=False)}


class Cautious(BaseComponent):
    """May do without a model, but not with a channel that turns out to hold none."""

    SPEC_CLASS = CautiousSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Nothing)

    def __init__(self, model: Channel | None = None) -> None:
        super().__init__(spec=CautiousSpec(model=model))
