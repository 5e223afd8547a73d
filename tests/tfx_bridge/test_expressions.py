"""Every expression that both can say survives the way to TFX's form and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tfx.dsl.compiler.placeholder_utils import (
    empty_placeholder_context,
    resolve_placeholder_expression,
)

from pipeline_lib.errors import UnsupportedError
from pipeline_lib.ir.evaluation import Scope, evaluate
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
    SplitUri,
)
from pipeline_lib.tfx_bridge.expressions_from_tfx import from_placeholder
from pipeline_lib.tfx_bridge.expressions_to_tfx import RUN_FIELD_PATHS, to_placeholder
from tests.ir.generated import INT64
from tests.whole_message import raises

NAMES = st.text(min_size=1, max_size=5)
SCALARS = st.booleans() | INT64 | st.floats(allow_nan=False) | st.text(max_size=5)
LEAVES = st.one_of(
    st.builds(Literal, SCALARS),
    st.builds(InputArtifacts, NAMES),
    st.builds(OutputArtifacts, NAMES),
    st.builds(ExecutionParameterValue, NAMES),
    st.builds(EnvironmentVariable, NAMES),
    st.builds(RunInformation, st.sampled_from(list(RUN_FIELD_PATHS))),
)
COMPARISONS = [Operator.EQUAL, Operator.NOT_EQUAL, Operator.LESS, Operator.GREATER]
COMPARISONS += [Operator.LESS_OR_EQUAL, Operator.GREATER_OR_EQUAL]
ONE_OPERAND = [Operator.DIRNAME, Operator.BASE64, Operator.JSON]


def _deeper(of: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pair = st.tuples(of, of)
    return st.one_of(
        st.builds(Index, of, INT64),
        st.builds(Member, of, NAMES),
        st.builds(ArtifactProperty, of, NAMES, st.booleans()),
        st.builds(ArtifactValue, of),
        st.builds(ArtifactUri, of),
        st.builds(SplitUri, of, NAMES),
        st.builds(MakeList, st.lists(of, max_size=3).map(tuple)),
        st.builds(lambda key, value: MakeDict((Literal(key),), (value,)), NAMES, of),
        st.builds(Operation, st.sampled_from([*COMPARISONS, Operator.AND, Operator.OR]), pair),
        st.builds(Operation, st.sampled_from(ONE_OPERAND), of.map(lambda one: (one,))),
        st.builds(Operation, st.just(Operator.NOT), of.map(lambda one: (one,))),
        st.builds(
            Operation,
            st.sampled_from([Operator.CONCAT, Operator.JOIN_PATH]),
            st.lists(of, max_size=3).map(tuple),
        ),
    )


@settings(max_examples=200, deadline=None)
@given(st.recursive(LEAVES, _deeper, max_leaves=6))
def test_an_expression_survives_the_way_to_tfx_and_back(expression: Expression) -> None:
    there = to_placeholder(expression, "here")
    back = from_placeholder(there, "here")
    # What is written in two ways, such as `not a == b` and `a != b`, comes back in one of them.
    assert from_placeholder(to_placeholder(back, "here"), "here") == back
    assert to_placeholder(back, "here") == there


@pytest.mark.parametrize(
    "expression",
    [
        Operation(Operator.NOT_EQUAL, (Literal(1), Literal(2))),
        Operation(Operator.LESS_OR_EQUAL, (Literal(2), Literal(2))),
        Operation(Operator.GREATER_OR_EQUAL, (Literal(1), Literal(2))),
        Operation(Operator.AND, (Literal(True), Literal(True), Literal(False))),
        Operation(Operator.OR, (Literal(False), Literal(True))),
        Operation(Operator.NOT, (Literal(False),)),
        Operation(Operator.CONCAT, (Literal("a"), Literal(1), Literal("b"))),
        Operation(Operator.JOIN, (Literal(", "), Literal(["a", "b", "c"]))),
        Operation(Operator.JOIN_PATH, (Literal("/a"), Literal("b"))),
        Operation(Operator.DIRNAME, (Literal("/a/b"),)),
        Operation(Operator.BASE64, (Literal("?>a"),)),
        Operation(Operator.JSON, (Literal(["a", 1, True]),)),
        Index(MakeList((Literal("a"), Operation(Operator.CONCAT, (Literal("b"),)))), 1),
        Member(Literal({"a": 1, "b": [2, 3]}), "b"),
        Literal({"a": [1, {"b": "c"}]}),
    ],
)
def test_tfx_gives_an_expression_the_value_that_we_do(expression: Expression) -> None:
    ours = evaluate(expression, Scope())
    context = empty_placeholder_context()
    assert resolve_placeholder_expression(to_placeholder(expression, "here"), context) == ours
    assert evaluate(from_placeholder(to_placeholder(expression, "here"), "here"), Scope()) == ours


@pytest.mark.parametrize(
    ("expression", "reads"),
    [
        (Literal(None), "None"),
        (Literal(b"bytes"), "b'bytes'"),
        (RuntimeParameterValue("steps"), "runtime_parameter('steps')"),
        (RunInformation(RunField.PIPELINE_ROOT), "runtime_info('pipeline_root')"),
        (
            Operation(Operator.JOIN, (Literal(","), InputArtifacts("models"))),
            "join(',', input('models'))",
        ),
    ],
)
def test_what_tfx_cannot_say_is_refused(expression: Expression, reads: str) -> None:
    expected = (
        f"Node 'trainer': parameter 'steps' reads {reads}, which TFX's pipeline format cannot "
        "express."
    )
    with raises(UnsupportedError, expected):
        to_placeholder(expression, "Node 'trainer': parameter 'steps'")
