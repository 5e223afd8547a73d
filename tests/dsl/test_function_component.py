from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipeline_lib import Artifact, RuntimeParameter
from pipeline_lib.artifacts.standard_artifacts import (
    Examples,
    Float,
    Integer,
    Model,
    ModelBlessing,
    String,
)
from pipeline_lib.artifacts.value_artifact import ValueArtifact
from pipeline_lib.errors import AuthoringError
from tests.dsl import eager_steps, steps
from tests.whole_message import raises

both_styles = pytest.mark.parametrize("module", [steps, eager_steps], ids=["text", "eager"])


def every_kind(module: ModuleType, **changed: Any) -> Any:
    """A node of `EveryKind` with what is required, and what is `changed`."""
    given = {
        "one": steps.Train().outputs["model"],
        "many": examples_channel(),
        "count": integer_channel(),
        "name": "penguins",
        "options": {"a": 1},
    }
    return module.EveryKind(**{**given, **changed})


def examples_channel() -> Any:
    from pipeline_lib import Channel

    return Channel(type=Examples)


def integer_channel() -> Any:
    return steps.ReturnsEveryType().outputs["i"]


@both_styles
def test_inputs_outputs_and_parameters_are_read_from_the_annotations(module: ModuleType) -> None:
    node = every_kind(module)
    declared = {
        key: (bound.declared.type, bound.declared.optional, bound.declared.max_count)
        for key, bound in node.bound_inputs.items()
    }
    assert declared == {
        "one": (Model, False, 1),
        "many": (Examples, False, None),
        "count": (Integer, False, 1),
        "maybe": (Model, True, 1),
        "typed_maybe": (Model, True, 1),
        "ratio": (Float, True, 1),
        "label": (String, True, 1),
    }
    assert {key: channel.type for key, channel in node.outputs.items()} == {
        "written": Model,
        "accuracy": Float,
        "note": String,
    }
    assert node.exec_properties == {
        "name": "penguins",
        "options": {"a": 1},
        "steps": 10,
        "tags": ["a"],
        "limit": None,
        "inner_limit": None,
    }


@both_styles
def test_only_what_was_given_is_an_input(module: ModuleType) -> None:
    assert set(every_kind(module).inputs) == {"one", "many", "count"}


def test_node_is_named_like_the_function() -> None:
    node = steps.Train()
    assert node.id == "Train"
    assert node.type_name == "tests.dsl.steps.Train"
    assert repr(node) == "<BaseNode 'Train'>"


def test_decorated_function_keeps_name_and_docstring() -> None:
    assert steps.Train.__name__ == "Train"  # type: ignore[attr-defined]
    assert steps.Train.__doc__ == "Writes a model."


@both_styles
def test_test_call_is_the_function_itself(module: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "weights").write_text("0.95")
    blessing = ModelBlessing()
    returned = module.ValidateModel.test_call(Model(str(tmp_path)), blessing=blessing)
    assert returned == {"accuracy": 0.95}
    assert blessing.custom_properties == {"blessed": 1}


@both_styles
def test_executor_writes_outputs_and_returned_values(module: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "weights").write_text("0.5")
    outputs: dict[str, list[Artifact]] = {
        "blessing": [ModelBlessing(str(tmp_path / "blessing"))],
        "accuracy": [Float(str(tmp_path / "accuracy"))],
    }
    module.ValidateModel.Do({"model": [Model(str(tmp_path))]}, outputs, {"accuracy_threshold": 0.9})
    assert (tmp_path / "accuracy").read_bytes() == b"0.5"
    assert outputs["blessing"][0].custom_properties == {}


def _written(artifact_class: type[ValueArtifact], path: Path, value: object) -> ValueArtifact:
    artifact = artifact_class(str(path))
    artifact.value = value
    return artifact


def _seen(module: ModuleType, tmp_path: Path, **inputs: list[Artifact]) -> Any:
    """What `EveryKind` was given for its arguments, and what it returned."""
    outputs: dict[str, list[Artifact]] = {
        "written": [Model()],
        "accuracy": [Float(str(tmp_path / "accuracy"))],
        "note": [String(str(tmp_path / "note"))],
    }
    module.EveryKind.Do(
        {
            "one": [Model("/one")],
            "many": [],
            "count": [_written(Integer, tmp_path / "count", 4)],
            **inputs,
        },
        outputs,
        {
            "name": "x",
            "options": {"a": [1]},
            "steps": 3,
            "tags": [],
            "limit": None,
            "inner_limit": 7,
        },
    )
    return {
        **outputs["written"][0].custom_properties["seen"],  # type: ignore[dict-item]
        **{key: outputs[key][0].value for key in ("accuracy", "note")},  # type: ignore[attr-defined]
    }


