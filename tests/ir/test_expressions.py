from __future__ import annotations

import dataclasses
import pickle
from enum import IntEnum
from typing import Any

import numpy as np
import pytest

from pipeline_lib.errors import InvalidPipelineError
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.expressions import (
    ArtifactProperty,
    ArtifactUri,
    ArtifactValue,
    ExecutionParameterValue,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    Operation,
    Operator,
    OutputArtifacts,
    RuntimeParameterValue,
    SourceFile,
    walk,
)
from tests.whole_message import raises

INPUT = Index(InputArtifacts("model"), 0)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Literal({"a": [1, None, "x"]}), "{'a': [1, None, 'x']}"),
        (RuntimeParameterValue("steps"), "runtime_parameter('steps')"),
        (SourceFile("1234", "trainer.py"), "source('trainer.py')"),
        (InputArtifacts("model"), "input('model')"),
        (OutputArtifacts("model"), "output('model')"),
        (ExecutionParameterValue("steps"), "exec_property('steps')"),
        (INPUT, "input('model')[0]"),
        (ArtifactProperty(INPUT, "span"), "input('model')[0].property('span')"),
        (ArtifactProperty(INPUT, "a", True), "input('model')[0].custom_property('a')"),
        (ArtifactValue(INPUT), "input('model')[0].value"),
        (ArtifactUri(INPUT), "input('model')[0].uri"),
        (Operation(Operator.NOT, (Literal(True),)), "not True"),
        (Operation(Operator.AND, (Literal(1), Literal(2), Literal(3))), "(1 and 2 and 3)"),
    ],
)
def test_expression_is_described_as_an_author_would_write_it(
    expression: Expression, text: str
) -> None:
    assert describe(expression) == text


def test_only_leaves_have_a_description_of_their_own() -> None:
    with pytest.raises(TypeError, match="is no leaf of an expression"):
        describe(5)  # type: ignore[arg-type]


def test_walk_gives_the_expression_and_all_inside() -> None:
    literal = Literal(1)
    value = ArtifactValue(INPUT)
    comparison = Operation(Operator.EQUAL, (value, literal))
    assert list(walk(comparison)) == [comparison, value, INPUT, InputArtifacts("model"), literal]


class Color(IntEnum):
    """An integer with a name."""

    RED = 3


@pytest.mark.parametrize(
    ("given", "held"),
    [
        ([1, (2, [3])], (1, (2, (3,)))),
        (Color.RED, 3),
        (np.float64(0.5), 0.5),
        (np.str_("x"), "x"),
        (True, True),
        (-(2**63), -(2**63)),
    ],
)
def test_literal_holds_types_of_pythons_own(given: Any, held: Any) -> None:
    literal = Literal(given)
    assert literal.value == held
    assert type(literal.value) is type(held)


def test_literal_cannot_be_changed() -> None:
    given = {"a": [1]}
    literal = Literal(given)
    given["a"].append(2)
    assert literal == Literal({"a": [1]})
    with pytest.raises(TypeError):
        literal.value["a"] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        literal.value = 1  # type: ignore[misc]


def test_literals_can_be_hashed_and_pickled() -> None:
    literal = Literal({"a": [{"b": None}]})
    assert hash(literal) == hash(Literal({"a": [{"b": None}]}))
    assert pickle.loads(pickle.dumps(literal)) == literal


def _nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "culprit"),
    [
        (2**63, "9223372036854775808 of type int"),
        ([-(2**63) - 1], "-9223372036854775809 of type int"),
        ({1}, "{1} of type set"),
        ({"a": {1: 2}}, "{1: 2} of type dict"),
        ("\ud800", "'\\ud800' of type str"),
        ({"\ud800": 1}, "{'\\ud800': 1} of type dict"),
        (Literal(1), "Literal(value=1) of type Literal"),
        (_nested(33), "[1] of type list"),
    ],
)
def test_value_that_cannot_travel_is_refused(value: Any, culprit: str) -> None:
    message = (
        f"{culprit} cannot be part of a pipeline: use None, booleans, integers of 64 bits, "
        "floats, Unicode text, bytes, and lists and dicts of these with text as keys, nested at "
        "most 32 deep."
    )
    with raises(InvalidPipelineError, message):
        Literal(value)
