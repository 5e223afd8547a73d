"""Mistakes that a type checker sees: an `ignore` that is not needed is itself an error."""

from __future__ import annotations

from pipeline_lib import (
    Channel,
    InputArtifact,
    OutputArtifact,
    Parameter,
    Pipeline,
    RuntimeParameter,
    component,
)
from pipeline_lib.artifacts.standard_artifacts import Model


@component
def Measure(model: InputArtifact[Model], steps: Parameter[int] = 10) -> None:
    """Misuses what it is given."""
    model.serving_pat  # type: ignore[attr-defined]  # noqa: B018
    steps.upper()  # type: ignore[attr-defined]


@component
def Make(model: OutputArtifact[Model], weight: Parameter[float] = 0.5) -> None:
    """Misuses what it is to write."""
    model.serving_pat  # type: ignore[union-attr]  # noqa: B018
    int(model)  # type: ignore[arg-type]


model = Make().outputs["model"]
Measure(modle=model)  # type: ignore[call-arg]
Measure(model=model, step=3)  # type: ignore[call-arg]
Measure(model=model, steps="many")  # type: ignore[arg-type]
Measure(model="model")  # type: ignore[arg-type]
Measure(steps=3)  # type: ignore[call-arg]
Make(wieght=0.5)  # type: ignore[call-arg]
Make(weight="heavy")  # type: ignore[arg-type]
Make(model=Model())  # type: ignore[call-arg]
model.future()[0].urri  # type: ignore[attr-defined]  # noqa: B018
RuntimeParameter("steps", int, defalt=3)  # type: ignore[call-arg]
Channel(typ=Model)  # type: ignore[call-arg]
Measure.test_call("model")  # type: ignore[arg-type]
Measure.test_call(Model(), step=3)  # type: ignore[call-arg]
Pipeline("p", components=[Measure])  # type: ignore[list-item]
