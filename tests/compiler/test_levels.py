"""How nodes in loops and sub-pipelines reach what is outside of them, and are reached."""

from __future__ import annotations

from typing import Any

from pipeline_lib import (
    Cond,
    ForEach,
    Importer,
    Pipeline,
    PipelineInputs,
    Resolver,
    RuntimeParameter,
    compile,
    union,
)
from pipeline_lib.artifacts.standard_artifacts import Model
from pipeline_lib.artifacts.strategies import LatestArtifactStrategy
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import AuthoringError, InvalidPipelineError
from pipeline_lib.ir import serde
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.expressions import Literal, RuntimeParameterValue
from pipeline_lib.ir.inputs import NodeOutput, PipelineInput
from tests.compiler.pipelines import control_flow
from tests.dsl import steps
from tests.runners import flow_steps as flow
from tests.whole_message import raises


def compiled(*nodes: BaseNode) -> Any:
    return compile(Pipeline("p", components=list(nodes)))


def inner(ir: Any, *ids: str) -> Any:
    """The node of these ids, outermost first."""
    for node_id in ids[:-1]:
        ir = ir.by_id[node_id].executor
    return ir.by_id[ids[-1]]


def sources(node: Any) -> dict[str, tuple[Any, ...]]:
    return {key: declared.sources for key, declared in node.inputs.items()}


def test_a_whole_pipeline_is_the_same_on_the_wire_and_each_time() -> None:
    ir = compile(control_flow())
    assert serde.loads(serde.dumps(ir)) == ir
    assert serde.dumps(compile(control_flow())) == serde.dumps(ir)


