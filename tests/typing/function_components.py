"""What a type checker and an editor see of a `@component` function. Checked, never run."""

from __future__ import annotations

from typing import Any, TypedDict

from typing_extensions import assert_type

from pipeline_lib import (
    Channel,
    ForEach,
    InputArtifact,
    InputPath,
    OutputArtifact,
    Parameter,
    Pipeline,
    RuntimeParameter,
    component,
    placeholders,
    union,
)
from pipeline_lib.artifacts.standard_artifacts import Examples, Model
from pipeline_lib.dsl.channel import OutputChannel
from pipeline_lib.dsl.node import BaseNode


class Scores(TypedDict):
    """What `Validate` returns."""

    accuracy: float
    note: str | None


@component
def Validate(
    model: InputArtifact[Model],
    examples: InputArtifact[list[Examples]],
    copy: OutputArtifact[Model],
    threshold: Parameter[float] = 0.9,
    baseline: InputArtifact[Model] | None = None,
    ratio: float = 0.5,
) -> Scores:
    """An annotated argument is, in the body, what the annotation wraps."""
    assert_type(model, Model)
    assert_type(model.uri, str)
    assert_type(model.serving_path, str)
    assert_type(examples[0].span, int)
    assert_type(copy, Model | Any)
    assert_type(copy.uri, str | Any)
    assert_type(threshold, float)
    assert_type(baseline, Model | None)
    copy.set_int_custom_property("blessed", 1)
    return {"accuracy": threshold * ratio, "note": None}


@component
def Make(model: OutputArtifact[Model], weight: Parameter[float], name: str = "") -> None:
    """Its only output comes first: what is behind it is checked in a call."""


@component
def Explain(
    model: InputArtifact[Model],
    examples: InputArtifact[list[Examples]],
    score: float,
    source: Parameter[InputPath],
    words: Parameter[list[str]],
    options: Parameter[dict[str, Any]],
    on: Parameter[bool] = False,
    baseline: InputArtifact[Model] | None = None,
    limit: Parameter[int | None] = None,
) -> Scores:
    """It has no output among its arguments: all are checked in a call."""
    assert_type(source, str)
    return {"accuracy": score, "note": None}


@component
def Collect(*, model: InputArtifact[Model], copy: OutputArtifact[Model]) -> None:
    """A checker cannot see that it has an output, and takes what it is given."""


returned = Validate.test_call(Model(), [Examples()], Model(), threshold=0.5)
assert_type(returned, Scores)
assert_type(returned["accuracy"], float)

node = Validate(model=Channel(type=Model), threshold=RuntimeParameter("threshold", float))
assert_type(node, BaseNode)
Collect(model=node.outputs["copy"])
made = Make(weight=3, name=node.outputs["note"])
assert_type(made.with_id("made"), BaseNode)
number = RuntimeParameter("number", int)
explain = Explain(
    model=made.outputs["model"],
    examples=Channel(type=Examples),
    score=node.outputs["accuracy"],
    source=RuntimeParameter("source", InputPath),
    words=node.outputs["note"].future()[0].value.words,
    options={"limit": number, "name": placeholders.exec_property("name")},
    on=node.outputs["note"].future()[0].value == "yes",
    baseline=union([made.outputs["model"]]),
    limit=number,
)
assert_type(explain, BaseNode)
with ForEach([1, 2]) as item:
    assert_type(Make(weight=item), BaseNode)
assert_type(node.outputs["accuracy"], OutputChannel)
assert_type(node.with_id("validate"), BaseNode)
assert_type(Pipeline("p", components=[node]).components, list[BaseNode])
