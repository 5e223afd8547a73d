"""Mistakes that a type checker sees: an `ignore` that is not needed is itself an error."""

from __future__ import annotations

from pipeline_lib import InputArtifact, Parameter, Pipeline, component
from pipeline_lib.artifacts.standard_artifacts import Model


@component
def Measure(model: InputArtifact[Model], steps: Parameter[int] = 10) -> None:
    """Misuses what it is given."""
    model.serving_pat  # type: ignore[attr-defined]  # noqa: B018
    steps.upper()  # type: ignore[attr-defined]


Measure.test_call("model")  # type: ignore[arg-type]
Measure.test_call(Model(), step=3)  # type: ignore[call-arg]
Pipeline("p", components=[Measure])  # type: ignore[list-item]
