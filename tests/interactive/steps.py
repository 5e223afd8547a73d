"""Components of the tests, in a module: workers run them."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline_lib import (
    InputArtifact,
    OutputArtifact,
    OutputDict,
    Parameter,
    component,
)
from pipeline_lib.artifacts.standard_artifacts import Examples, Integer, Model


@component
def Write(examples: OutputArtifact[Examples], text: Parameter[str] = "a") -> OutputDict(size=int):  # type: ignore[valid-type]
    sys.stdout.write(f"writing {text}\n")
    Path(examples.uri, "data.txt").write_text(text)
    return {"size": len(text)}


@component
def Copy(examples: InputArtifact[Examples], copy: OutputArtifact[Examples]) -> None:
    Path(copy.uri, "data.txt").write_text(Path(examples.uri, "data.txt").read_text())


@component
def Train(
    examples: InputArtifact[Examples], model: OutputArtifact[Model], rate: Parameter[float]
) -> None:
    Path(model.uri, "model.txt").write_text(f"{rate} {Path(examples.uri, 'data.txt').read_text()}")


@component
def Count(models: InputArtifact[list[Model]]) -> OutputDict(count=int):  # type: ignore[valid-type]
    return {"count": len(models)}


@component
def Add(left: InputArtifact[Integer], right: Parameter[int]) -> OutputDict(total=int):  # type: ignore[valid-type]
    return {"total": left.value + right}


@component
def Fail(text: Parameter[str]) -> None:
    raise ValueError(f"cannot {text}")
