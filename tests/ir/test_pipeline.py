from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_lib.errors import InvalidPipelineError
from pipeline_lib.ir.executors import (
    ClassExecutor,
    ContainerExecutor,
    FunctionExecutor,
    ImportExecutor,
    PipelineExecutor,
)
from pipeline_lib.ir.expressions import (
    ArtifactUri,
    ExecutionParameterValue,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    OutputArtifacts,
    RunField,
    RunInformation,
    RuntimeParameterValue,
    SourceFile,
)
from pipeline_lib.ir.inputs import ArtifactType, Input, NodeOutput, Output
from pipeline_lib.ir.node import Node, Parameter, ParameterType
from pipeline_lib.ir.pipeline import Pipeline, RuntimeParameter, SourceBundle
from tests.whole_message import raises

MODEL = ArtifactType("Model")
RUN = FunctionExecutor("module:function", "digest")


def node(id: str, *upstream: str, **changed: Any) -> Node:
    """A node with one output `model`."""
    return Node(
        **{
            "id": id,
            "type_name": "Node",
            "executor": RUN,
            "outputs": {"model": Output(MODEL)},
            "upstream": upstream,
            **changed,
        }
    )


def reader(id: str, source: NodeOutput, type: ArtifactType = MODEL) -> Node:
    """A node that reads `source`."""
    return node(id, inputs={"model": Input(type, (source,))})


def test_nodes_are_found_by_id_and_know_what_they_wait_for() -> None:
    read = reader("read", NodeOutput("write", "model"))
    pipeline = Pipeline("p", (node("write"), read, node("last", "read")))
    assert pipeline.by_id["read"] is read
    assert pipeline.dependencies == {
        "write": frozenset(),
        "read": frozenset({"write"}),
        "last": frozenset({"read"}),
    }


def order(*nodes: Node) -> list[str]:
    return [one.id for one in Pipeline("p", nodes).nodes]


def test_nodes_stand_in_an_order_in_which_they_could_run() -> None:
    assert order(node("c", "b"), node("b", "a"), node("a")) == ["a", "b", "c"]


def test_nodes_else_stay_in_the_order_given() -> None:
    assert order(node("z"), node("a"), node("m", "a"), node("b")) == ["z", "a", "m", "b"]


@given(st.lists(st.sets(st.integers(0, 7)), max_size=8), st.randoms(use_true_random=False))
def test_every_pipeline_without_a_cycle_has_such_an_order(
    earlier: list[set[int]], random: Any
) -> None:
    nodes = [
        node(str(place), *sorted(str(one) for one in waited if one < place))
        for place, waited in enumerate(earlier)
    ]
    random.shuffle(nodes)
    ordered = Pipeline("p", tuple(nodes)).nodes
    assert sorted(one.id for one in ordered) == sorted(one.id for one in nodes)
    seen: set[str] = set()
    for one in ordered:
        assert set(one.upstream) <= seen
        seen.add(one.id)


def test_cycle_is_refused_along_the_way_of_the_data() -> None:
    message = "Pipeline 'p' has a cycle: b -> c -> a -> b. A node cannot wait for its own result."
    with raises(InvalidPipelineError, message):
        Pipeline("p", (node("b", "a"), reader("c", NodeOutput("b", "model")), node("a", "c")))


def test_node_that_waits_for_itself_is_refused() -> None:
    message = "Pipeline 'p' has a cycle: a -> a. A node cannot wait for its own result."
    with raises(InvalidPipelineError, message):
        Pipeline("p", (node("a", "a"),))


def test_two_nodes_with_one_id_are_refused() -> None:
    message = (
        "Pipeline 'p' has two nodes with the id 'a'. Give one of them another with .with_id(...)."
    )
    with raises(InvalidPipelineError, message):
        Pipeline("p", (node("a"), node("a")))


BAD_NAMES: list[Any] = ["", 5, None, "a b", "a/b", "..", "-a", "ä", "a\n", "a\0"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_cannot_be_part_of_a_path_are_refused(name: str) -> None:
    tail = f"{name!r} is not valid: letters, digits, '_', '-' and '.' are allowed."
    with raises(InvalidPipelineError, f"Pipeline name {tail}"):
        Pipeline(name, ())
    with raises(InvalidPipelineError, f"Node id {tail}"):
        node(name)


def test_schema_of_a_later_release_is_refused() -> None:
    message = "Pipeline 'p' has schema version 2; this release reads up to 1. Install a newer one."
    with raises(InvalidPipelineError, message):
        Pipeline("p", (), schema_version=2)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (
            node("read", "writ"),
            "Node 'read' waits for node 'writ', which pipeline 'p' does not contain. "
            "These exist: 'read', 'write'. Did you mean 'write'?",
        ),
        (
            reader("read", NodeOutput("writ", "model")),
            "Input 'model' of node 'read' reads from node 'writ', which pipeline 'p' does not "
            "contain. These exist: 'read', 'write'. Did you mean 'write'?",
        ),
        (
            reader("read", NodeOutput("write", "modle")),
            "Input 'model' of node 'read' reads output 'modle' of node 'write', which has none of "
            "that name. These exist: 'model'. Did you mean 'model'?",
        ),
        (
            reader("read", NodeOutput("write", "model"), ArtifactType("Examples")),
            "Input 'model' of node 'read' takes 'Examples', "
            "but output 'model' of node 'write' is 'Model'.",
        ),
        (
            node("read", condition=RuntimeParameterValue("rat")),
            "Node 'read' reads runtime parameter 'rat', which pipeline 'p' does not declare. "
            "These exist: 'rate'. Did you mean 'rate'?",
        ),
        (
            node("read", condition=SourceFile("5678", "m.py")),
            "Node 'read' reads source file 'm.py' of bundle '5678', "
            "which pipeline 'p' does not carry.",
        ),
    ],
)
def test_reference_to_what_is_not_there_is_refused(bad: Node, message: str) -> None:
    with raises(InvalidPipelineError, message):
        Pipeline(
            "p",
            (node("write"), bad),
            runtime_parameters=(RuntimeParameter("rate", ParameterType.FLOAT),),
            sources=(SourceBundle("1234", {}),),
        )


