"""Components that return what they were given, in a module that workers can import."""

from __future__ import annotations

from pipeline_lib import OutputArtifact, OutputDict, Parameter, component
from pipeline_lib.artifacts.standard_artifacts import Examples


@component
def Values(text: Parameter[str] = "x") -> OutputDict(i=int, s=str, d=dict):  # type: ignore[valid-type]
    return {"i": 3, "s": text, "d": {"rates": [0.5, 1], "name": "adam"}}


@component
def Data(examples: OutputArtifact[Examples]) -> None:
    examples.split_names = '["train", "eval"]'
    examples.span = 7


@component
def Echo(
    given: Parameter[dict],  # type: ignore[type-arg]
    rate: Parameter[float] = 0.0,
    flag: Parameter[bool] = False,
) -> OutputDict(seen=dict, rate=float, flag=bool):  # type: ignore[valid-type]
    return {"seen": given, "rate": rate, "flag": flag}
