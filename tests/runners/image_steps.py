"""Python components for images; this module is put into them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pipeline_lib import (
    BaseComponent,
    BaseExecutor,
    ComponentSpec,
    ExecutionParameter,
    ExecutorClassSpec,
    InputArtifact,
    InputPath,
    ModuleFile,
    OutputArtifact,
    OutputDict,
    Parameter,
    component,
)
from pipeline_lib.artifacts.standard_artifacts import Examples, Model
from pipeline_lib.execution.user_module import user_function


@component
def Split(source: Parameter[InputPath], examples: OutputArtifact[Examples]) -> OutputDict(rows=int):  # type: ignore[valid-type]
    """Writes the lines of a file one by one."""
    lines = Path(source).read_text().splitlines()
    for number, line in enumerate(lines):
        Path(examples.uri, str(number)).write_text(line)
    examples.split_names = '["all"]'
    examples.set_string_custom_property("host", os.environ["PLACE"])
    sys.stdout.write(f"split by {os.getpid()}\n")
    return {"rows": len(lines)}


@component
def Join(examples: InputArtifact[Examples], model: OutputArtifact[Model], rows: int) -> None:
    """Writes the lines together again."""
    parts = sorted(Path(examples.uri).iterdir())
    assert len(parts) == rows
    Path(model.uri, "lines").write_text("+".join(part.read_text() for part in parts))


@component
def Fail(word: Parameter[str]) -> None:
    """Fails."""
    raise RuntimeError(f"no {word}")


@component
def Leave(code: Parameter[int]) -> None:
    """Ends the process at once."""
    os._exit(code)


class CallExecutor(BaseExecutor):
    """Calls the user's `run_fn`."""

    def Do(self, input_dict: object, output_dict: object, exec_properties: dict[str, str]) -> None:
        sys.stdout.write(user_function("run_fn", module_file=exec_properties["module_file"])())


class CallSpec(ComponentSpec):
    """A user's module."""

    PARAMETERS = {"module_file": ExecutionParameter(type=ModuleFile)}
    INPUTS = {}
    OUTPUTS = {}


class Call(BaseComponent):
    """Calls the user's `run_fn`."""

    SPEC_CLASS = CallSpec
    EXECUTOR_SPEC = ExecutorClassSpec(CallExecutor)

    def __init__(self, module_file: str) -> None:
        super().__init__(CallSpec(module_file=module_file))
