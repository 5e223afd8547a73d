"""Parameters whose value only the run knows."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline_lib import (
    Channel,
    ChannelParameter,
    ComponentSpec,
    ExecutionParameter,
    InputPath,
    ModuleFile,
    RuntimeParameter,
)
from pipeline_lib import placeholders as ph
from pipeline_lib.artifacts.standard_artifacts import Model
from pipeline_lib.errors import AuthoringError
from tests.dsl import steps
from tests.whole_message import raises

TRAIN: Any = steps.Train()
MODEL = TRAIN.outputs["model"]
VALUES: Any = steps.ReturnsEveryType().with_id("Values")


def value(key: str) -> Any:
    """The future value of an output."""
    return VALUES.outputs[key].future()[0].value


class EverySpec(ComponentSpec):
    """Declares parameters of every type."""

    PARAMETERS = {
        "i": ExecutionParameter(type=int, optional=True),
        "f": ExecutionParameter(type=float, optional=True),
        "s": ExecutionParameter(type=str, optional=True),
        "b": ExecutionParameter(type=bool, optional=True),
        "ls": ExecutionParameter(type=list[int], optional=True),
        "d": ExecutionParameter(type=dict, optional=True),
        "module": ExecutionParameter(type=ModuleFile, optional=True),
        "path": ExecutionParameter(type=InputPath, optional=True),
    }
    INPUTS = {"model": ChannelParameter(type=Model, optional=True)}


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("i", value("i")),
        ("f", value("f")),
        ("f", value("i")),
        ("s", value("s")),
        ("b", value("b")),
        ("ls", value("ls")),
        ("d", value("d")),
        ("i", value("ls")[0]),
        ("i", MODEL.future()[0].custom_property("steps")),
        ("s", MODEL.future()[0].uri),
        ("path", MODEL.future()[0].uri),
        ("path", ph.join_path(MODEL.future()[0].uri, "weights")),
        ("s", value("s") + "/x"),
        ("b", value("i") > 3),
        ("ls", ph.make_list([value("i")])),
        ("d", ph.make_dict({"steps": value("i")})),
        ("s", ph.execution_invocation().pipeline_run_id),
        ("s", ph.environment_variable("HOME")),
    ],
)
def test_future_value_of_the_declared_type_is_bound(name: str, given: Any) -> None:
    bound = EverySpec(**{name: given}).bound_parameters[name]
    assert bound.value is given


@pytest.mark.parametrize(
    ("name", "given", "text"),
    [
        (
            "d",
            {"steps": value("i"), "tags": ["a", value("s")], "none": None},
            "{'steps': Values.outputs['i'][0].value, 'tags': ['a', Values.outputs['s'][0].value], "
            "'none': None}",
        ),
        ("ls", [1, value("i")], "[1, Values.outputs['i'][0].value]"),
        ("ls", (RuntimeParameter("n", int),), "[runtime_parameter('n')]"),
    ],
)
def test_future_values_may_stand_inside_lists_and_dicts(name: str, given: Any, text: str) -> None:
    bound = EverySpec(**{name: given}).bound_parameters[name]
    assert repr(bound.value) == text


def test_function_component_takes_future_values() -> None:
    node = steps.Train(steps=value("i"))
    assert repr(node.exec_properties["steps"]) == "Values.outputs['i'][0].value"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"i": value("f")},
            "parameter 'i' takes int, but Values.outputs['f'][0].value is float.",
        ),
        (
            {"i": value("b")},
            "parameter 'i' takes int, but Values.outputs['b'][0].value is bool.",
        ),
        (
            {"b": value("i")},
            "parameter 'b' takes bool, but Values.outputs['i'][0].value is int.",
        ),
        (
            {"i": value("i") > 1},
            "parameter 'i' takes int, but (Values.outputs['i'][0].value > 1) is bool.",
        ),
        (
            {"s": value("y")},
            "parameter 's' takes str, but Values.outputs['y'][0].value is bytes.",
        ),
        (
            {"i": MODEL.future()[0].uri},
            "parameter 'i' takes int, but Train.outputs['model'][0].uri is str.",
        ),
        (
            {"d": [value("i")]},
            "parameter 'd' takes dict, but [Values.outputs['i'][0].value] is list.",
        ),
        (
            {"path": value("i")},
            "parameter 'path' takes path of data outside the pipeline, "
            "but Values.outputs['i'][0].value is int.",
        ),
        (
            {"module": value("s")},
            "parameter 'module' cannot be Values.outputs['s'][0].value: "
            "a user's module is read when the pipeline is compiled.",
        ),
        (
            {"s": MODEL.future()[0]},
            "parameter 's' takes str, got Train.outputs['model'][0], which is no value. "
            "Read its value, its uri or a property.",
        ),
        (
            {"ls": [MODEL.future()]},
            "parameter 'ls' holds Train.outputs['model'], which is no value. "
            "Read its value, its uri or a property.",
        ),
        (
            {"d": {1: value("i")}},
            "parameter 'd' has the key 1; keys must be text.",
        ),
        (
            {"i": VALUES.outputs["i"]},
            "parameter 'i' takes int, got the channel Values.outputs['i']. "
            "Write Values.outputs['i'].future()[0].value to pass its value.",
        ),
        (
            {"s": Channel(type=Model)},
            "parameter 's' takes str, got the channel Channel(type=Model). "
            "Declare an input to read a channel.",
        ),
        (
            {"s": MODEL},
            "parameter 's' takes str, got the channel Train.outputs['model']. "
            "Write Train.outputs['model'].future()[0].uri to pass its uri.",
        ),
        (
            {"model": MODEL.future()},
            "input 'model' takes a channel of 'Model', got Train.outputs['model'], which is read "
            "from a channel. Pass the channel: Train.outputs['model'].",
        ),
        (
            {"model": value("s")},
            "input 'model' takes a channel of 'Model', got Values.outputs['s'][0].value, which is "
            "read from a channel. Pass the channel: Values.outputs['s'].",
        ),
    ],
)
def test_what_does_not_fit_is_refused(given: dict[str, Any], message: str) -> None:
    with raises(AuthoringError, f"EverySpec: {message}"):
        EverySpec(**given)
