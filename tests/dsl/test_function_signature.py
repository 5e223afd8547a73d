from __future__ import annotations

from collections.abc import Callable
from typing import Any, Union

import pytest

from pipeline_lib import InputArtifact, OutputArtifact, OutputDict, Parameter, component
from pipeline_lib.artifacts.standard_artifacts import Model
from pipeline_lib.dsl.function_signature import FunctionSignature
from pipeline_lib.errors import AuthoringError
from tests.whole_message import raises

ALLOWED = "int, float, str, bool, list and dict are allowed."
VALUES = "int, float, str, bool, bytes, list and dict are allowed."


def unannotated(model):  # type: ignore[no-untyped-def]
    """The argument has no annotation."""


def bare_artifact(model: Model) -> None:
    """The annotation does not say whether the artifact is read or written."""


def several(*models: InputArtifact[Model]) -> None:
    """Collects arguments."""


def keywords(**models: InputArtifact[Model]) -> None:
    """Collects arguments by name."""


def positional(model: InputArtifact[Model], /) -> None:
    """Cannot be called by name."""


def input_of_no_artifact(model: InputArtifact[int]) -> None:
    """`int` is no artifact type."""


def output_of_no_artifact(model: OutputArtifact[int]) -> None:
    """`int` is no artifact type."""


def list_of_no_artifact(models: InputArtifact[list[int]]) -> None:
    """`int` is no artifact type."""


def input_default(model: InputArtifact[Model] = Model()) -> None:  # noqa: B008
    """An artifact is no default."""


def output_default(model: OutputArtifact[Model] = None) -> None:
    """An output is always written."""


def parameter_type(when: Parameter[bytes]) -> None:
    """No parameter can be bytes."""


def parameter_default(steps: Parameter[int] = "ten") -> None:  # type: ignore[assignment]
    """The default is of another type."""


def value_type(when: set[int]) -> None:
    """No value can be a set."""


def value_of_two_types(when: Union[int, str]) -> None:  # noqa: UP007
    """A value is of one type."""


def unreadable(model: InputArtifact[Modle]) -> None:  # type: ignore[name-defined] # noqa: F821
    """The annotation names nothing."""


def returns_plain() -> float:
    return 0.5


def returns_wrong_type() -> OutputDict(model=Model):  # type: ignore[valid-type]
    return {}


def returns_an_output(model: OutputArtifact[Model]) -> OutputDict(model=float):  # type: ignore[valid-type]
    return {}


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (
            unannotated,
            "argument 'model' has no annotation. Annotate it with InputArtifact[...], "
            "OutputArtifact[...], Parameter[...] or a plain type such as float.",
        ),
        (
            bare_artifact,
            "argument 'model' is annotated with the artifact type Model. "
            "Write InputArtifact[Model] or OutputArtifact[Model].",
        ),
        (several, "argument 'models' collects several values; name each argument."),
        (keywords, "argument 'models' collects several values; name each argument."),
        (positional, "argument 'model' stands before '/', but a component is called by name."),
        (
            input_of_no_artifact,
            "argument 'model': InputArtifact[...] takes an artifact type, got <class 'int'>.",
        ),
        (
            output_of_no_artifact,
            "argument 'model': OutputArtifact[...] takes an artifact type, got <class 'int'>.",
        ),
        (
            list_of_no_artifact,
            "argument 'models': InputArtifact[...] takes an artifact type, got <class 'int'>.",
        ),
        (input_default, "argument 'model': the default of an input can only be None."),
        (output_default, "argument 'model': an output takes no default."),
        (parameter_type, f"argument 'when' cannot be of type <class 'bytes'>: {ALLOWED}"),
        (parameter_default, "argument 'steps' takes int, got 'ten' of type str."),
        (value_type, f"argument 'when' cannot be of type set[int]: {VALUES}"),
        (
            value_of_two_types,
            f"argument 'when' cannot be of type typing.Union[int, str]: {VALUES}",
        ),
    ],
)
def test_argument_that_does_not_fit_is_refused(function: Callable[..., Any], message: str) -> None:
    with raises(AuthoringError, f"Component function {function.__name__!r}: {message}"):
        component(function)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (
            unreadable,
            " has an annotation that cannot be read: NameError: name 'Modle' is not defined.",
        ),
        (
            returns_plain,
            " is annotated to return <class 'float'>. "
            "Values are returned by name: OutputDict(accuracy=float) or a TypedDict.",
        ),
        (
            returns_wrong_type,
            f": returned value 'model' cannot be of type {Model!r}: {VALUES}",
        ),
        (returns_an_output, " returns 'model', which is also an OutputArtifact."),
    ],
)
def test_function_that_does_not_fit_is_refused(function: Callable[..., Any], message: str) -> None:
    with raises(AuthoringError, f"Component function {function.__name__!r}{message}"):
        component(function)


def test_function_inside_another_is_refused() -> None:
    def Inner() -> None:
        """Another process could not import it."""

    message = (
        "Component function 'Inner' is defined inside another function or as a lambda. "
        "Another process must be able to import it: define it at the top of a module."
    )
    with raises(AuthoringError, message):
        component(Inner)


def test_roles_of_arguments_are_told_apart() -> None:
    def function(
        one: InputArtifact[Model], many: InputArtifact[list[Model]], value: float = 1.0
    ) -> OutputDict(seen=str):  # type: ignore[valid-type]
        return {}

    signature = FunctionSignature.of(function)
    assert set(signature.inputs) == {"one", "many", "value"}
    assert signature.value_inputs == {"value"}
    assert signature.list_inputs == {"many"}
    assert signature.defaulted == {"value"}
    assert signature.returned == {"seen"}
    assert signature.parameters == {}
