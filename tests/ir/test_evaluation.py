from __future__ import annotations

import operator
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.evaluation import (
    EvaluationError,
    Scope,
    evaluate,
    reads_environment,
)
from pipeline_lib.ir.expressions import (
    ArtifactProperty,
    ArtifactUri,
    ArtifactValue,
    EnvironmentVariable,
    ExecutionParameterValue,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    MakeDict,
    MakeList,
    Member,
    Operation,
    Operator,
    OutputArtifacts,
    RunField,
    RunInformation,
    RuntimeParameterValue,
    SourceFile,
    SplitUri,
)
from tests.ir.generated import VALUES, expressions, leaves_that_name
from tests.whole_message import raises

MODEL = ArtifactRecord("Model", "/model", {"span": 3}, {"blessed": 1})
FIRST = Index(InputArtifacts("model"), 0)
EXAMPLES = ArtifactRecord("Examples", "/examples", {"split_names": '["train", "eval"]'})
SPLITS = Index(InputArtifacts("examples"), 0)
LIST = Literal(["a", 1, 2.5, True])
TEXT = Literal("a/b")
LIST_VALUE = ["a", 1, 2.5, True]


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    """Something for every kind of leaf."""
    (tmp_path / "value").write_text("0.5")
    return Scope(
        inputs={
            "model": [MODEL],
            "accuracy": [ArtifactRecord("Float", f"{tmp_path}/value")],
            "examples": [EXAMPLES],
        },
        outputs={"copy": [ArtifactRecord("Model", "/copy")]},
        parameters={"steps": 10},
        runtime_parameters={"rate": 0.1, "tags": ["a"]},
        staged={"1234": "/root/.sources/1234"},
        information={RunField.RUN_ID: "run-1", RunField.NODE_ID: "Train"},
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
        (RunInformation(RunField.RUN_ID), "run-1"),
        (EnvironmentVariable("PLACE"), "here"),
        (SplitUri(SPLITS, "eval"), "/examples/Split-eval"),
        (SplitUri(Index(OutputArtifacts("copy"), 0), "new"), "/copy/Split-new"),
        (Index(LIST, -1), True),
        (Member(Literal({"a": {"b": 1}}), "a"), {"b": 1}),
        (Index(Member(Literal({"a": [1, 2]}), "a"), 1), 2),
        (MakeList((TEXT, ExecutionParameterValue("steps"))), ["a/b", 10]),
        (MakeDict((TEXT, Literal("c")), (LIST, Literal(None))), {"a/b": LIST_VALUE, "c": None}),
        (Operation(Operator.CONCAT, (Literal("--n="), ExecutionParameterValue("steps"))), "--n=10"),
        (Operation(Operator.CONCAT, (TEXT, Literal(True), Literal(0.5))), "a/bTrue0.5"),
        (Operation(Operator.JOIN, (Literal(", "), LIST)), "a, 1, 2.5, True"),
        (Operation(Operator.JOIN, (Literal(","), LIST, Literal('"'))), '"a",1,2.5,True'),
        (Operation(Operator.JOIN_PATH, (Literal("s3://x"), TEXT, Literal("c"))), "s3://x/a/b/c"),
        (Operation(Operator.DIRNAME, (TEXT,)), "a"),
        (Operation(Operator.BASE64, (Literal("ü>?"),)), "w7w-Pw=="),
        (Operation(Operator.BASE64, (Literal("ü>?"), Literal(False))), "w7w+Pw=="),
        (Operation(Operator.BASE64, (Literal(b"\xff\xfe"),)), "__4="),
        (Operation(Operator.JSON, (Literal({"b": None, "a": [1]}),)), '{"a": [1], "b": null}'),
    ],
)
def test_every_kind_of_expression_has_its_value(
    expression: Expression, value: Any, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACE", "here")
    found = evaluate(expression, scope)
    assert (found, type(found)) == (value, type(value))


NUMBERS = st.integers(-3, 3) | st.floats(-3, 3)


@settings(max_examples=50)
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


@settings(max_examples=50)
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
            "input('modle') has no value. "
            "These exist: 'accuracy', 'examples', 'model'. Did you mean 'model'?",
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
            ArtifactValue(FIRST),
            "input('model')[0].value has no value: artifacts of type 'Model' hold no single value.",
        ),
        (
            ArtifactUri(Literal("x")),
            "'x'.uri has no value: 'x' is no artifact.",
        ),
        (
            RunInformation(RunField.FINAL_STATUS),
            "runtime_info('final_status') has no value. These exist: 'node_id', 'pipeline_run_id'.",
        ),
        (
            EnvironmentVariable("NO_SUCH_VARIABLE"),
            "environment_variable('NO_SUCH_VARIABLE') has no value: "
            "it is not set where the node is started.",
        ),
        (
            SplitUri(SPLITS, "evil"),
            "input('examples')[0].split_uri('evil') has no value. "
            "These exist: 'eval', 'train'. Did you mean 'eval'?",
        ),
        (Index(TEXT, 0), "'a/b'[0] has no value: 'a/b' is no list."),
        (Index(Literal({"a": 1}), 0), "{'a': 1}[0] has no value: {'a': 1} is no list."),
        (Member(Literal({"a": 1}), "b"), "{'a': 1}['b'] has no value. These exist: 'a'."),
        (Member(LIST, "a"), f"{LIST_VALUE}['a'] has no value: {LIST_VALUE} is no dict."),
        (
            MakeDict((Literal(1),), (TEXT,)),
            "{1: 'a/b'} has no value: its key 1 is no text.",
        ),
        (
            Operation(Operator.AND, (Literal(True), Literal("yes"))),
            "(True and 'yes') cannot be evaluated: 'yes' is neither true nor false.",
        ),
        (
            Operation(Operator.OR, (Literal(0),)),
            "(0) cannot be evaluated: 0 is neither true nor false.",
        ),
        (
            Operation(Operator.NOT, (Literal(None),)),
            "not None cannot be evaluated: None is neither true nor false.",
        ),
        (
            Operation(Operator.CONCAT, (TEXT, Literal(None))),
            "concat('a/b', None) cannot be evaluated: None has no text of its own.",
        ),
        (
            Operation(Operator.JOIN, (TEXT, TEXT)),
            "join('a/b', 'a/b') cannot be evaluated: 'a/b' is no list.",
        ),
        (
            Operation(Operator.JOIN, (Literal(1), LIST)),
            f"join(1, {LIST_VALUE}) cannot be evaluated: 1 is no text.",
        ),
        (
            Operation(Operator.JOIN, (TEXT, Literal([[1]]))),
            "join('a/b', [[1]]) cannot be evaluated: [1] has no text of its own.",
        ),
        (
            Operation(Operator.JOIN_PATH, (TEXT, Literal(1))),
            "join_path('a/b', 1) cannot be evaluated: 1 is no text.",
        ),
        (
            Operation(Operator.DIRNAME, (Literal(b"a"),)),
            "dirname(b'a') cannot be evaluated: b'a' is no text.",
        ),
        (
            Operation(Operator.BASE64, (Literal(1),)),
            "b64encode(1) cannot be evaluated: 1 is no text.",
        ),
        (
            Operation(Operator.JSON, (Literal(b"a"),)),
            "json(b'a') cannot be evaluated: Object of type bytes is not JSON serializable.",
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


def test_a_free_property_that_nobody_set_is_none(scope: Scope) -> None:
    missing = ArtifactProperty(FIRST, "x", custom=True)
    assert evaluate(missing, scope) is None
    assert evaluate(Operation(Operator.EQUAL, (missing, Literal(1))), scope) is False


def test_value_whose_file_is_gone_is_named() -> None:
    scope = Scope(inputs={"accuracy": [ArtifactRecord("Float", "/nowhere/value")]})
    message = "input('accuracy')[0].value has no value: nothing is at '/nowhere/value'."
    with raises(EvaluationError, message):
        evaluate(ArtifactValue(Index(InputArtifacts("accuracy"), 0)), scope)


def test_value_that_cannot_be_read_from_its_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "value").write_text("many")
    scope = Scope(inputs={"number": [ArtifactRecord("Integer", f"{tmp_path}/value")]})
    message = (
        f"input('number')[0].value has no value: what is at '{tmp_path}/value' cannot be read as "
        "'Integer': invalid literal for int() with base 10: b'many'."
    )
    with raises(EvaluationError, message):
        evaluate(ArtifactValue(Index(InputArtifacts("number"), 0)), scope)