class TestLoops:
    def test_over_artifacts_give_one_at_an_input_of_the_loop(self) -> None:
        one, two = flow.Write().with_id("one"), flow.Write().with_id("two")
        with ForEach(union([one.outputs["model"], two.outputs["model"]]), name="each") as model:
            append = flow.Append(model=model)
        ir = compiled(one, two, append)
        loop = inner(ir, "each")
        assert (loop.type_name, loop.loop) == ("pipeline_lib.ForEach", "item")
        assert sources(loop) == {"item": (NodeOutput("one", "model"), NodeOutput("two", "model"))}
        assert loop.inputs["item"].min_count == 0
        assert sources(inner(ir, "each", "Append")) == {"model": (PipelineInput("item"),)}

    def test_over_values_give_one_as_a_parameter(self) -> None:
        with ForEach([3, 4], name="each") as number:
            multiply = flow.Multiply(n=number)
        ir = compiled(multiply)
        loop = inner(ir, "each")
        assert (loop.loop, loop.parameters["each.item"].value) == ("each.item", Literal([3, 4]))
        value = inner(ir, "each", "Multiply").parameters["n"].value
        assert value == RuntimeParameterValue("each.item")
        assert ir.runtime_parameters == ()

    def test_over_a_runtime_parameter_declare_it(self) -> None:
        with ForEach(RuntimeParameter("numbers", list)) as number:
            multiply = flow.Multiply(n=number)
        (declared,) = compiled(multiply).runtime_parameters
        assert (declared.name, declared.default) == ("numbers", None)

    def test_what_inner_nodes_read_outside_is_one_input_of_the_loop(self) -> None:
        write, number = flow.Write(), flow.Multiply(n=1).with_id("number")
        value = number.outputs["n"].future()[0].value
        with ForEach([1, 2], name="each"):
            first = flow.Append(model=write.outputs["model"]).with_id("first")
            second = flow.Append(model=write.outputs["model"]).with_id("second")
            third = flow.Multiply(n=value, by=value)
        ir = compiled(write, number, first, second, third)
        assert sources(inner(ir, "each")) == {
            "_Write.model": (NodeOutput("Write", "model"),),
            "_number.n": (NodeOutput("number", "n"),),
        }
        assert {one.min_count for one in inner(ir, "each").inputs.values()} == {0}
        for node_id in ("first", "second"):
            assert sources(inner(ir, "each", node_id)) == {
                "model": (PipelineInput("_Write.model"),)
            }
        assert sources(inner(ir, "each", "Multiply")) == {
            "_number.n": (PipelineInput("_number.n"),)
        }
        assert ir.dependencies["each"] == {"Write", "number"}

    def test_what_outer_nodes_read_inside_is_an_output_of_the_loop(self) -> None:
        with ForEach([1, 2], name="outer"), ForEach([3], name="inner"):
            write = flow.Write()
        collect = flow.Collect(models=write.outputs["model"])
        ir = compiled(write, collect)
        assert sources(inner(ir, "Collect")) == {
            "models": (NodeOutput("outer", "inner.Write.model"),)
        }
        outer, nested = inner(ir, "outer").executor, inner(ir, "outer", "inner").executor
        assert outer.outputs == {"inner.Write.model": NodeOutput("inner", "Write.model")}
        assert nested.outputs == {"Write.model": NodeOutput("Write", "model")}
        assert inner(ir, "outer").outputs["inner.Write.model"].type.name == "Model"

    def test_one_loop_reads_what_another_has_collected(self) -> None:
        with ForEach(["a"], name="one") as text:
            write = flow.Write(text=text)
        with ForEach(["b"], name="two") as text:
            collect = flow.Collect(models=write.outputs["model"])
            with ForEach(write.outputs["model"], name="three") as model:
                append = flow.Append(model=model)
        ir = compiled(write, collect, append)
        written = NodeOutput("one", "Write.model")
        assert ir.dependencies["two"] == {"one"}
        assert set(sources(inner(ir, "two")).values()) == {(written,)}
        (captured,) = sources(inner(ir, "two", "Collect"))["models"]
        assert captured.key in inner(ir, "two").inputs
        assert sources(inner(ir, "two", "three"))["item"] == (captured,)

    def test_an_outer_element_is_read_in_an_inner_loop(self) -> None:
        write = flow.Write()
        with ForEach(write.outputs["model"], name="outer") as model, ForEach([1, 2], name="inner"):
            append = flow.Append(model=model)
        ir = compiled(write, append)
        assert sources(inner(ir, "outer", "inner")) == {"_outer.item": (PipelineInput("item"),)}
        assert sources(inner(ir, "outer", "inner", "Append")) == {
            "model": (PipelineInput("_outer.item"),)
        }

    def test_a_name_that_is_taken_beside_or_around_is_numbered(self) -> None:
        with ForEach([1]):
            first = flow.Multiply(n=1).with_id("first")
        with ForEach([2]) as number, ForEach([3]) as other:
            second = flow.Multiply(n=number, by=other).with_id("second")
        ir = compiled(first, second)
        assert [node.id for node in ir.nodes] == ["ForEach", "ForEach_2"]
        parameters = inner(ir, "ForEach_2", "ForEach", "second").parameters
        assert {name: describe(one.value) for name, one in parameters.items()} == {
            "n": "ForEach_2.item",
            "by": "ForEach.item",
        }

    def test_a_name_that_is_a_node_s_is_refused(self) -> None:
        with ForEach([1], name="Write"):
            multiply = flow.Multiply(n=1)
        message = (
            "Pipeline 'p' has two nodes with the id 'Write'. "
            "Give one of them another with .with_id(...)."
        )
        with raises(InvalidPipelineError, message):
            compiled(flow.Write(), multiply)

    def test_nodes_of_one_id_are_refused_in_one_loop_only(self) -> None:
        with ForEach([1], name="one"):
            first = flow.Multiply(n=1)
        with ForEach([1], name="two"):
            second = flow.Multiply(n=1)
        assert len(compiled(first, second).nodes) == 2
        with ForEach([1], name="three"):
            nodes = flow.Multiply(n=1), flow.Multiply(n=1)
        message = (
            "Node 'three' has two nodes with the id 'Multiply'. "
            "Give one of them another with .with_id(...)."
        )
        with raises(InvalidPipelineError, message):
            compiled(*nodes)

    def test_a_cycle_through_a_loop_is_refused(self) -> None:
        first = flow.Multiply(n=1).with_id("first")
        with ForEach([1], name="each"):
            inside = flow.Multiply(n=first.outputs["n"].future()[0].value)
        first.add_upstream_node(inside)
        message = (
            "Pipeline 'p' has a cycle: first -> each -> first. "
            "A node cannot wait for its own result."
        )
        with raises(InvalidPipelineError, message):
            compiled(first, inside)

    def test_importers_and_resolvers_may_be_in_loops(self) -> None:
        write = flow.Write()
        with ForEach([1], name="each"):
            importer = Importer("here", Model)
            latest = Resolver(LatestArtifactStrategy, model=write.outputs["model"])
        ir = compiled(write, importer, latest)
        assert sources(inner(ir, "each", "Resolver")) == {"model": (PipelineInput("_Write.model"),)}


