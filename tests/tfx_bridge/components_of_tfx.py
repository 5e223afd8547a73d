# No `from __future__ import annotations`: TFX's decorator reads the annotations as objects.
"""Components as users of TFX write them."""

import os
from typing import Any

from tfx import v1 as tfx
from tfx.dsl.component.experimental.annotations import (
    InputArtifact,
    OutputArtifact,
    OutputDict,
    Parameter,
)
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.dsl.components.base.base_driver import BaseDriver
from tfx.dsl.components.base.base_executor import BaseExecutor
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.orchestration.portable.base_driver import BaseDriver as PortableDriver
from tfx.proto.orchestration import driver_output_pb2
from tfx.types.artifact import Artifact, Property, PropertyType
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.types.standard_artifacts import Schema


class Report(Artifact):
    """An artifact type of the author's own."""

    TYPE_NAME = "Report"
    PROPERTIES = {
        "pages": Property(type=PropertyType.INT),
        "score": Property(type=PropertyType.FLOAT),
        "title": Property(type=PropertyType.STRING),
        "tags": Property(type=PropertyType.JSON_VALUE),
        "final": Property(type=PropertyType.BOOLEAN),
    }


@tfx.dsl.components.component
def Describe(
    schema: InputArtifact[Schema],
    report: OutputArtifact[Report],
    lines: int,
) -> None:
    """Reads a value, writes an artifact with properties of every type."""
    with open(os.path.join(report.uri, "report.txt"), "w") as file:
        file.write("\n".join([*os.listdir(schema.uri)] * lines))
    report.pages = 1
    report.score = 0.5
    report.title = "A schema"
    report.final = True
    report.tags = {"short": True, "words": ["a", "b"]}
    report.set_string_custom_property("author", "me")


@tfx.dsl.components.component
def CountLines(
    report: InputArtifact[Report],
    factor: Parameter[int] = 1,
) -> OutputDict(lines=int, title=str):  # type: ignore[valid-type]
    """Returns values."""
    with open(os.path.join(report.uri, "report.txt")) as file:
        return {"lines": factor * len(file.read().splitlines()), "title": report.title}


@tfx.dsl.components.component
def Fail(number: Parameter[int]) -> None:
    """Fails."""
    raise ArithmeticError(f"{number} is not to my liking")


class WriteDriver(BaseDriver, PortableDriver):
    """Finds out something before the executor runs."""

    def __init__(self, metadata_handle: Any) -> None:
        BaseDriver.__init__(self, metadata_handle)
        PortableDriver.__init__(self, metadata_handle)

    def run(self, execution_info: Any) -> Any:
        output = driver_output_pb2.DriverOutput()
        output.exec_properties["found"].string_value = "by the driver"
        report = output.output_artifacts["report"].artifacts.add()
        report.CopyFrom(execution_info.output_dict["report"][0].mlmd_artifact)
        report.custom_properties["driven"].int_value = 1
        return output


class WriteExecutor(BaseExecutor):
    """Writes what it is given."""

    def Do(self, input_dict: Any, output_dict: Any, exec_properties: Any) -> None:
        (report,) = output_dict["report"]
        written = [
            exec_properties["text"],
            str(exec_properties["args"].num_steps),
            *exec_properties["lines"],
            exec_properties.get("found", "nothing found"),
        ]
        with open(os.path.join(report.uri, "report.txt"), "w") as file:
            file.write("\n".join(written))
        report.title = type(exec_properties["args"]).__name__


class WriteSpec(ComponentSpec):
    """A parameter of each kind that is more than a plain value."""

    PARAMETERS = {
        "text": ExecutionParameter(type=str),
        "lines": ExecutionParameter(type=list, use_proto=True),
        "args": ExecutionParameter(type=tfx.proto.TrainArgs, use_proto=True),
    }
    INPUTS: dict[str, Any] = {}
    OUTPUTS = {"report": ChannelParameter(type=Report)}


class Write(BaseComponent):
    """A fully custom component."""

    SPEC_CLASS = WriteSpec
    EXECUTOR_SPEC = ExecutorClassSpec(WriteExecutor)

    def __init__(self, text: Any, lines: Any = (), steps: int = 1) -> None:
        args = tfx.proto.TrainArgs(num_steps=steps)
        report = tfx.dsl.Channel(type=Report)
        super().__init__(WriteSpec(text=text, lines=list(lines), args=args, report=report))


class WriteDriven(Write):
    """The same, with a driver of the author's own."""

    DRIVER_CLASS = WriteDriver
