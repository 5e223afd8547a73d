"""What CEL makes of a lowered condition is what this library's evaluator makes of the condition."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_lib.ir.evaluation import EvaluationError
from pipeline_lib.ir.expressions import Expression, Literal, Operation, Operator
from tests.runners.kubeflow.spec.conditional import Conditional, parameter, value_of

REASON = "needs cel-expr-python and kfp-pipeline-spec, which are for Python 3.11 beside our extras"
cel = pytest.importorskip("cel_expr_python.cel", reason=REASON)
pipeline_spec_pb2 = pytest.importorskip("kfp.pipeline_spec.pipeline_spec_pb2", reason=REASON)

from google.protobuf import json_format  # noqa: E402

INPUTS = pipeline_spec_pb2.ExecutorInput.Inputs
ENVIRONMENT = cel.NewEnv(variables={"inputs": cel.Type(INPUTS.DESCRIPTOR.full_name)})

COMPARISONS = (
    Operator.EQUAL,
    Operator.NOT_EQUAL,
    Operator.LESS,
    Operator.LESS_OR_EQUAL,
    Operator.GREATER,
    Operator.GREATER_OR_EQUAL,
)
KINDS = (int, float, str, bool)
VALUES = {
    int: st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3) | st.just(2**53 + 1),
    float: st.floats() | st.sampled_from([0.0, -0.0, 1.0]),
    # Text without surrogates, and often equal.
    str: st.text(max_size=4) | st.sampled_from(["", "a", "it's", "\\", "{{x}}", "größer", "\n"]),
    bool: st.booleans(),
}


def in_cel(text: str, given_inputs: dict[str, Any]) -> bool:
    message = INPUTS()
    json_format.ParseDict({"parameterValues": given_inputs}, message)
    value = ENVIRONMENT.compile(text).eval(data={"inputs": message}).value()
    assert isinstance(value, bool), f"{text} is {value!r}"
    return value


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def here(conditional: Conditional, folder: Path) -> bool | None:
    """The condition by our evaluator; `None` where it has no value."""
    try:
        value = conditional.here(folder)
    except EvaluationError:
        return None
    return value if isinstance(value, bool) else None


def check(conditional: Conditional, folder: Path, is_exact: bool) -> None:
    trigger = conditional.trigger
    if trigger is None:
        return
    there = in_cel(trigger.text, conditional.inputs(folder))
    expected = here(conditional, folder)
    # Where it has no value either step says so.
    if expected or (is_exact and expected is not None):
        assert there is expected
    skipping = in_cel(f"!({trigger.text})", conditional.inputs(folder))
    assert skipping is not there


@pytest.mark.parametrize("operator", COMPARISONS, ids=lambda one: one.value)
@pytest.mark.parametrize("left", KINDS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("right", KINDS, ids=lambda one: one.__name__)
def test_two_nodes_compared(operator: Operator, left: type, right: type, folder: Path) -> None:
    condition = Operation(operator, (value_of("one", left), value_of("other", right)))
    numbers = {int, float}

    @settings(max_examples=5, deadline=None)
    @given(VALUES[left], VALUES[right])
    def compared(one: Any, other: Any) -> None:
        conditional = Conditional(condition, {"one": one, "other": other})
        is_lowered = left is right or {left, right} <= numbers
        assert (conditional.trigger is not None) is is_lowered
        check(conditional, folder, is_exact=is_held(one) and is_held(other))

    compared()


@pytest.mark.parametrize("operator", COMPARISONS, ids=lambda one: one.value)
@pytest.mark.parametrize("left", KINDS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("right", KINDS, ids=lambda one: one.__name__)
def test_a_node_and_a_literal_or_a_parameter_compared(
    operator: Operator, left: type, right: type, folder: Path
) -> None:
    @settings(max_examples=5, deadline=None)
    @given(VALUES[left], VALUES[right], st.booleans())
    def compared(one: Any, other: Any, of_run: bool) -> None:
        right_side = parameter("other") if of_run else Literal(other)
        condition = Operation(operator, (value_of("one", left), right_side))
        conditional = Conditional(condition, {"one": one}, {"other": other} if of_run else {})
        assert conditional.trigger is not None
        # Decided by our evaluator in the step of the other node.
        check(conditional, folder, is_exact=True)

    compared()


@pytest.mark.parametrize("operator", COMPARISONS, ids=lambda one: one.value)
@pytest.mark.parametrize("left", KINDS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("right", KINDS, ids=lambda one: one.__name__)
def test_a_parameter_and_a_literal_compared(
    operator: Operator, left: type, right: type, folder: Path
) -> None:
    @settings(max_examples=5, deadline=None)
    @given(VALUES[left].filter(is_held), VALUES[right])
    def compared(one: Any, other: Any) -> None:
        condition = Operation(operator, (parameter("one"), Literal(other)))
        conditional = Conditional(condition, {}, {"one": one})
        fits = left is right or {left, right} <= {int, float}
        assert (conditional.trigger is not None) is (fits and is_held(other))
        check(conditional, folder, is_exact=True)

    compared()


def is_held(value: Any) -> bool:
    """Whether a parameter of Kubeflow can hold the value as it is."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return True
    return abs(value) <= 2**53 if isinstance(value, int) else abs(value) < float("inf")


LEAVES: st.SearchStrategy[Expression] = st.one_of(
    st.builds(
        lambda operator, left, right: Operation(operator, (left, right)),
        st.sampled_from(COMPARISONS),
        st.sampled_from([value_of("one", int), value_of("other", float), parameter("number")]),
        st.sampled_from([value_of("other", float), parameter("number"), Literal(1)]),
    ),
    st.sampled_from(
        [
            parameter("flag"),
            value_of("third", bool),
            # No comparison of these has a value.
            Operation(Operator.LESS, (value_of("one", int), Literal("a"))),
            Operation(Operator.LESS, (value_of("one", int), parameter("text"))),
        ]
    ),
)


def joined(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(lambda one: Operation(Operator.NOT, (one,)), parts),
        st.builds(
            lambda operator, operands: Operation(operator, tuple(operands)),
            st.sampled_from([Operator.AND, Operator.OR]),
            st.lists(parts, min_size=2, max_size=3),
        ),
    )


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(LEAVES, joined, max_leaves=6),
    st.integers(-2, 2),
    st.sampled_from([-1.0, 0.5, 1.0, 2.0]),
    st.booleans(),
    st.booleans(),
)
def test_no_trigger_is_stronger_than_its_condition(
    condition: Expression, one: int, other: float, third: bool, flag: bool
) -> None:
    conditional = Conditional(
        condition,
        {"one": one, "other": other, "third": third},
        {"number": 1, "flag": flag, "text": "a"},
    )
    with tempfile.TemporaryDirectory() as folder:
        trigger = conditional.trigger
        if trigger is None:
            return
        if here(conditional, Path(folder)):
            assert in_cel(trigger.text, conditional.inputs(Path(folder)))