def test_root_that_reads_what_is_not_there_is_refused() -> None:
    message = (
        "The root reads runtime parameter 'root', which pipeline 'p' does not declare. None exist."
    )
    with raises(InvalidPipelineError, message):
        Pipeline("p", (), root=RuntimeParameterValue("root"))


def has(expression: Expression, where: str) -> dict[str, Any]:
    """A node's fields with `expression` at a place where one can stand."""
    fields: dict[str, dict[str, Any]] = {
        "parameter": {"parameters": {"own": Parameter(ParameterType.STRING, expression)}},
        "condition": {"condition": expression},
        "beam argument": {"executor": ClassExecutor("m:C", "", (expression,))},
        "command": {"executor": ContainerExecutor("image", (expression,))},
        "property": {"executor": ImportExecutor({"a": expression}, {})},
        "custom property": {"executor": ImportExecutor({}, {"a": expression})},
    }
    return fields[where]


PLACES = ["parameter", "condition", "beam argument", "command", "property", "custom property"]


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize(
    ("leaf", "message"),
    [
        (InputArtifacts("modle"), "input 'modle', which it does not have. None exist."),
        (
            OutputArtifacts("modle"),
            "output 'modle', which it does not have. These exist: 'model'. Did you mean 'model'?",
        ),
    ],
)
def test_expression_that_reads_what_the_node_lacks_is_refused_wherever_it_stands(
    leaf: Expression, message: str, where: str
) -> None:
    with raises(InvalidPipelineError, f"Node 'a' reads its {message}"):
        node("a", **has(ArtifactUri(Index(leaf, 0)), where))


def test_expression_that_reads_an_unknown_parameter_is_refused() -> None:
    message = "Node 'a' reads its parameter 'steps', which it does not have. None exist."
    with raises(InvalidPipelineError, message):
        node("a", **has(ExecutionParameterValue("steps"), "command"))


def test_pipeline_cannot_be_changed() -> None:
    given = {"steps": Parameter(ParameterType.JSON, Literal({"a": [1]}))}
    pipeline = Pipeline("p", (node("a", parameters=given),))
    given.clear()
    first = pipeline.nodes[0]
    assert set(first.parameters) == {"steps"}
    with pytest.raises(dataclasses.FrozenInstanceError):
        pipeline.name = "q"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.id = "b"  # type: ignore[misc]
    with pytest.raises(TypeError):
        first.parameters["rate"] = given  # type: ignore[index]
    with pytest.raises(TypeError):
        first.parameters["steps"].value.value["a"] = 1  # type: ignore[union-attr]


def test_pipeline_can_be_pickled_and_hashed() -> None:
    pipeline = Pipeline("p", (node("a", condition=Literal([1])),))
    again = pickle.loads(pickle.dumps(pipeline))
    assert again == pipeline
    assert hash(again) == hash(pipeline)


def test_nodes_that_would_be_recorded_under_one_name_are_refused() -> None:
    message = (
        "Pipeline 'p' has two nodes that would be recorded as 'a.b': a dot stands between a node "
        "and the one that it is in. Give one of them another id with .with_id(...)."
    )
    holder = Node("a", "Node", PipelineExecutor((node("b"),)))
    with raises(InvalidPipelineError, message):
        Pipeline("p", (holder, node("a.b")))


def test_how_the_run_ended_is_known_to_the_exit_handler_only() -> None:
    end = Parameter(ParameterType.STRING, RunInformation(RunField.FINAL_STATUS))
    reads = node("reads", parameters={"status": end})
    Pipeline("p", (node("a"),), exit_handler=reads)
    message = (
        "Node 'reads' reads runtime_info('final_status'), how the run ended, which only an exit "
        "handler can: Pipeline(..., exit_handler=...)."
    )
    for nodes in ((reads,), (Node("around", "Node", PipelineExecutor((reads,))),)):
        with raises(InvalidPipelineError, message):
            Pipeline("p", nodes)
