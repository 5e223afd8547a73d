"""What a type checker and an editor see of a `@component` function. Checked, never run."""

from __future__ import annotations

from typing import TypedDict

from typing_extensions import assert_type

from pipeline_lib import (
    Channel,
    InputArtifact,
    OutputArtifact,
    Parameter,
    Pipeline,
    RuntimeParameter,
    component,
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
    assert_type(copy, Model)
    assert_type(threshold, float)
    assert_type(baseline, Model | None)
    copy.set_int_custom_property("blessed", 1)
    return {"accuracy": threshold * ratio, "note": None}


returned = Validate.test_call(Model(), [Examples()], Model(), threshold=0.5)
assert_type(returned, Scores)
assert_type(returned["accuracy"], float)

node = Validate(model=Channel(type=Model), threshold=RuntimeParameter("threshold", float))
assert_type(node, BaseNode)
assert_type(node.outputs["accuracy"], OutputChannel)
assert_type(node.with_id("validate"), BaseNode)
assert_type(Pipeline("p", components=[node]).components, list[BaseNode])
