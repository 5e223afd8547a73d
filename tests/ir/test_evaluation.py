from __future__ import annotations

import operator
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.ir.evaluation import EvaluationError, Scope, evaluate
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
)
from tests.ir.generated import VALUES, expressions, leaves_that_name
from tests.whole_message import raises

MODEL = ArtifactRecord("Model", "/model", {"span": 3}, {"blessed": 1})
FIRST = Index(InputArtifacts("model"), 0)


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    """Something for every kind of leaf."""
    (tmp_path / "value").write_text("0.5")
    return Scope(
        inputs={"model": [MODEL], "accuracy": [ArtifactRecord("Float", f"{tmp_path}/value")]},
        outputs={"copy": [ArtifactRecord("Model", "/copy")]},
        parameters={"steps": 10},
        runtime_parameters={"rate": 0.1, "tags": ["a"]},
        staged={"1234": "/root/.sources/1234"},
    )


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (Literal({"a": [1]}), {"a": [1]}),
        (RuntimeParameterValue("rate"), 0.1),
        (SourceFile("1234", "trainer.py"), "/root/.sources/1234/trainer.py"),
        (InputArtifacts("model"), [MODEL]),
        (FIRST, MODEL),
        (Index(InputArtifacts("model"), -1), MODEL),
        (ArtifactUri(FIRST), "/model"),
        (ArtifactUri(Index(OutputArtifacts("copy"), 0)), "/copy"),
        (ArtifactProperty(FIRST, "span"), 3),
        (ArtifactProperty(FIRST, "blessed", custom=True), 1),
        (ArtifactValue(Index(InputArtifacts("accuracy"), 0)), 0.5),
        (ExecutionParameterValue("steps"), 10),
        (Operation(Operator.CONCAT, (Literal("--n="), ExecutionParameterValue("steps"))), "--n=10"),
    ],
)
def test_every_kind_of_expression_has_its_value(
    expression: Expression, value: Any, scope: Scope
) -> None:
    assert evaluate(expression, scope) == value


NUMBERS = st.integers(-3, 3) | st.floats(-3, 3)


@given(NUMBERS, NUMBERS)
def test_comparisons_are_pythons(left: float, right: float) -> None:
    functions: dict[Operator, Callable[[Any, Any], bool]] = {
        Operator.EQUAL: operator.eq,
        Operator.NOT_EQUAL: operator.ne,
        Operator.LESS: operator.lt,
        Operator.LESS_OR_EQUAL: operator.le,
        Operator.GREATER: operator.gt,
        Operator.GREATER_OR_EQUAL: operator.ge,
    }
    for symbol, function in functions.items():
        operation = Operation(symbol, (Literal(left), Literal(right)))
        assert evaluate(operation, Scope()) is function(left, right)


@given(st.lists(st.booleans(), min_size=1, max_size=4))
def test_logic_is_pythons(values: list[bool]) -> None:
    operands = tuple(map(Literal, values))
    assert evaluate(Operation(Operator.AND, operands), Scope()) is all(values)
    assert evaluate(Operation(Operator.OR, operands), Scope()) is any(values)
    assert evaluate(Operation(Operator.NOT, operands[:1]), Scope()) is not values[0]


MISSING = RuntimeParameterValue("missing")


def test_logic_stops_where_it_is_decided() -> None:
    assert evaluate(Operation(Operator.AND, (Literal(False), MISSING)), Scope()) is False
    assert evaluate(Operation(Operator.OR, (Literal(True), MISSING)), Scope()) is True


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            RuntimeParameterValue("rat"),
            "runtime_parameter('rat') has no value. "
            "These exist: 'rate', 'tags'. Did you mean 'rate'?",
        ),
        (
            SourceFile("5678", "trainer.py"),
            "source('trainer.py') has no value. These exist: '1234'.",
        ),
        (
            InputArtifacts("modle"),
            "input('modle') has no value. These exist: 'accuracy', 'model'. Did you mean 'model'?",
        ),
        (OutputArtifacts("x"), "output('x') has no value. These exist: 'copy'."),
        (ExecutionParameterValue("x"), "exec_property('x') has no value. These exist: 'steps'."),
        (
            Index(InputArtifacts("model"), 1),
            "input('model')[1] has no value: the list holds 1 elements.",
        ),
        (Index(Literal(5), 0), "5[0] has no value: 5 is no list."),
        (
            ArtifactProperty(FIRST, "spam"),
            "input('model')[0].property('spam') has no value. "
            "These exist: 'span'. Did you mean 'span'?",
        ),
        (
            ArtifactProperty(FIRST, "x", custom=True),
            "input('model')[0].custom_property('x') has no value. These exist: 'blessed'.",
        ),
        (
            ArtifactValue(FIRST),
            "input('model')[0].value has no value: artifacts of type 'Model' hold no single value.",
        ),
        (
            ArtifactUri(Literal("x")),
            "'x'.uri has no value: 'x' is no artifact.",
        ),
        (
            Operation(Operator.LESS, (Literal("x"), Literal(1))),
            "('x' < 1) cannot be evaluated: "
            "'<' not supported between instances of 'str' and 'int'.",
        ),
    ],
)
def test_what_has_no_value_is_named(expression: Expression, message: str, scope: Scope) -> None:
    with raises(EvaluationError, message):
        evaluate(expression, scope)


def test_value_whose_file_is_gone_is_named() -> None:
    scope = Scope(inputs={"accuracy": [ArtifactRecord("Float", "/nowhere/value")]})
    message = "input('accuracy')[0].value has no value: nothing is at '/nowhere/value'."
    with raises(EvaluationError, message):
        evaluate(ArtifactValue(Index(InputArtifacts("accuracy"), 0)), scope)


@given(expressions(leaves_that_name(st.sampled_from(["a", "b"]))), VALUES)
def test_evaluation_gives_a_value_or_says_why_not(expression: Expression, value: Any) -> None:
    scope = Scope(
        inputs={"a": [ArtifactRecord("Model", "/model", {"a": 1}, {"b": "x"})], "b": []},
        parameters={"a": value},
        runtime_parameters={"b": value},
        staged={"a": "/a"},
    )
    with suppress(EvaluationError):
        evaluate(expression, scope)


@pytest.mark.parametrize("expression", [Literal(["a"]), RuntimeParameterValue("tags")])
def test_what_a_reader_does_to_a_list_stays_with_the_reader(
    expression: Expression, scope: Scope
) -> None:
    evaluate(expression, scope).append("b")
    assert evaluate(expression, scope) == ["a"]
