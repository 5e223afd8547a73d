"""Function components written with the facade's names."""

from __future__ import annotations

from pathlib import Path

from pipeline_lib import tfx

dsl = tfx.dsl.components


@dsl.component
def Make(number: dsl.Parameter[int]) -> dsl.OutputDict(number=int):  # type: ignore[valid-type]
    return {"number": number}


@dsl.component(component_annotation=tfx.dsl.standard_annotations.Process)
def Add(left: int, right: dsl.Parameter[int] = 1) -> dsl.OutputDict(total=int):  # type: ignore[valid-type]
    return {"total": left + right}


@dsl.component
def MakeSpan(
    span: dsl.Parameter[int],
    examples: dsl.OutputArtifact[tfx.types.standard_artifacts.Examples],
) -> None:
    examples.span = span


@dsl.component
def SpansOf(
    examples: dsl.InputArtifact[list[tfx.types.standard_artifacts.Examples]],
) -> dsl.OutputDict(spans=list):  # type: ignore[valid-type]
    return {"spans": [one.span for one in examples]}


@tfx.orchestration.experimental.exit_handler
def Report(status: dsl.Parameter[str], path: dsl.Parameter[str]) -> None:
    Path(path).write_text(status)
