from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from google.protobuf import struct_pb2, timestamp_pb2

from pipeline_lib import (
    Channel,
    ChannelParameter,
    ComponentSpec,
    ExecutionParameter,
    InputPath,
    ModuleFile,
    RuntimeParameter,
)
from pipeline_lib.artifacts.standard_artifacts import Examples, Model
from pipeline_lib.errors import AuthoringError
from tests.whole_message import raises


class EverySpec(ComponentSpec):
    """Declares parameters of every type."""

    PARAMETERS = {
        "i": ExecutionParameter(type=int),
        "f": ExecutionParameter(type=float, optional=True),
        "s": ExecutionParameter(type=str, optional=True),
        "b": ExecutionParameter(type=bool, optional=True),
        "ls": ExecutionParameter(type=list, optional=True),
        "d": ExecutionParameter(type=dict[str, int], optional=True),
        "module": ExecutionParameter(type=ModuleFile, optional=True),
        "path": ExecutionParameter(type=InputPath, optional=True),
    }
    INPUTS = {
        "examples": ChannelParameter(type=Examples),
        "model": ChannelParameter(type=Model, optional=True),
    }
    OUTPUTS = {"copy": ChannelParameter(type=Examples)}


EXAMPLES = Channel(type=Examples)


def test_what_is_given_is_bound() -> None:
    spec = EverySpec(examples=EXAMPLES, i=1, f=2, ls=(1, 2), d={"a": 1}, b=False)
    assert spec.inputs == {"examples": EXAMPLES}
    assert spec.exec_properties == {
        "i": 1,
        "f": 2.0,
        "s": None,
        "b": False,
        "ls": [1, 2],
        "d": {"a": 1},
        "module": None,
        "path": None,
    }
    assert spec.output_types == {"copy": Examples}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "input 'examples' is required: pass a channel of 'Examples'."),
        (
            {"examples": "here"},
            "input 'examples' takes a channel of 'Examples', got 'here' of type str.",
        ),
        (
            {"examples": Channel(type=Model)},
            "input 'examples' takes a channel of 'Examples', got Channel(type=Model), "
            "which is of 'Model'.",
        ),
        ({"examples": EXAMPLES}, "parameter 'i' is required: pass int."),
        (
            {"examples": EXAMPLES, "i": 1, "copy": Channel(type=Model)},
            "output 'copy' takes a channel of 'Examples', got Channel(type=Model), "
            "which is of 'Model'.",
        ),
        (
            {"examples": EXAMPLES, "i": 1, "ls": {}},
            "parameter 'ls' takes list, got {} of type dict.",
        ),
        (
            {"examples": EXAMPLES, "i": 1, "path": 3},
            "parameter 'path' takes path of data outside the pipeline, got 3 of type int.",
        ),
        (
            {"examples": EXAMPLES, "i": 1, "module": RuntimeParameter("m", str)},
            "parameter 'module' cannot be a RuntimeParameter: "
            "a user's module is read when the pipeline is compiled.",
        ),
        (
            {"examples": EXAMPLES, "i": RuntimeParameter("i", str)},
            "parameter 'i' takes int, but runtime parameter 'i' is str.",
        ),
        (
            {"examples": EXAMPLES, "i": 1, "d": RuntimeParameter("d", int)},
            "parameter 'd' takes dict, but runtime parameter 'd' is int.",
        ),
        (
            {"examples": EXAMPLES, "i": 1, "d": RuntimeParameter("d", str, default="{")},
            "parameter 'd': default of runtime parameter 'd' is not JSON: Expecting property name "
            "enclosed in double quotes: line 1 column 2 (char 1): '{'.",
        ),
        (
            {"examples": EXAMPLES, "i": 1, "d": RuntimeParameter("d", str, default="[1]")},
            "parameter 'd': default of runtime parameter 'd' takes dict, got [1] of type list.",
        ),
    ],
)
def test_what_does_not_fit_is_refused(given: Mapping[str, Any], message: str) -> None:
    with raises(AuthoringError, f"EverySpec: {message}"):
        EverySpec(**given)


