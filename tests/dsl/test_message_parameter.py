from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import duration_pb2

from pipeline_lib import (
    ComponentSpec,
    ExecutionParameter,
    OutputDict,
    Parameter,
    RuntimeParameter,
    component,
    tfx,
)
from pipeline_lib.artifacts.standard_artifacts import JsonValue
from pipeline_lib.dsl.function_signature import FunctionSignature
from pipeline_lib.errors import AuthoringError
from tests.whole_message import raises


class InputSpec(ComponentSpec):
    PARAMETERS = {"input": ExecutionParameter(type=tfx.proto.Input, optional=True)}


FIELDS = {"splits": [{"name": "train", "pattern": "train/*"}]}


@pytest.mark.parametrize(
    "given", [tfx.proto.Input(splits=[tfx.proto.Input.Split(**FIELDS["splits"][0])]), FIELDS]
)
def test_a_message_is_held_as_json_text(given: Any) -> None:
    text = InputSpec(input=given).exec_properties["input"]
    assert json.loads(text) == FIELDS


def test_json_text_stays_as_it_is() -> None:
    text = json.dumps(FIELDS, indent=4)
    assert InputSpec(input=text).exec_properties["input"] == text


def test_a_message_given_with_the_run() -> None:
    parameter = RuntimeParameter("input", str)
    assert InputSpec(input=parameter).exec_properties["input"] is parameter
    assert InputSpec().exec_properties["input"] is None


def test_another_message() -> None:
    message = duration_pb2.Duration(seconds=1)
    with raises(
        AuthoringError,
        "InputSpec: parameter 'input' takes a message Input, a mapping of its fields or its JSON "
        f"text, got {message!r} of type Duration.",
    ):
        InputSpec(input=message)


@pytest.mark.parametrize("given", [{"split": []}, '{"split": []}'])
def test_fields_that_the_message_has_not(given: Any) -> None:
    with pytest.raises(AuthoringError) as caught:
        InputSpec(input=given)
    assert str(caught.value).startswith(
        f"InputSpec: parameter 'input' takes a message Input, got {given!r}: Message type "
        '"pipeline_lib.tfx.Input" has no field named "split"'
    )


@component
def ReadPatterns(
    input: Parameter[tfx.proto.Input],
    output: Parameter[tfx.proto.Output | None] = None,
) -> OutputDict(patterns=list[str]):  # type: ignore[valid-type]
    assert output is None
    return {"patterns": [split.pattern for split in input.splits]}


def test_a_function_component_gets_the_message(tmp_path: Path) -> None:
    node = ReadPatterns(input=FIELDS)  # type: ignore[arg-type]
    patterns = JsonValue()
    patterns.uri = str(tmp_path / "patterns")
    ReadPatterns.Do({}, {"patterns": [patterns]}, node.exec_properties)
    assert patterns.value == ["train/*"]
    assert ReadPatterns.test_call(tfx.proto.Input()) == {"patterns": []}


def test_a_function_component_s_default_message() -> None:
    def function(input: Parameter[tfx.proto.Input] = FIELDS) -> None: ...  # type: ignore[assignment]

    assert json.loads(FunctionSignature.of(function).defaults["input"]) == FIELDS


def test_a_function_component_is_given_another_message() -> None:
    message = duration_pb2.Duration(seconds=1)
    with raises(
        AuthoringError,
        "Component 'ReadPatterns': parameter 'input' takes a message Input, a mapping of its "
        f"fields or its JSON text, got {message!r} of type Duration.",
    ):
        ReadPatterns(input=message)  # type: ignore[arg-type]
