"""A fully custom component, as SHAPES writes it."""

from __future__ import annotations

import shutil
from typing import Any

from pipeline_lib import (
    BaseComponent,
    BaseExecutor,
    Channel,
    ChannelParameter,
    ComponentSpec,
    ExecutionParameter,
    ExecutorClassSpec,
)
from pipeline_lib.artifacts import splits as artifact_utils
from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.artifacts.artifact import Artifact

copy_dir = shutil.copytree


class HelloComponentSpec(ComponentSpec):
    """Copies examples."""

    PARAMETERS = {"name": ExecutionParameter(type=str)}
    INPUTS = {"input_data": ChannelParameter(type=standard_artifacts.Examples)}
    OUTPUTS = {"output_data": ChannelParameter(type=standard_artifacts.Examples)}


class HelloExecutor(BaseExecutor):
    """Copies each split."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Copy each split."""
        for artifact in input_dict["input_data"]:
            for split in artifact_utils.decode_split_names(artifact.split_names):  # type: ignore[attr-defined]
                copy_dir(
                    artifact_utils.get_split_uri([artifact], split),
                    artifact_utils.get_split_uri(output_dict["output_data"], split),
                )


class HelloComponent(BaseComponent):
    """Copies examples."""

    SPEC_CLASS = HelloComponentSpec
    EXECUTOR_SPEC = ExecutorClassSpec(HelloExecutor)

    def __init__(
        self,
        input_data: Channel,
        output_data: Channel | None = None,
        name: str | None = None,
        custom_executor_spec: ExecutorClassSpec | None = None,
    ) -> None:
        output_data = output_data or Channel(type=standard_artifacts.Examples)
        super().__init__(
            spec=HelloComponentSpec(input_data=input_data, output_data=output_data, name=name),
            custom_executor_spec=custom_executor_spec,
        )


class SilentExecutor(HelloExecutor):
    """Another executor for the same spec."""
