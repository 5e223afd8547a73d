"""Values that the run is given for parameters."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir import evaluation
from pipeline_lib.ir.executors import ClassExecutor
from pipeline_lib.ir.expressions import RuntimeParameterValue
from pipeline_lib.ir.node import Node, Parameter, ParameterType
from pipeline_lib.node.parameter_values import parameter_values
from tests.whole_message import raises


def value_of(declared: ParameterType, given: Any) -> Any:
    """What a node gets for a parameter for which the run is given a value."""
    node = Node(
        id="n",
        type_name="N",
        executor=ClassExecutor("m:E", ""),
        parameters={"p": Parameter(declared, RuntimeParameterValue("r"))},
    )
    scope = evaluation.Scope(runtime_parameters={"r": given})
    return parameter_values(node, scope)["p"]


@pytest.mark.parametrize(
    ("declared", "given", "value"),
    [
        (ParameterType.JSON, '{"steps": 1}', {"steps": 1}),
        (ParameterType.JSON, "[1]", [1]),
        (ParameterType.BOOL, 1, True),
        (ParameterType.BOOL, 0, False),
        (ParameterType.BOOL, True, True),
        (ParameterType.FLOAT, 1, 1.0),
        (ParameterType.STRING, '{"steps": 1}', '{"steps": 1}'),
    ],
)
def test_is_read_as_the_declared_type(declared: ParameterType, given: Any, value: Any) -> None:
    assert repr(value_of(declared, given)) == repr(value)


@pytest.mark.parametrize(
    ("declared", "given", "message"),
    [
        (ParameterType.JSON, "{", "takes list or dict, got '{' of type str."),
        (ParameterType.JSON, "1", "takes list or dict, got 1 of type int."),
        (ParameterType.BOOL, 2, "takes bool, got 2 of type int."),
        (ParameterType.BOOL, 1.0, "takes bool, got 1.0 of type float."),
        (ParameterType.INT, True, "takes int, got True of type bool."),
    ],
)
def test_what_does_not_fit_is_refused(declared: ParameterType, given: Any, message: str) -> None:
    with raises(
        AuthoringError, f"Node 'n': parameter 'p', which reads runtime_parameter('r'), {message}"
    ):
        value_of(declared, given)
