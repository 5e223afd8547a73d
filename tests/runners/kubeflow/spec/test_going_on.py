"""Whose failure ends the run at once, and whose leaves something that could still run."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline_lib import ir
from pipeline_lib.ir.expressions import Literal
from pipeline_lib.ir.node_set import NodeSet
from pipeline_lib.runners.kubeflow.spec.going_on import Placed, goes_on
from tests.runners.kubeflow.spec.documents import container_of, document_of, tasks_of

OPTIONAL = ir.NodeOptions(optional=True)
IGNORES = ir.NodeOptions(ignore_upstream_failure=True)


def node(
    id: str,
    *upstream: str,
    options: ir.NodeOptions = ir.NodeOptions(),  # noqa: B008  it is frozen
    holds: tuple[ir.Node, ...] = (),
    loop: bool = False,
) -> ir.Node:
    executor = ir.PipelineExecutor(holds) if holds else ir.FunctionExecutor("steps:train", "")
    parameters = {"item": ir.Parameter(ir.ParameterType.JSON, ir_list())} if loop else {}
    return ir.Node(
        id=id,
        type_name="Train",
        executor=executor,
        upstream=upstream,
        options=options,
        parameters=parameters,
        loop="item" if loop else "",
    )


def ir_list() -> Literal:
    return Literal([1, 2])


def going_on(*nodes: ir.Node) -> set[str]:
    """The nodes after whose failure something could still run."""
    pipeline = ir.Pipeline("pipeline", nodes)
    return {".".join(one.node.id for one in path) for path in _paths(pipeline, ()) if goes_on(path)}


def _paths(level: NodeSet, around: tuple[Placed, ...]) -> Iterator[tuple[Placed, ...]]:
    for one in level.nodes:
        path = (*around, Placed(one, level))
        yield path
        if isinstance(one.executor, ir.PipelineExecutor):
            yield from _paths(one.executor, path)


def test_a_chain_ends() -> None:
    assert going_on(node("a"), node("b", "a"), node("c", "b")) == set()


def test_branches_go_on() -> None:
    assert going_on(node("a"), node("b", "a"), node("c", "a")) == {"b", "c"}


def test_after_an_optional_node_the_run_goes_on() -> None:
    assert going_on(node("a"), node("b", "a", options=OPTIONAL)) == {"b"}


def test_a_node_that_ignores_failures_runs_and_what_follows_it() -> None:
    nodes = (node("a"), node("b", "a"), node("c", "b", options=IGNORES), node("d", "c"))
    assert going_on(*nodes) == {"a", "b"}


def test_inner_nodes() -> None:
    inner = (node("x"), node("y"), node("z", "x", "y"))
    assert going_on(node("a", holds=inner)) == {"a.x", "a.y"}
    # The others go on after what holds them, too.
    assert going_on(node("a", holds=inner), node("b")) == {"a", "a.x", "a.y", "a.z", "b"}


def test_in_a_loop_the_other_iterations_go_on() -> None:
    assert going_on(node("a", holds=(node("x"),), loop=True)) == {"a.x"}


def test_the_last_task_fails_in_the_place_of_those_that_do_not() -> None:
    branches = (node("a"), node("b", "a"), node("c", "a"))
    document = document_of(ir.Pipeline("branches", branches))
    tasks = tasks_of(document, "comp-exit-handler-1")
    assert tasks["check"]["dependentTasks"] == ["b", "c"]
    words = {
        name: container_of(document, one["componentRef"]["name"])["args"]
        for name, one in tasks.items()
    }
    assert {name for name, args in words.items() if "--goes-on" in args} == {"b", "c"}

    chain = document_of(ir.Pipeline("chain", (node("a"), node("b", "a"))))
    assert sorted(tasks_of(chain, "comp-exit-handler-1")) == ["a", "b"]