class TestConditions:
    def test_before_a_loop_are_the_loops(self) -> None:
        number = flow.Multiply(n=1).with_id("number")
        value = number.outputs["n"].future()[0].value
        with Cond(value > 1), Cond(value < 5), ForEach([1], name="each"):
            inside = flow.Multiply(n=1)
        ir = compiled(number, inside)
        assert describe(inner(ir, "each").condition) == (
            "((number.outputs['n'][0].value > 1) and (number.outputs['n'][0].value < 5))"
        )
        assert inner(ir, "each", "Multiply").condition is None
        assert inner(ir, "each").inputs["_number.n"].hidden

    def test_inside_a_loop_are_its_nodes(self) -> None:
        with ForEach([1], name="each") as number, Cond(number > 1):
            inside = flow.Multiply(n=number)
        ir = compiled(inside)
        assert inner(ir, "each").condition is None
        assert describe(inner(ir, "each", "Multiply").condition) == ("(each.item > 1)")

    def test_between_loops_are_the_inner_ones(self) -> None:
        with ForEach([1], name="outer") as number, Cond(number > 1), ForEach([2], name="inner"):
            inside = flow.Multiply(n=number)
        ir = compiled(inside)
        assert inner(ir, "outer").condition is None
        assert inner(ir, "outer", "inner").condition is not None
        assert inner(ir, "outer", "inner", "Multiply").condition is None

    def test_that_read_the_node_itself_are_refused(self) -> None:
        node = flow.Multiply(n=1)
        with Cond(node.outputs["n"].future()[0].value == 1):
            other = flow.Multiply(n=2).with_id("other")
        node.add_upstream_node(other)
        message = (
            "Pipeline 'p' has a cycle: Multiply -> other -> Multiply. "
            "A node cannot wait for its own result."
        )
        with raises(InvalidPipelineError, message):
            compiled(node, other)


