"""From what an author writes to its value: through the IR, its wire format and the evaluator."""

from __future__ import annotations

import base64
import functools
import json
import operator
import os.path
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_lib import ir
from pipeline_lib import placeholders as ph
from pipeline_lib.dsl.placeholder import Predicate, ValuePlaceholder
from pipeline_lib.ir import serde
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.evaluation import Scope, evaluate
from tests.dsl.test_placeholder import Keys

Known = tuple[Any, Any]
"""A future value, and what Python makes of the same."""

SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text(max_size=4)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=4,
)


def future(value: Any) -> ValuePlaceholder:
    """A future value that will be `value`."""
    return ph.make_dict([("value", [value])]).value[0]


def same(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Known]:
    """Values, once as future values."""
    return values.map(lambda value: (future(value), value))


def several(
    strategy: st.SearchStrategy[Known], make: Callable[..., Any], python: Callable[..., Any]
) -> st.SearchStrategy[Known]:
    """What a function of a list makes of several future values."""
    return st.lists(strategy, min_size=1, max_size=3).map(
        lambda known: (make([one for one, _ in known]), python([value for _, value in known]))
    )


TEXTS: st.SearchStrategy[Known] = st.recursive(
    same(st.text(max_size=4)),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: (two[0][0] + two[1][0], two[0][1] + two[1][1])),
        inner.map(lambda one: ("a" + one[0] + "b", f"a{one[1]}b")),
        several(inner, lambda items: ph.join(items, "-"), "-".join),
        several(inner, lambda items: ph.join_path(*items), lambda items: os.path.join(*items)),
        inner.map(lambda one: (ph.dirname(one[0]), os.path.dirname(one[1]))),
        inner.map(
            lambda one: (
                one[0].b64encode(),
                base64.urlsafe_b64encode(one[1].encode()).decode(),
            )
        ),
        same(JSON).map(
            lambda one: (
                one[0].serialize(ph.ProtoSerializationFormat.JSON),
                json.dumps(one[1], sort_keys=True),
            )
        ),
    ),
    max_leaves=4,
)

COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]
TRUTHS: st.SearchStrategy[Known] = st.recursive(
    st.one_of(
        st.tuples(st.sampled_from(COMPARISONS), TEXTS, TEXTS),
        st.tuples(
            st.sampled_from(COMPARISONS),
            same(st.integers(-3, 3) | st.floats(-3, 3)),
            same(st.integers(-3, 3) | st.floats(-3, 3)),
        ),
    ).map(lambda drawn: (drawn[0](drawn[1][0], drawn[2][0]), drawn[0](drawn[1][1], drawn[2][1]))),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: (two[0][0] & two[1][0], two[0][1] and two[1][1])),
        st.tuples(inner, inner).map(lambda two: (two[0][0] | two[1][0], two[0][1] or two[1][1])),
        inner.map(lambda one: (~one[0], not one[1])),
    ),
    max_leaves=4,
)

ANY: st.SearchStrategy[Known] = st.recursive(
    TEXTS | TRUTHS | same(JSON),
    lambda inner: st.one_of(
        several(inner, ph.make_list, list),
        several(inner, lambda items: ph.make_list(items)[-1], lambda items: items[-1]),
        inner.map(lambda one: (ph.make_dict([("k", [one[0]])]), {"k": [one[1]]})),
        inner.map(lambda one: (ph.make_dict({"a": {"b": [one[0]]}}).a["b"][0], one[1])),
    ),
    max_leaves=4,
)


@settings(max_examples=50, deadline=None)
@given(ANY)
def test_value_is_what_python_makes_of_the_same(known: Known) -> None:
    placeholder, value = known
    expression = placeholder.to_expression(Keys())
    node = ir.Node("node", "Node", ir.ContainerExecutor("image", (expression,)))
    pipeline = ir.Pipeline("pipeline", (node,))
    loaded = serde.loads(serde.dumps(pipeline))
    assert loaded == pipeline

    executor = loaded.nodes[0].executor
    assert isinstance(executor, ir.ContainerExecutor)
    assert evaluate(executor.command[0], Scope()) == value
    assert describe(executor.command[0]) == repr(placeholder)


@settings(max_examples=50, deadline=None)
@given(TRUTHS)
def test_condition_is_a_predicate(known: Known) -> None:
    placeholder, value = known
    assert isinstance(placeholder, Predicate)
    assert evaluate(placeholder.to_expression(Keys()), Scope()) is value


def test_long_chain_fits_into_the_wire_format() -> None:
    each = [ph.runtime_info("node_id") == str(count) for count in range(200)]
    chain = functools.reduce(ph.logical_or, each)
    text = functools.reduce(operator.add, [ph.runtime_info("node_id")] * 200)
    command = (chain.to_expression(Keys()), text.to_expression(Keys()))
    pipeline = ir.Pipeline(
        "pipeline", (ir.Node("node", "Node", ir.ContainerExecutor("image", command)),)
    )
    assert serde.loads(serde.dumps(pipeline)) == pipeline


def test_list_in_quotes_is_tfxs() -> None:
    written = future(["a", 1, True]).serialize_list(ph.ListSerializationFormat.COMMA_SEPARATED_STR)
    assert evaluate(written.to_expression(Keys()), Scope()) == '"a",1,True'
