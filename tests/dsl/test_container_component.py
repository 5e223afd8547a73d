from __future__ import annotations

from typing import Any

import pytest

from pipeline_lib import (
    Channel,
    ConcatPlaceholder,
    Importer,
    InputUriPlaceholder,
    InputValuePlaceholder,
    OutputUriPlaceholder,
    RuntimeParameter,
    create_container_component,
    placeholders,
)
from pipeline_lib.artifacts.standard_artifacts import ExternalArtifact, Integer
from pipeline_lib.dsl.executor_spec import ContainerExecutorSpec
from pipeline_lib.dsl.placeholder import LoopValue
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.describing import describe
from tests.whole_message import raises

TEXT: Any = Importer("here", ExternalArtifact).outputs["result"]


def declare(**changed: Any) -> Any:
    """A container component that is right but for what is `changed`."""
    right: dict[str, Any] = {
        "name": "Filter",
        "inputs": {"text": ExternalArtifact, "limit": Integer},
        "outputs": {"filtered": ExternalArtifact},
        "parameters": {"pattern": str},
        "image": "localhost/grep:1",
        "command": ["grep"],
    }
    return create_container_component(**{**right, **changed})


GIVEN = {"text": Channel(type=ExternalArtifact), "limit": Channel(type=Integer), "pattern": "a"}


def test_call_makes_a_node_of_what_was_declared() -> None:
    component = declare()
    node = component(**GIVEN)
    assert component.__name__ == "Filter"
    assert component.__doc__ == "Container component 'Filter' of image 'localhost/grep:1'."
    assert (node.id, node.type_name) == ("Filter", "Filter")
    assert set(node.inputs) == {"text", "limit"}
    assert {key: bound.declared.max_count for key, bound in node.bound_inputs.items()} == {
        "text": 1,
        "limit": 1,
    }
    assert {key: channel.type for key, channel in node.outputs.items()} == {
        "filtered": ExternalArtifact
    }
    assert node.exec_properties == {"pattern": "a"}


def test_every_placeholder_becomes_an_expression() -> None:
    command = [
        "grep",
        InputValuePlaceholder("pattern"),
        InputValuePlaceholder("limit"),
        InputUriPlaceholder("text"),
        OutputUriPlaceholder("filtered"),
        ConcatPlaceholder(
            [
                "--out=",
                OutputUriPlaceholder("filtered"),
                ConcatPlaceholder(["/", InputValuePlaceholder("limit")]),
            ]
        ),
    ]
    spec = declare(command=command)(**GIVEN).executor_spec
    assert isinstance(spec, ContainerExecutorSpec)
    assert spec.image == "localhost/grep:1"
    assert [describe(part) for part in spec.command] == [
        "'grep'",
        "exec_property('pattern')",
        "input('limit')[0].value",
        "input('text')[0].uri",
        "output('filtered')[0].uri",
        "concat('--out=', output('filtered')[0].uri, concat('/', input('limit')[0].value))",
    ]


def test_any_future_value_may_be_part_of_a_command() -> None:
    command = [
        "--text=" + placeholders.input("text").uri + "/data",
        placeholders.join_path(placeholders.output("filtered").uri, "part-0"),
        placeholders.join(["n", placeholders.input("limit").value], "="),
        placeholders.exec_property("pattern").b64encode(),
        placeholders.execution_invocation().pipeline_run_id,
        placeholders.environment_variable("HOME"),
    ]
    spec = declare(command=command)(**GIVEN).executor_spec
    assert [describe(part) for part in spec.command] == [
        "concat('--text=', input('text')[0].uri, '/data')",
        "join_path(output('filtered')[0].uri, 'part-0')",
        "join('=', ['n', input('limit')[0].value])",
        "b64encode(exec_property('pattern'))",
        "runtime_info('pipeline_run_id')",
        "environment_variable('HOME')",
    ]


def test_placeholders_of_a_command_have_a_text() -> None:
    assert repr(ConcatPlaceholder(["a", InputValuePlaceholder("limit")])) == (
        "concat('a', exec_property('limit'))"
    )
    assert repr(InputUriPlaceholder("text")) == "input('text')[0].uri"
    assert (
        repr(OutputUriPlaceholder("filtered") + "/x") == "concat(output('filtered')[0].uri, '/x')"
    )


def test_text_is_not_joined_with_what_is_none() -> None:
    message = "Text cannot be joined with 1 of type int: join text and future values."
    with raises(AuthoringError, message):
        ConcatPlaceholder(["a", 1])


def test_parameter_may_be_a_future_value() -> None:
    name = TEXT.future()[0].uri
    assert declare()(**{**GIVEN, "pattern": name}).exec_properties["pattern"] is name