class TestSubPipelines:
    def test_read_their_inputs_and_write_their_outputs(self) -> None:
        write = flow.Write()
        inputs = PipelineInputs({"model": write.outputs["model"]})
        append = flow.Append(model=inputs["model"])
        outputs = {"longer": append.outputs["longer"]}
        sub = Pipeline("sub", components=[append], inputs=inputs, outputs=outputs)
        after = flow.Append(model=sub.outputs["longer"]).with_id("after")
        ir = compiled(after, sub, write)
        node = inner(ir, "sub")
        assert (node.type_name, node.loop) == ("tfx.orchestration.pipeline.Pipeline", "")
        assert sources(node) == {"model": (NodeOutput("Write", "model"),)}
        assert node.executor.outputs == {"longer": NodeOutput("Append", "longer")}
        assert sources(inner(ir, "sub", "Append")) == {"model": (PipelineInput("model"),)}
        assert sources(inner(ir, "after")) == {"model": (NodeOutput("sub", "longer"),)}

    def test_conditions_inside_read_their_inputs(self) -> None:
        number = flow.Multiply(n=1).with_id("number")
        inputs = PipelineInputs({"n": number.outputs["n"]})
        with Cond(inputs["n"].future()[0].value > 1):
            inside = flow.Multiply(n=inputs["n"].future()[0].value)
        sub = Pipeline("sub", components=[inside], inputs=inputs)
        node = inner(compiled(number, sub), "sub", "Multiply")
        assert sources(node) == {"_PipelineInputs.n": (PipelineInput("n"),)}
        assert describe(node.condition) == "(PipelineInputs.outputs['n'][0].value > 1)"

    def test_loops_inside_capture_their_inputs(self) -> None:
        write = flow.Write()
        inputs = PipelineInputs({"model": write.outputs["model"]})
        with ForEach([1, 2], name="each"):
            append = flow.Append(model=inputs["model"])
        outputs = {"longer": append.outputs["longer"]}
        sub = Pipeline("sub", components=[append], inputs=inputs, outputs=outputs)
        ir = compiled(write, sub)
        assert sources(inner(ir, "sub", "each")) == {
            "_PipelineInputs.model": (PipelineInput("model"),)
        }
        assert inner(ir, "sub").executor.outputs == {"longer": NodeOutput("each", "Append.longer")}

    def test_a_loop_around_lends_its_value(self) -> None:
        with ForEach([1, 2], name="each") as number:
            inside = flow.Multiply(n=number)
            sub = Pipeline("sub", components=[inside])
        node = inner(compiled(sub), "each", "sub", "Multiply")
        assert node.parameters["n"].value == RuntimeParameterValue("each.item")

    def test_made_outside_of_their_nodes_loop_hold_it(self) -> None:
        with ForEach([1, 2], name="each") as number:
            inside = flow.Multiply(n=number)
        ir = compiled(Pipeline("sub", components=[inside]))
        assert inner(ir, "sub", "each", "Multiply").id == "Multiply"

    def test_what_is_inside_of_them_cannot_be_collected_past_them(self) -> None:
        write = flow.Write()
        sub = Pipeline("sub", components=[write])
        reads = flow.Append(model=write.outputs["model"])
        pipeline = Pipeline("p", components=[sub])
        pipeline.components.append(reads)
        message = (
            "Input 'model' of node 'Append' reads Write.outputs['model'], which is inside "
            "sub-pipeline 'sub'. Declare it in its outputs={...} and read those."
        )
        with raises(AuthoringError, message):
            compile(pipeline)


class TestWaiting:
    def test_for_a_node_inside_is_waiting_for_what_holds_it(self) -> None:
        with ForEach([1], name="each"):
            inside = flow.Multiply(n=1)
        after = steps.ReturnsNothing().with_id("after").add_upstream_node(inside)
        assert compiled(inside, after).dependencies["after"] == {"each"}

    def test_of_a_node_inside_is_waiting_of_what_holds_it(self) -> None:
        before = steps.ReturnsNothing().with_id("before")
        with ForEach([1], name="outer"), ForEach([1], name="inner"):
            inside = flow.Multiply(n=1).add_upstream_node(before)
        ir = compiled(before, inside)
        assert ir.dependencies["outer"] == {"before"}
        assert inner(ir, "outer", "inner").upstream == ()

    def test_between_loops_is_between_them_as_a_whole(self) -> None:
        with ForEach([1], name="around"):
            with ForEach([1], name="one"):
                first = flow.Multiply(n=1).with_id("first")
            with ForEach([1], name="two"):
                second = flow.Multiply(n=1).with_id("second").add_upstream_node(first)
        ir = compiled(first, second)
        assert inner(ir, "around").executor.dependencies == {"one": frozenset(), "two": {"one"}}
        assert ir.dependencies["around"] == frozenset()

    def test_within_a_loop_stays_there(self) -> None:
        with ForEach([1], name="each"):
            first = flow.Multiply(n=1).with_id("first")
            second = flow.Multiply(n=1).with_id("second").add_upstream_node(first)
        ir = compiled(first, second)
        assert inner(ir, "each", "second").upstream == ("first",)
        assert inner(ir, "each").upstream == ()

    def test_for_a_sub_pipeline(self) -> None:
        sub = Pipeline("sub", components=[flow.Multiply(n=1)])
        after = steps.ReturnsNothing().add_upstream_node(sub)
        before = steps.ReturnsNothing().with_id("before").add_downstream_node(sub)
        ir = compiled(before, sub, after)
        assert ir.dependencies["ReturnsNothing"] == {"sub"}
        assert ir.dependencies["sub"] == {"before"}
