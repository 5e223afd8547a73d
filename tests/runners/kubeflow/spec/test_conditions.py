"""What of a condition becomes a trigger, and what other steps tell for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline_lib import Cond, ForEach, Pipeline, PipelineInputs, RuntimeParameter, compile, ir
from pipeline_lib.ir.evaluation import Scope
from pipeline_lib.ir.expressions import (
    ArtifactValue,
    EnvironmentVariable,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    Operation,
    Operator,
    OutputArtifacts,
    RunField,
    RunInformation,
)
from pipeline_lib.runners.kubeflow.spec import cel
from pipeline_lib.runners.kubeflow.spec.conditions import told_values
from pipeline_lib.runners.kubeflow.spec.told import ToldValue
from tests.runners import flow_steps as flow
from tests.runners.kubeflow.spec.conditional import Conditional, parameter, value_of, written
from tests.runners.kubeflow.spec.documents import document_of, tasks_of

ONE, OTHER, FLAG = value_of("one", int), value_of("other", int), parameter("flag")
IS_LARGE = Operation(Operator.GREATER, (ONE, Literal(3)))
READS_ENVIRONMENT = Operation(Operator.EQUAL, (EnvironmentVariable("HOME"), Literal("/root")))
VALUES = {"one": 1, "other": 2}


def trigger_of(condition: Expression) -> str | None:
    trigger = Conditional(condition, VALUES, {"flag": True}).trigger
    return None if trigger is None else trigger.text


def told(number: int) -> str:
    return f"inputs.parameter_values['told-{number}']"


def test_a_part_that_reads_one_node_is_told_whole() -> None:
    outer = Operation(Operator.OR, (IS_LARGE, Operation(Operator.NOT, (IS_LARGE,))))
    assert trigger_of(outer) == f"{told(1)} == true"
    assert told_values(Conditional(outer, VALUES).pipeline, "one") == {
        "told-1": ToldValue(
            Operation(
                Operator.OR,
                (
                    Operation(Operator.GREATER, (_output("Integer"), Literal(3))),
                    Operation(
                        Operator.NOT,
                        (Operation(Operator.GREATER, (_output("Integer"), Literal(3))),),
                    ),
                ),
            ),
            ir.ParameterType.BOOL,
        )
    }


def _output(key: str) -> Expression:
    return ArtifactValue(Index(OutputArtifacts(key), 0))


def test_parts_are_joined() -> None:
    is_small = Operation(Operator.LESS, (OTHER, Literal(0)))
    both = Operation(Operator.AND, (IS_LARGE, is_small))
    assert trigger_of(both) == f"({told(1)} == true && {told(2)} == true)"
    # The negation goes inwards, and the nodes tell that.
    neither = Operation(Operator.NOT, (Operation(Operator.OR, (IS_LARGE, is_small)),))
    assert trigger_of(neither) == f"({told(1)} == true && {told(2)} == true)"
    flagged = Operation(Operator.OR, (Operation(Operator.NOT, (FLAG,)), both))
    assert trigger_of(flagged) == (
        "(!(inputs.parameter_values['run-flag'] == true) || "
        f"({told(2)} == true && {told(3)} == true))"
    )


def test_values_of_two_nodes_are_compared_where_they_are_known() -> None:
    compared = Operation(Operator.LESS, (ONE, OTHER))
    assert trigger_of(compared) == (
        f"(!({told(1)} == true) || !({told(3)} == true) || {told(2)} < {told(4)})"
    )


def test_what_cannot_be_said_of_a_conjunction_is_left_to_the_step() -> None:
    both = Operation(Operator.AND, (IS_LARGE, READS_ENVIRONMENT))
    assert trigger_of(both) == f"{told(1)} == true"


@pytest.mark.parametrize(
    "condition",
    [
        READS_ENVIRONMENT,
        Operation(Operator.OR, (IS_LARGE, READS_ENVIRONMENT)),
        Operation(Operator.NOT, (Operation(Operator.AND, (IS_LARGE, READS_ENVIRONMENT)),)),
        Operation(Operator.EQUAL, (RunInformation(RunField.NODE_ID), Literal("asks"))),
        # It would be an error, which the step records.
        Operation(Operator.LESS, (ONE, value_of("text", str))),
        Operation(Operator.EQUAL, (FLAG, Literal("yes"))),
        Literal(True),
    ],
    ids=str,
)
def test_conditions_that_are_left_to_the_step(condition: Expression) -> None:
    conditional = Conditional(condition, {**VALUES, "text": "a"}, {"flag": True})
    assert conditional.trigger is None
    assert not any(told_values(conditional.pipeline, one) for one in ("one", "other", "text"))


def test_a_node_that_may_be_skipped_by_a_trigger_tells_nothing() -> None:
    pipeline = Conditional(IS_LARGE, VALUES).pipeline
    asks = replace(pipeline.by_id["asks"], outputs=pipeline.by_id["one"].outputs)
    key = "_asks.Integer"
    below = replace(
        asks,
        id="below",
        inputs={key: replace(asks.inputs["_one.Integer"], sources=(_source("asks"),))},
        condition=Operation(
            Operator.EQUAL, (ArtifactValue(Index(InputArtifacts(key), 0)), Literal(1))
        ),
    )
    nodes = (*(node for node in pipeline.nodes if node.id != "asks"), asks, below)
    longer = replace(pipeline, nodes=nodes)
    assert told_values(longer, "asks") == {}
    tasks = tasks_of(document_of(longer), "comp-exit-handler-1")
    assert tasks["asks"]["componentRef"]["name"] == "comp-asks"
    assert tasks["below"]["componentRef"]["name"] == "comp-ask-2"


def _source(node_id: str) -> ir.NodeOutput:
    return ir.NodeOutput(node_id, "Integer")


def test_elements_of_loops_and_inputs_of_sub_pipelines_are_left_to_the_step() -> None:
    numbers = flow.Numbers(values=RuntimeParameter("values", list, default=[1]))
    with ForEach([1, 2], name="each") as number, Cond(number > 1):
        in_loop = flow.Multiply(n=number)
    inputs = PipelineInputs({"numbers": numbers.outputs["numbers"]})
    with Cond(inputs["numbers"].future()[0].value[0] > 1):
        inside = flow.Multiply(n=3).with_id("inside")
    sub = Pipeline("sub", components=[inside], inputs=inputs)
    document = document_of(Pipeline("nested", components=[numbers, in_loop, sub]))
    for component in document.spec["components"].values():
        for task in component.get("dag", {}).get("tasks", {}).values():
            condition = task.get("triggerPolicy", {}).get("condition", "")
            assert condition in ("", "inputs.parameter_values['runs'] == true")


def test_told_values_are_found_by_full_id() -> None:
    numbers = flow.Numbers(values=[1, 2])
    with ForEach(numbers.outputs["numbers"].future()[0].value, name="a.b") as number:
        multiply = flow.Multiply(n=number).with_id("c.d")
        with Cond(multiply.outputs["n"].future()[0].value > 2):
            last = flow.Multiply(n=number).with_id("last")
    pipeline = compile(Pipeline("dots", components=[numbers, multiply, last]))
    assert list(told_values(pipeline, "a.b.c.d")) == ["told-1"]
    assert told_values(pipeline, "a.b.last") == {}
    assert told_values(pipeline, "Numbers") == {}


@pytest.mark.parametrize(
    ("value", "kind", "text", "is_known"),
    [
        (3, ir.ParameterType.FLOAT, "3.0", "true"),
        (0.1, ir.ParameterType.FLOAT, "0.1", "true"),
        (2**53 + 1, ir.ParameterType.FLOAT, "0.0", "false"),
        (float("nan"), ir.ParameterType.FLOAT, "0.0", "false"),
        (True, ir.ParameterType.FLOAT, "0.0", "false"),
        ("it's", ir.ParameterType.STRING, "it's", "true"),
        (True, ir.ParameterType.BOOL, "true", "true"),
        (1, ir.ParameterType.BOOL, "false", "false"),
    ],
)
def test_texts_that_are_told(
    value: object, kind: ir.ParameterType, text: str, is_known: str, tmp_path: Path
) -> None:
    artifact = written("one", value, tmp_path)
    scope = Scope(outputs={artifact.type_name: [artifact]})
    told_value = ToldValue(_output(artifact.type_name), kind)
    assert told_value.text(scope) == text
    assert replace(told_value, whether_known=True).text(scope) == is_known
    # A file that is gone, and a node that has not succeeded.
    Path(artifact.uri).unlink()
    for nothing in (scope, None):
        empty = {"FLOAT": "0.0", "STRING": "", "BOOL": "false"}[kind.name]
        assert told_value.text(nothing) == empty
        assert replace(told_value, whether_known=True).text(nothing) == "false"


def test_texts_in_cel() -> None:
    assert cel.string("it's a \\ {{brace}}\n\U0001f600") == (
        "'it\\'s a \\\\ \\u007b\\u007bbrace\\u007d\\u007d\\u000a\U0001f600'"
    )
    assert cel.literal(2) == ("2.0", ir.ParameterType.FLOAT)
    assert cel.literal(True) == ("true", ir.ParameterType.BOOL)
    assert cel.literal(float("inf")) is None
    assert cel.literal([1]) is None