def test_unknown_argument_is_refused_with_the_near_match() -> None:
    message = (
        "EverySpec has no input, output or parameter 'exampels'. These exist: 'b', 'copy', 'd', "
        "'examples', 'f', 'i', 'ls', 'model', 'module', 'path', 's'. Did you mean 'examples'?"
    )
    with raises(AuthoringError, message):
        EverySpec(exampels=EXAMPLES)


def test_path_may_be_a_runtime_parameter_of_text() -> None:
    path = RuntimeParameter("path", str)
    assert EverySpec(examples=EXAMPLES, i=1, path=path).exec_properties["path"] is path


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("d", RuntimeParameter("d", str, default='{"steps": 1}')),
        ("ls", RuntimeParameter("ls", str)),
        ("b", RuntimeParameter("b", int, default=1)),
    ],
)
def test_what_the_run_reads_from_text_or_a_number(name: str, parameter: RuntimeParameter) -> None:
    spec = EverySpec(examples=EXAMPLES, i=1, **{name: parameter})
    assert spec.exec_properties[name] is parameter


def test_a_required_channel_that_may_be_empty_is_refused() -> None:
    with raises(
        AuthoringError,
        "ChannelParameter(type=Model, allow_empty=True): allow_empty is for optional inputs. "
        "Add optional=True, or leave it out.",
    ):
        ChannelParameter(type=Model, allow_empty=True)


def test_paths_may_be_path_objects(tmp_path: Any) -> None:
    spec = EverySpec(examples=EXAMPLES, i=1, path=tmp_path, module=tmp_path / "m.py")
    assert spec.exec_properties["path"] == str(tmp_path)
    assert spec.exec_properties["module"] == f"{tmp_path}/m.py"


def test_message_becomes_a_mapping_of_its_fields() -> None:
    message = struct_pb2.Struct()
    message.update({"a": [1, {"b": None}]})
    nested = {"when": timestamp_pb2.Timestamp(seconds=1)}
    spec = EverySpec(examples=EXAMPLES, i=1, d=message)
    assert spec.exec_properties["d"] == {"a": [1.0, {"b": None}]}
    spec = EverySpec(examples=EXAMPLES, i=1, d=nested)
    assert spec.exec_properties["d"] == {"when": "1970-01-01T00:00:01Z"}


def test_declaration_of_no_artifact_type_is_refused() -> None:
    message = "ChannelParameter(type=...) takes an artifact type, got <class 'int'>."
    with raises(AuthoringError, message):
        ChannelParameter(type=int)  # type: ignore[arg-type]


def test_parameter_of_no_known_type_is_refused() -> None:
    message = (
        "ExecutionParameter cannot be of type <class 'bytes'>: "
        "int, float, str, bool, list and dict are allowed."
    )
    with raises(AuthoringError, message):
        ExecutionParameter(type=bytes)


def test_declaration_that_is_none_is_refused_where_it_is_written() -> None:
    message = f"WrongSpec.INPUTS['examples'] must be a ChannelParameter, got {Examples!r}."
    with raises(AuthoringError, message):

        class WrongSpec(ComponentSpec):
            """Forgets the ChannelParameter."""

            INPUTS = {"examples": Examples}  # type: ignore[dict-item]


def test_one_name_for_two_things_is_refused() -> None:
    with raises(AuthoringError, "WrongSpec declares 'examples' twice."):

        class WrongSpec(ComponentSpec):
            """An argument `examples` could be either."""

            INPUTS = {"examples": ChannelParameter(type=Examples)}
            OUTPUTS = {"examples": ChannelParameter(type=Examples)}


def test_outputs_are_those_that_were_given() -> None:
    copy = Channel(type=Examples)
    assert EverySpec(examples=EXAMPLES, i=1, copy=copy).outputs == {"copy": copy}
    spec = EverySpec(examples=EXAMPLES, i=1)
    assert spec.outputs == {}
    assert spec.is_optional_input("model")
    assert not spec.is_optional_input("examples")
    assert not spec.is_optional_output("copy")
