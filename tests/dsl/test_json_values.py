"""Lists are told apart from dicts, where the author says which."""

from __future__ import annotations

from pipeline_lib import (
    Artifact,
    ForEach,
    OutputDict,
    Parameter,
    Pipeline,
    PipelineInputs,
    compile,
    component,
    standard_artifacts,
)
from pipeline_lib.errors import AuthoringError
from tests.dsl.steps import ReturnsEveryType
from tests.whole_message import raises


@component
def TakesValues(rows: list[int] | None = None, options: dict[str, int] | None = None) -> None:
    """Takes a list and a dict."""


@component
def TakesParameters(
    rows: Parameter[list[int]] | None = None, options: Parameter[dict[str, int]] | None = None
) -> None:
    """Takes a list and a dict as parameters."""


@component
def Claims(
    given: Parameter[dict[str, int]],
) -> OutputDict(rows=list):  # type: ignore[valid-type]
    """Returns a dict for a list."""
    return {"rows": given}


def test_a_list_is_no_dict_and_a_dict_no_list() -> None:
    outputs = ReturnsEveryType().outputs
    TakesValues(rows=outputs["ls"], options=outputs["d"])
    message = (
        "Component 'TakesValues': input 'options' takes a dict, got "
        "ReturnsEveryType.outputs['ls'], which is a list."
    )
    with raises(AuthoringError, message):
        TakesValues(options=outputs["ls"])
    inputs = PipelineInputs({"options": outputs["d"]})
    message = (
        "Component 'TakesValues': input 'rows' takes a list, got PipelineInputs['options'], "
        "which is a dict."
    )
    with raises(AuthoringError, message):
        TakesValues(rows=inputs["options"])


def test_the_same_holds_of_parameters_and_loops() -> None:
    outputs = ReturnsEveryType().outputs
    rows, options = outputs["ls"].future()[0].value, outputs["d"].future()[0].value
    TakesParameters(rows=rows, options=options)
    message = (
        "Component 'TakesParameters': parameter 'rows' takes list, but "
        "ReturnsEveryType.outputs['d'][0].value is dict."
    )
    with raises(AuthoringError, message):
        TakesParameters(rows=options)
    message = (
        "ForEach(...) takes a list: a channel of the run, a list of values, a RuntimeParameter of "
        "type list, or a future value that is a list. Got "
        "ReturnsEveryType.outputs['d'][0].value of type dict."
    )
    with raises(AuthoringError, message):
        ForEach(options)


def test_to_the_run_both_are_json_values() -> None:
    node = ReturnsEveryType()
    compiled = compile(Pipeline("p", components=[node])).by_id[node.id]
    types = {compiled.outputs[key].type for key in ("ls", "d")}
    assert {(one.name, one.class_path) for one in types} == {
        ("JsonValue", "pipeline_lib.artifacts.value_artifact:JsonValue")
    }


def test_a_function_returns_what_it_says() -> None:
    output: dict[str, list[Artifact]] = {"rows": [standard_artifacts.JsonValue()]}
    message = (
        "Component function 'Claims' must return a list for 'rows', got {'a': 1} of type dict."
    )
    with raises(TypeError, message):
        Claims.Do({}, output, {"given": {"a": 1}})