def test_parameter_may_be_a_runtime_parameter() -> None:
    pattern = RuntimeParameter("pattern", str)
    assert declare()(**{**GIVEN, "pattern": pattern}).exec_properties == {"pattern": pattern}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"image": ""}, " needs an image and a command."),
        ({"command": []}, " needs an image and a command."),
        (
            {"command": "grep a"},
            ": a command is a list, got 'grep a'. "
            "To have a shell read it, write ['sh', '-c', ...].",
        ),
        (
            {"command": ["grep", 1]},
            ": a command consists of strings and placeholders, got 1 of type int.",
        ),
        (
            {"command": [placeholders.input("text")]},
            ": a command consists of strings and placeholders, got input('text') of type "
            "ArtifactsPlaceholder.",
        ),
        (
            {"command": [InputUriPlaceholder("txt")]},
            ": the command reads input 'txt', which is not declared. "
            "These exist: 'limit', 'text'. Did you mean 'text'?",
        ),
        (
            {"command": [InputUriPlaceholder("pattern")]},
            ": the command reads input 'pattern', which is not declared. "
            "These exist: 'limit', 'text'.",
        ),
        (
            {"command": [OutputUriPlaceholder("text")]},
            ": the command reads output 'text', which is not declared. These exist: 'filtered'.",
        ),
        (
            {"command": [ConcatPlaceholder([InputValuePlaceholder("patern")])]},
            ": the command reads input or parameter 'patern', which is not declared. "
            "These exist: 'limit', 'pattern', 'text'. Did you mean 'pattern'?",
        ),
        (
            {"command": [placeholders.input("txt").uri + "/data"]},
            ": the command reads input 'txt', which is not declared. "
            "These exist: 'limit', 'text'. Did you mean 'text'?",
        ),
        (
            {"command": [placeholders.join_path(placeholders.output("filterd").uri, "a")]},
            ": the command reads output 'filterd', which is not declared. "
            "These exist: 'filtered'. Did you mean 'filtered'?",
        ),
        (
            {"command": [placeholders.exec_property("limit")]},
            ": the command reads parameter 'limit', which is not declared. These exist: 'pattern'.",
        ),
        (
            {"command": [InputValuePlaceholder("text")]},
            ": input('text')[...].value: artifacts of type 'ExternalArtifact' hold no value that a "
            "placeholder can read. Read a property, or let a component return the value.",
        ),
        (
            {"command": [placeholders.input("text").property("span")]},
            ": input('text')[...].property('span'): artifact type 'ExternalArtifact' declares no "
            "property 'span'. None exist.",
        ),
        (
            {"command": [placeholders.input("text").split_uri("train")]},
            ": input('text')[...].split_uri('train'): artifacts of type 'ExternalArtifact' have no "
            "splits. Read the uri.",
        ),
        (
            {"command": [TEXT.future()[0].uri]},
            ": the command reads Importer.outputs['result']. Declare an input, read that, and pass "
            "the channel where the component is used.",
        ),
        (
            {"command": [placeholders.join(["--n=", RuntimeParameter("n", int)])]},
            ": the command reads runtime parameter 'n'. Declare a parameter, read that, and pass "
            "the runtime parameter where the component is used.",
        ),
        (
            {"command": [LoopValue("the loop")]},  # type: ignore[arg-type]
            ": the command reads the element of 'the loop'. Declare a parameter, read that, and "
            "pass the element where the component is used.",
        ),
        ({"inputs": {"text": str}}, ": 'text' takes an artifact type, got <class 'str'>."),
        ({"outputs": {"text": str}}, ": 'text' takes an artifact type, got <class 'str'>."),
        (
            {"parameters": {"pattern": bytes}},
            ": parameter 'pattern' cannot be of type <class 'bytes'>: "
            "int, float, str, bool, list and dict are allowed.",
        ),
        ({"parameters": {"text": str}}, " declares 'text' as input and as parameter."),
    ],
)
def test_declaration_that_does_not_fit_is_refused(changed: dict[str, Any], message: str) -> None:
    with raises(AuthoringError, f"Container component 'Filter'{message}"):
        declare(**changed)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"patern": "a"},
            " has no input or parameter 'patern'. "
            "These exist: 'limit', 'pattern', 'text'. Did you mean 'pattern'?",
        ),
        ({"pattern": 3}, ": parameter 'pattern' takes str, got 3 of type int."),
        ({"pattern": None}, ": parameter 'pattern' is required: pass str."),
        ({"text": None}, ": input 'text' is required: pass a channel of 'ExternalArtifact'."),
        (
            {"text": Channel(type=Integer)},
            ": input 'text' takes a channel of 'ExternalArtifact', "
            "got Channel(type=Integer), which is of 'Integer'.",
        ),
    ],
)
def test_argument_that_does_not_fit_is_refused(changed: dict[str, Any], message: str) -> None:
    with raises(AuthoringError, f"Component 'Filter'{message}"):
        declare()(**{**GIVEN, **changed})