def test_split_names_that_cannot_be_read_are_named() -> None:
    examples = ArtifactRecord("Examples", "/examples", {"split_names": "train"})
    message = (
        "input('examples')[0].split_uri('train') has no value: the artifact's split names cannot "
        "be read: Expecting value: line 1 column 1 (char 0)."
    )
    with raises(EvaluationError, message):
        evaluate(SplitUri(SPLITS, "train"), Scope(inputs={"examples": [examples]}))


@pytest.mark.parametrize(
    ("expression", "reads"),
    [
        (EnvironmentVariable("A"), True),
        (Operation(Operator.CONCAT, (TEXT, EnvironmentVariable("A"))), True),
        (MakeDict((TEXT,), (MakeList((EnvironmentVariable("A"),)),)), True),
        (MakeDict((TEXT,), (LIST,)), False),
        (RunInformation(RunField.RUN_ID), False),
    ],
)
def test_reading_the_environment_is_seen_at_any_depth(expression: Expression, reads: bool) -> None:
    assert reads_environment(expression) is reads


@settings(max_examples=50)
@given(expressions(leaves_that_name(st.sampled_from(["a", "b"]))), VALUES)
def test_evaluation_gives_a_value_or_says_why_not(expression: Expression, value: Any) -> None:
    scope = Scope(
        inputs={"a": [ArtifactRecord("Model", "/model", {"a": 1}, {"b": "x"})], "b": []},
        parameters={"a": value},
        runtime_parameters={"b": value},
        staged={"a": "/a"},
        information={RunField.RUN_ID: "a"},
    )
    with suppress(EvaluationError):
        evaluate(expression, scope)


@pytest.mark.parametrize("expression", [Literal(["a"]), RuntimeParameterValue("tags")])
def test_what_a_reader_does_to_a_list_stays_with_the_reader(
    expression: Expression, scope: Scope
) -> None:
    evaluate(expression, scope).append("b")
    assert evaluate(expression, scope) == ["a"]


@settings(max_examples=50)
@given(expressions(leaves_that_name(st.text(max_size=3))))
def test_every_expression_can_be_described(expression: Expression) -> None:
    assert describe(expression)
