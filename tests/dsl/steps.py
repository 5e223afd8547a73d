"""Component functions of every kind, with annotations that are kept as text."""

from __future__ import annotations

from typing import Any, Optional, TypedDict

from pipeline_lib import InputArtifact, OutputArtifact, OutputDict, Parameter, component
from pipeline_lib.artifacts.standard_artifacts import Examples, Model, ModelBlessing


class Scores(TypedDict):
    accuracy: float
    note: str | None


@component
def Train(model: OutputArtifact[Model], steps: Parameter[int] = 10) -> None:
    """Writes a model."""
    with open(f"{model.uri}/weights", "w") as stream:
        stream.write(str(steps))


@component
def ValidateModel(
    model: InputArtifact[Model],
    blessing: OutputArtifact[ModelBlessing],
    accuracy_threshold: Parameter[float] = 0.9,
) -> OutputDict(accuracy=float):  # type: ignore[valid-type]
    with open(f"{model.uri}/weights") as stream:
        accuracy = float(stream.read())
    if accuracy >= accuracy_threshold:
        blessing.set_int_custom_property("blessed", 1)
    return {"accuracy": accuracy}


@component
def EveryKind(
    one: InputArtifact[Model],
    many: InputArtifact[list[Examples]],
    count: int,
    written: OutputArtifact[Model],
    name: Parameter[str],
    options: Parameter[dict[str, Any]],
    maybe: InputArtifact[Model] | None = None,
    typed_maybe: Optional[InputArtifact[Model]] = None,  # noqa: UP045 - both forms must work
    ratio: float = 0.5,
    label: str | None = None,
    steps: Parameter[int] = 10,
    tags: Parameter[list[str]] = ["a"],  # noqa: B006 - never changed
    limit: Parameter[int] | None = None,
    inner_limit: Parameter[int | None] = None,
) -> Scores:
    written.set_json_value_custom_property(
        "seen",
        {
            "one": one.uri,
            "many": [examples.uri for examples in many],
            "count": count,
            "name": name,
            "options": options,
            "maybe": maybe.uri if maybe else None,
            "typed_maybe": typed_maybe.uri if typed_maybe else None,
            "ratio": ratio,
            "label": label,
            "steps": steps,
            "tags": tags,
            "limit": limit,
            "inner_limit": inner_limit,
        },
    )
    return {"accuracy": ratio * count, "note": label}


@component
def Optionals(
    model: InputArtifact[Model] | None, count: int | None, steps: Parameter[int] | None
) -> OutputDict(seen=str):  # type: ignore[valid-type]
    """Optional without a default: what is absent reaches the function as `None`."""
    return {"seen": repr((model, count, steps))}


@component
def ReturnsEveryType() -> (
    OutputDict(i=int, f=float, s=str, b=bool, y=bytes, ls=list, d=dict)  # type: ignore[valid-type]
):
    return {"i": 1, "f": 2, "s": "x", "b": True, "y": b"\0", "ls": [1], "d": {"a": None}}


@component
def ReturnsWhatItIsGiven(given: Parameter[dict]) -> Scores:  # type: ignore[type-arg]
    return given  # type: ignore[return-value]


@component
def ReturnsNothing() -> None:
    """Has neither inputs nor outputs."""


@component
def ReturnsUnannotated():  # type: ignore[no-untyped-def]
    return 5