@both_styles
def test_absent_inputs_take_the_functions_own_defaults(module: ModuleType, tmp_path: Path) -> None:
    absent: dict[str, list[Artifact]] = {
        "maybe": [],
        "typed_maybe": [],
        "ratio": [],
        "label": [],
    }
    assert _seen(module, tmp_path, **absent) == {
        "one": "/one",
        "many": [],
        "count": 4,
        "name": "x",
        "options": {"a": [1]},
        "maybe": None,
        "typed_maybe": None,
        "ratio": 0.5,
        "label": None,
        "steps": 3,
        "tags": [],
        "limit": None,
        "inner_limit": 7,
        "accuracy": 2.0,
        "note": None,
    }


@both_styles
def test_inputs_arrive_as_artifact_list_or_value(module: ModuleType, tmp_path: Path) -> None:
    seen = _seen(
        module,
        tmp_path,
        many=[Examples("/1"), Examples("/2")],
        maybe=[Model("/maybe")],
        typed_maybe=[Model("/typed")],
        ratio=[_written(Float, tmp_path / "ratio", 0.25)],
        label=[_written(String, tmp_path / "label", "größer")],
    )
    assert seen["many"] == ["/1", "/2"]
    assert (seen["maybe"], seen["typed_maybe"]) == ("/maybe", "/typed")
    assert (seen["ratio"], seen["label"]) == (0.25, "größer")
    assert (seen["accuracy"], seen["note"]) == (1.0, "größer")


def test_optional_without_default_arrives_as_none(tmp_path: Path) -> None:
    output = String(str(tmp_path / "seen"))
    steps.Optionals.Do({"model": [], "count": []}, {"seen": [output]}, {"steps": None})
    assert output.value == "(None, None, None)"
    assert steps.Optionals().inputs == {}  # type: ignore[call-arg] # it has no `= None`


def test_values_of_every_plain_type_are_returned(tmp_path: Path) -> None:
    outputs: dict[str, list[Artifact]] = {
        key: [channel.type(str(tmp_path / key))]
        for key, channel in steps.ReturnsEveryType().outputs.items()
    }
    steps.ReturnsEveryType.Do({}, outputs, {})
    assert {key: one.value for key, (one,) in outputs.items()} == {  # type: ignore[attr-defined]
        "i": 1,
        "f": 2.0,
        "s": "x",
        "b": True,
        "y": b"\0",
        "ls": [1],
        "d": {"a": None},
    }


def return_scores(tmp_path: Path, given: object) -> None:
    outputs: dict[str, list[Artifact]] = {
        "accuracy": [Float(str(tmp_path / "accuracy"))],
        "note": [String(str(tmp_path / "note"))],
    }
    steps.ReturnsWhatItIsGiven.Do({}, outputs, {"given": given})


def test_optional_returned_value_may_be_missing(tmp_path: Path) -> None:
    return_scores(tmp_path, {"accuracy": 1.0})


@pytest.mark.parametrize("given", [None, {}, {"accuracy": None, "note": "x"}])
def test_required_returned_value_must_be_there(tmp_path: Path, given: object) -> None:
    message = (
        "Component function 'ReturnsWhatItIsGiven' must return a value for 'accuracy', "
        f"got {given!r}. Annotate it as Optional if it may be missing."
    )
    with raises(TypeError, message):
        return_scores(tmp_path, given)


@pytest.mark.parametrize("given", [0.5, {"accuracy": 1.0, "acuracy": 1.0}])
def test_what_is_returned_must_be_the_declared_values(tmp_path: Path, given: object) -> None:
    message = (
        "Component function 'ReturnsWhatItIsGiven' must return a dict of "
        f"['accuracy', 'note'], got {given!r}."
    )
    with raises(TypeError, message):
        return_scores(tmp_path, given)


def test_a_returned_value_must_be_of_its_type(tmp_path: Path) -> None:
    message = (
        "Component function 'ReturnsWhatItIsGiven' returned another 'accuracy' than it says: "
        "Artifact type 'Float' cannot hold 'high' of type str."
    )
    with raises(TypeError, message):
        return_scores(tmp_path, {"accuracy": "high"})


def test_function_without_outputs_must_return_none() -> None:
    steps.ReturnsNothing.Do({}, {}, {})
    message = "Component function 'ReturnsUnannotated' must return a dict of [], got 5."
    with raises(TypeError, message):
        steps.ReturnsUnannotated.Do({}, {}, {})


def test_missing_required_input_is_refused() -> None:
    message = "Component 'ValidateModel': input 'model' is required: pass a channel of 'Model'."
    with raises(AuthoringError, message):
        steps.ValidateModel()


def test_missing_required_parameter_is_refused() -> None:
    message = "Component 'EveryKind': parameter 'name' is required: pass str."
    with raises(AuthoringError, message):
        every_kind(steps, name=None)


def test_input_of_the_wrong_artifact_type_is_refused() -> None:
    message = (
        "Component 'ValidateModel': input 'model' takes a channel of 'Model', "
        "got ReturnsEveryType.outputs['i'], which is of 'Integer'."
    )
    with raises(AuthoringError, message):
        steps.ValidateModel(model=integer_channel())


def test_node_in_place_of_a_channel_is_refused_with_its_outputs() -> None:
    message = (
        "Component 'ValidateModel': input 'model' takes a channel of 'Model', "
        "got the node 'Train'. Pass one of its outputs: 'model'."
    )
    with raises(AuthoringError, message):
        steps.ValidateModel(model=steps.Train())


def test_plain_value_in_place_of_a_channel_is_refused() -> None:
    message = (
        "Component 'EveryKind': input 'count' takes a channel of 'Integer', got 3 of type int."
    )
    with raises(AuthoringError, message):
        every_kind(steps, count=3)


def test_unknown_argument_is_refused_with_the_near_match() -> None:
    message = (
        "Component 'ValidateModel' has no input or parameter 'modle'. "
        "These exist: 'accuracy_threshold', 'model'. Did you mean 'model'?"
    )
    with raises(AuthoringError, message):
        steps.ValidateModel(modle=steps.Train().outputs["model"])


def test_output_cannot_be_passed() -> None:
    message = "Component 'Train': output 'model' is made by the run and cannot be passed."
    with raises(AuthoringError, message):
        steps.Train(model=Model("/here"))  # type: ignore[call-arg]


def test_unnamed_argument_is_refused() -> None:
    message = (
        "Component 'Train' takes its arguments by name, got (7,). "
        "In a unit test, call the function itself with .test_call(...)."
    )
    with raises(AuthoringError, message):
        steps.Train(7)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("steps", 1.5, "takes int, got 1.5 of type float."),
        ("steps", True, "takes int, got True of type bool."),
        ("steps", "10", "takes int, got '10' of type str."),
        ("steps", 2**63, "holds 9223372036854775808, which does not fit into 64 bits."),
        ("name", 3, "takes str, got 3 of type int."),
        ("options", ["a"], "takes dict, got ['a'] of type list."),
        ("options", 3, "takes dict, got 3 of type int."),
        ("options", {1: 2}, "has the key 1; keys must be strings."),
        ("options", {"a": {2}}, "holds {2} of type set, which JSON cannot express."),
        ("tags", {"a": 1}, "takes list, got {'a': 1} of type dict."),
        ("tags", "abc", "takes list, got 'abc' of type str."),
        (
            "steps",
            RuntimeParameter("steps", float),
            "takes int, but runtime parameter 'steps' is float.",
        ),
        (
            "options",
            RuntimeParameter("options", list),
            "takes dict, but runtime parameter 'options' is list.",
        ),
    ],
)
def test_parameter_of_the_wrong_type_is_refused(name: str, value: object, message: str) -> None:
    with raises(AuthoringError, f"Component 'EveryKind': parameter {name!r} {message}"):
        every_kind(steps, **{name: value})


def test_channel_in_place_of_a_parameter_is_refused() -> None:
    message = (
        "Component 'EveryKind': parameter 'steps' takes int, got the channel "
        "ReturnsEveryType.outputs['i']. "
        "Write ReturnsEveryType.outputs['i'].future()[0].value to pass its value."
    )
    with raises(AuthoringError, message):
        every_kind(steps, steps=integer_channel())


def test_parameter_may_be_a_future_value() -> None:
    value = integer_channel().future()[0].value
    assert every_kind(steps, steps=value).exec_properties["steps"] is value


def test_integer_for_a_float_becomes_one() -> None:
    node = steps.ValidateModel(model=steps.Train().outputs["model"], accuracy_threshold=1)
    assert repr(node.exec_properties["accuracy_threshold"]) == "1.0"


def test_parameter_may_be_a_runtime_parameter() -> None:
    given = RuntimeParameter("steps", int, default=5)
    assert steps.Train(steps=given).exec_properties == {"steps": given}


def test_what_the_author_does_to_a_list_afterwards_changes_nothing() -> None:
    tags, options = ["a"], {"a": [1]}
    node = every_kind(steps, tags=tags, options=options)
    tags.append("b")
    options["a"].append(2)
    assert node.exec_properties["tags"] == ["a"]
    assert node.exec_properties["options"] == {"a": [1]}
