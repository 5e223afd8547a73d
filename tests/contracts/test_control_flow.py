"""Loops, sub-pipelines, conditions and exit handlers, in this process and with workers."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib import (
    Cond,
    ForEach,
    LocalRunner,
    Pipeline,
    PipelineInputs,
    RuntimeParameter,
    final_status,
    union,
)
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import AuthoringError, PipelineRunError
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionRecord, RunState, open_store
from pipeline_lib.runners.local.result import RunResult
from tests.contracts.test_local_runner import RUNNERS
from tests.runners import flow_steps as flow
from tests.runners import steps
from tests.whole_message import raises


class Bench:
    """Runs pipelines of a test in one store, with run ids `r1`, `r2` and so on."""

    def __init__(self, folder: Path, runner: LocalRunner) -> None:
        self.folder = folder
        self.config = SqliteConnection(str(folder / "store.sqlite"))
        self._runner = runner
        self._count = 0

    @property
    def run_id(self) -> str:
        return f"r{self._count}"

    def run(self, *nodes: BaseNode, parameters: Any = None, **arguments: Any) -> RunResult:
        pipeline = Pipeline("p", str(self.folder / "root"), list(nodes), **arguments)
        self._count += 1
        return self._runner.run(
            pipeline, parameters, run_id=self.run_id, metadata_connection_config=self.config
        )

    def fail(self, *nodes: BaseNode, **arguments: Any) -> list[str]:
        """Run what fails; the lines of the error that name a node, behind the first line."""
        with pytest.raises(PipelineRunError) as raised:
            self.run(*nodes, **arguments)
        first, *others = str(raised.value).splitlines()
        return [first, *(line for line in others if not line.startswith("    "))]

    def executions(self) -> dict[str, ExecutionRecord]:
        with closing(open_store(self.config)) as store:
            return {one.instance: one for one in store.executions(self.run_id)}

    def states(self) -> dict[str, str]:
        with closing(open_store(self.config)) as store:
            return {name: state.value for name, state in store.states(self.run_id).items()}

    def run_state(self) -> RunState:
        with closing(open_store(self.config)) as store:
            return store.run(self.run_id).state

    def value(self, result: RunResult, instance: str, key: str) -> Any:
        return value_of(result[instance].outputs[key])


def value_of(artifacts: Any) -> Any:
    (artifact,) = artifacts
    return json.loads(Path(artifact.uri).read_text())


def text_of(artifact: ArtifactRecord) -> str:
    return Path(artifact.uri, "text").read_text()


@pytest.fixture(params=sorted(RUNNERS))
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    return Bench(tmp_path, RUNNERS[request.param]())


class TestLoops:
    def test_over_artifacts(self, bench: Bench) -> None:
        writers = [flow.Write(text=text).with_id(text) for text in ("a", "b", "c")]
        everything = union([one.outputs["model"] for one in writers])
        with ForEach(everything, name="each") as model:
            longer = flow.Append(model=model)
            longest = flow.Append(model=longer.outputs["longer"], text="!").with_id("again")
        collect = flow.Collect(models=longest.outputs["longer"])
        result = bench.run(*writers, longer, longest, collect)
        assert bench.value(result, "Collect", "texts") == ["a+!", "b+!", "c+!"]
        assert set(result.executions) == {
            *("a", "b", "c", "each", "Collect"),
            *(f"each.Append#{position}" for position in range(3)),
            *(f"each.again#{position}" for position in range(3)),
        }
        outputs = result["each"].outputs["again.longer"]
        assert [text_of(one) for one in outputs] == ["a+!", "b+!", "c+!"]

    def test_over_values_that_are_known_now(self, bench: Bench) -> None:
        with ForEach([3, 4]) as number:
            multiply = flow.Multiply(n=number, by=10)
        total = flow.Sum(numbers=multiply.outputs["n"])
        assert bench.value(bench.run(multiply, total), "Sum", "n") == 70

    def test_over_values_with_fields(self, bench: Bench) -> None:
        with ForEach([{"n": 3, "by": [2]}, {"n": 4, "by": [5]}]) as case:
            multiply = flow.Multiply(n=case["n"], by=case["by"][0])
        total = flow.Sum(numbers=multiply.outputs["n"])
        assert bench.value(bench.run(multiply, total), "Sum", "n") == 26

    def test_over_a_runtime_parameter(self, bench: Bench) -> None:
        with ForEach(RuntimeParameter("numbers", list, default=[1])) as number:
            multiply = flow.Multiply(n=number, by=RuntimeParameter("by", int))
        total = flow.Sum(numbers=multiply.outputs["n"])
        result = bench.run(multiply, total, parameters={"by": 5, "numbers": [3, 4]})
        assert bench.value(result, "Sum", "n") == 35
        result = bench.run(multiply, total, parameters={"by": 5})
        assert bench.value(result, "Sum", "n") == 5

    def test_over_what_a_node_of_the_run_gives(self, bench: Bench) -> None:
        numbers = flow.Numbers(values=[1, 2, 3])
        with ForEach(numbers.outputs["numbers"].future()[0].value) as number:
            multiply = flow.Multiply(n=number, by=2)
        total = flow.Sum(numbers=multiply.outputs["n"])
        assert bench.value(bench.run(numbers, multiply, total), "Sum", "n") == 12

    def test_in_a_loop(self, bench: Bench) -> None:
        numbers = flow.Numbers(values=[1, 10])
        with ForEach(numbers.outputs["numbers"].future()[0].value, name="outer") as one:
            tens = flow.Multiply(n=one).with_id("outside")
            with ForEach([2, 3], name="inner") as other:
                both = flow.Multiply(n=tens.outputs["n"].future()[0].value, by=other)
            in_outer = flow.Sum(numbers=both.outputs["n"]).with_id("in_outer")
        everything = flow.Sum(numbers=both.outputs["n"])
        again = flow.Sum(numbers=in_outer.outputs["n"]).with_id("again")
        result = bench.run(numbers, tens, both, in_outer, everything, again)
        in_each = [bench.value(result, f"outer.in_outer#{one}", "n") for one in (0, 1)]
        assert in_each == [5, 50]
        assert bench.value(result, "Sum", "n") == bench.value(result, "again", "n") == 55
        instances = [name for name in result.executions if name.startswith("outer.inner.")]
        assert sorted(instances) == [
            f"outer.inner.Multiply#{i}.{j}" for i in (0, 1) for j in (0, 1)
        ]

    def test_beside_a_loop_that_it_reads(self, bench: Bench) -> None:
        with ForEach(["a", "b"], name="one") as text:
            write = flow.Write(text=text)
        with ForEach(write.outputs["model"], name="two") as model:
            longer = flow.Append(model=model)
            collect = flow.Collect(models=write.outputs["model"])
        result = bench.run(write, longer, collect)
        texts = [text_of(result[f"two.Append#{one}"].outputs["longer"][0]) for one in (0, 1)]
        assert texts == ["a+", "b+"]
        assert bench.value(result, "two.Collect#1", "texts") == ["a", "b"]

    def test_over_nothing_runs_nothing(self, bench: Bench) -> None:
        numbers = flow.Numbers(values=[])
        with ForEach(numbers.outputs["numbers"].future()[0].value, name="none") as number:
            write = flow.Write(text="never")
            multiply = flow.Multiply(n=number)
        collect = flow.CollectIfAny(models=write.outputs["model"])
        result = bench.run(numbers, write, multiply, collect)
        assert bench.value(result, "CollectIfAny", "texts") == []
        assert bench.states() == {
            "Numbers": "complete",
            "none": "complete",
            "CollectIfAny": "complete",
        }

    def test_over_nothing_skips_what_needs_something(self, bench: Bench) -> None:
        with ForEach([]) as text:
            write = flow.Write(text=text)
        collect = flow.Collect(models=write.outputs["model"])
        bench.run(write, collect)
        assert bench.states() == {"ForEach": "complete", "Collect": "skipped"}
        assert bench.executions()["Collect"].reason == "loop 'ForEach' had no elements"

    def test_over_a_field_that_is_no_list(self, bench: Bench) -> None:
        values = flow.Numbers(values=[{"a": 1}]).with_id("values")
        with ForEach(values.outputs["numbers"].future()[0].value[0], name="each") as number:
            multiply = flow.Multiply(n=number)
        after = flow.Sum(numbers=multiply.outputs["n"])
        assert bench.fail(values, multiply, after) == [
            "Run 'r1' of pipeline 'p' failed: 1 of 3 nodes failed, 1 skipped.",
            "  each: AuthoringError: ForEach 'each' takes a list, but "
            "values.outputs['numbers'][0].value[0] is {'a': 1} of type dict.",
        ]
        assert bench.executions()["Sum"].reason == "node 'each' failed"

    def test_over_a_runtime_parameter_that_is_no_list(self, bench: Bench) -> None:
        with ForEach(RuntimeParameter("numbers", list), name="each") as number:
            multiply = flow.Multiply(n=number)
        message = "Runtime parameter 'numbers' takes list, got {'a': 1} of type dict."
        with raises(AuthoringError, message):
            bench.run(multiply, parameters={"numbers": {"a": 1}})

    def test_an_element_of_the_wrong_type_fails_its_node(self, bench: Bench) -> None:
        with ForEach([1, "two"], name="each") as number:
            multiply = flow.Multiply(n=number)
        assert bench.fail(multiply) == [
            "Run 'r1' of pipeline 'p' failed: 1 of 3 nodes failed, 0 skipped.",
            "  each.Multiply#1: AuthoringError: Node 'Multiply': parameter 'n', which reads "
            "each.item, takes int, got 'two' of type str.",
        ]

    def test_of_one_name_are_numbered(self, bench: Bench) -> None:
        with ForEach([1]) as number:
            one = flow.Multiply(n=number).with_id("one")
        with ForEach([2]) as number:
            two = flow.Multiply(n=number).with_id("two")
            with ForEach([3]) as inner:
                both = flow.Multiply(n=number, by=inner).with_id("both")
        result = bench.run(one, two, both)
        assert bench.value(result, "ForEach_2.ForEach.both#0.0", "n") == 6
        assert sorted(result.executions) == [
            "ForEach",
            "ForEach.one#0",
            "ForEach_2",
            "ForEach_2.ForEach#0",
            "ForEach_2.ForEach.both#0.0",
            "ForEach_2.two#0",
        ]

    def test_wait_as_a_whole(self, bench: Bench) -> None:
        path = str(bench.folder / "notes")
        first = flow.Note(path=path, text="first").with_id("first")
        with ForEach(["a", "b"]) as text:
            note = flow.Note(path=path, text=text).add_upstream_node(first)
        last = flow.Note(path=path, text="last").with_id("last").add_upstream_node(note)
        bench.run(first, note, last)
        notes = Path(path).read_text().split()
        assert (notes[0], sorted(notes[1:3]), notes[3:]) == ("first", ["a", "b"], ["last"])


class TestFailuresInLoops:
    def test_other_iterations_go_on(self, bench: Bench) -> None:
        with ForEach([1, 2, 3], name="each") as number:
            may_fail = flow.FailAt(n=number, at=2)
            below = flow.Multiply(n=may_fail.outputs["n"].future()[0].value)
        after = flow.Sum(numbers=below.outputs["n"])
        beside = flow.Multiply(n=1).with_id("beside")
        assert bench.fail(may_fail, below, after, beside) == [
            "Run 'r1' of pipeline 'p' failed: 1 of 9 nodes failed, 2 skipped.",
            "  each.FailAt#1: ValueError: no 2",
        ]
        assert bench.states() == {
            "each": "failed",
            "each.FailAt#0": "complete",
            "each.FailAt#1": "failed",
            "each.FailAt#2": "complete",
            "each.Multiply#0": "complete",
            "each.Multiply#1": "skipped",
            "each.Multiply#2": "complete",
            "Sum": "skipped",
            "beside": "complete",
        }
        found = bench.executions()
        assert found["each.Multiply#1"].reason == "node 'FailAt' failed"
        assert found["Sum"].reason == "node 'each' failed"
        error = found["each"].error
        assert error is not None
        assert (error.type, error.message) == ("NestedNodeFailed", "node 'each.FailAt#1' failed")
        assert found["each"].outputs == {}

    def test_all_that_failed_are_named(self, bench: Bench) -> None:
        with ForEach([1, 1], name="each") as number:
            may_fail = flow.FailAt(n=number, at=1)
        first, *named = bench.fail(may_fail)
        assert first == "Run 'r1' of pipeline 'p' failed: 2 of 3 nodes failed, 0 skipped."
        assert sorted(named) == [
            "  each.FailAt#0: ValueError: no 1",
            "  each.FailAt#1: ValueError: no 1",
        ]
        error = bench.executions()["each"].error
        assert error is not None
        assert error.message in (
            "nodes 'each.FailAt#0', 'each.FailAt#1' failed",
            "nodes 'each.FailAt#1', 'each.FailAt#0' failed",
        )

    def test_an_optional_node_does_not_fail_its_loop(self, bench: Bench) -> None:
        with ForEach([1, 2, 3], name="each") as number:
            may_fail = flow.FailAt(n=number, at=2).with_options(optional=True)
        after = flow.Sum(numbers=may_fail.outputs["n"])
        result = bench.run(may_fail, after)
        assert bench.value(result, "Sum", "n") == 4
        assert result["each.FailAt#1"].state.value == "failed"

    def test_in_a_loop_in_a_sub_pipeline_are_named_once(self, bench: Bench) -> None:
        with ForEach([1, 2], name="each") as number:
            may_fail = flow.FailAt(n=number, at=2)
        sub = Pipeline("sub", components=[may_fail])
        after = flow.Multiply(n=1).add_upstream_node(sub)
        assert bench.fail(sub, after) == [
            "Run 'r1' of pipeline 'p' failed: 1 of 5 nodes failed, 1 skipped.",
            "  sub.each.FailAt#1: ValueError: no 2",
        ]
        assert bench.executions()["Multiply"].reason == "node 'sub' failed"


class TestConditions:
    def test_in_a_loop_are_asked_for_each_element(self, bench: Bench) -> None:
        with ForEach([1, 2, 3], name="each") as number:
            multiply = flow.Multiply(n=number, by=10)
            with Cond(multiply.outputs["n"].future()[0].value > 10), Cond(number < 3):
                chosen = flow.Multiply(n=number).with_id("chosen")
        after = flow.Sum(numbers=chosen.outputs["n"])
        result = bench.run(multiply, chosen, after)
        states = [result[f"each.chosen#{position}"].state.value for position in range(3)]
        assert states == ["skipped", "complete", "skipped"]
        assert bench.value(result, "Sum", "n") == 2

    def test_that_hold_for_no_element_skip_what_comes_after(self, bench: Bench) -> None:
        with ForEach([1, 2], name="each") as number, Cond(number > 2):
            never = flow.Multiply(n=number)
        after = flow.Sum(numbers=never.outputs["n"])
        bench.run(never, after)
        found = bench.executions()
        assert found["Sum"].state.value == "skipped"
        assert found["Sum"].reason == "node 'each.Multiply#0' was skipped"

    def test_around_a_loop_are_asked_once(self, bench: Bench) -> None:
        numbers = flow.Numbers(values=[1, 2])
        value = numbers.outputs["numbers"].future()[0].value
        with Cond(value[0] == 1), ForEach(value, name="yes") as number:
            yes = flow.Multiply(n=number).with_id("yes_inner")
        with Cond(value[0] == 2), ForEach(value, name="no") as number:
            no = flow.Multiply(n=number).with_id("no_inner")
        either = flow.Sum(numbers=union([yes.outputs["n"], no.outputs["n"]]))
        result = bench.run(numbers, yes, no, either)
        assert bench.value(result, "Sum", "n") == 3
        assert result["no"].state.value == "skipped"
        assert result["no"].reason == (
            "condition is false: (Numbers.outputs['numbers'][0].value[0] == 2)"
        )
        assert not any(name.startswith("no.") for name in result.executions)

    def test_on_what_is_outside_of_the_loop(self, bench: Bench) -> None:
        outside = flow.Multiply(n=2).with_id("outside")
        value = outside.outputs["n"].future()[0].value
        with ForEach([1, 2], name="each") as number, Cond(number == value):
            same = flow.Multiply(n=number).with_id("same")
        result = bench.run(outside, same)
        assert result["each.same#0"].reason == (
            "condition is false: (each.item == outside.outputs['n'][0].value)"
        )
        assert result["each.same#1"].state.value == "complete"

    def test_whose_branches_are_united(self, bench: Bench) -> None:
        number = flow.Multiply(n=5)
        value = number.outputs["n"].future()[0].value
        with Cond(value > 3):
            large = flow.Write(text="large").with_id("large")
        with Cond(value <= 3):
            small = flow.Write(text="small").with_id("small")
        after = flow.Append(model=union([large.outputs["model"], small.outputs["model"]]))
        result = bench.run(number, large, small, after)
        assert text_of(result["Append"].outputs["longer"][0]) == "large+"

    def test_none_of_which_holds_leave_a_union_empty(self, bench: Bench) -> None:
        number = flow.Multiply(n=5)
        value = number.outputs["n"].future()[0].value
        with Cond(value == 3):
            one = flow.Write().with_id("one")
        with Cond(value == 4):
            two = flow.Write().with_id("two")
        after = flow.Append(model=union([one.outputs["model"], two.outputs["model"]]))
        assert bench.run(number, one, two, after)["Append"].reason == "node 'one' was skipped"

    def test_all_of_which_hold_give_a_union_too_much(self, bench: Bench) -> None:
        one, two = flow.Write().with_id("one"), flow.Write().with_id("two")
        after = flow.Append(model=union([one.outputs["model"], two.outputs["model"]]))
        assert bench.fail(one, two, after)[1] == (
            "  Append: InputError: Input 'model' of node 'Append' takes at most 1 artifact of type "
            "'Model', got 2 from one.outputs['model'] and two.outputs['model']."
        )

    def test_around_a_sub_pipeline_skip_it_as_a_whole(self, bench: Bench) -> None:
        number = flow.Multiply(n=5)
        with Cond(number.outputs["n"].future()[0].value == 3):
            write = flow.Write()
            sub = Pipeline("sub", components=[write], outputs={"model": write.outputs["model"]})
        after = flow.Append(model=sub.outputs["model"])
        result = bench.run(number, sub, after)
        assert bench.states() == {"Multiply": "complete", "sub": "skipped", "Append": "skipped"}
        assert result["Append"].reason == "node 'sub' was skipped"


class TestSubPipelines:
    @staticmethod
    def nested(model: Any) -> Pipeline:
        """`outer` holds a node and `inner`, which holds two; each adds a letter."""
        outer_inputs = PipelineInputs({"model": model})
        first = flow.Append(model=outer_inputs["model"], text="1").with_id("first")
        inner_inputs = PipelineInputs({"longer": first.outputs["longer"]})
        second = flow.Append(model=inner_inputs["longer"], text="2").with_id("second")
        third = flow.Append(model=second.outputs["longer"], text="3").with_id("third")
        inner = Pipeline(
            "inner",
            components=[third, second],
            inputs=inner_inputs,
            outputs={"second": second.outputs["longer"], "third": third.outputs["longer"]},
        )
        last = flow.Append(model=inner.outputs["third"], text="4").with_id("last")
        return Pipeline(
            "outer",
            components=[last, inner, first],
            inputs=outer_inputs,
            outputs={"second": inner.outputs["second"], "last": last.outputs["longer"]},
        )

    def test_pass_artifacts_in_and_out_two_deep(self, bench: Bench) -> None:
        write = flow.Write(text="0")
        sub = self.nested(write.outputs["model"])
        both = flow.Collect(models=union([sub.outputs["last"], sub.outputs["second"]]))
        result = bench.run(both, sub, write)
        assert bench.value(result, "Collect", "texts") == ["01234", "012"]
        assert set(result.executions) == {
            "Write",
            "Collect",
            "outer",
            "outer.first",
            "outer.inner",
            "outer.inner.second",
            "outer.inner.third",
            "outer.last",
        }
        assert "/outer.inner.second/longer/" in result["outer"].outputs["second"][0].uri

    def test_are_skipped_where_an_input_is_missing(self, bench: Bench) -> None:
        number = flow.Multiply(n=5)
        with Cond(number.outputs["n"].future()[0].value == 3):
            write = flow.Write()
        sub = self.nested(write.outputs["model"])
        after = flow.Append(model=sub.outputs["last"])
        result = bench.run(number, write, sub, after)
        assert bench.states() == {
            "Multiply": "complete",
            "Write": "skipped",
            "outer": "skipped",
            "Append": "skipped",
        }
        assert result["outer"].reason == "node 'Write' was skipped"
        assert result["Append"].reason == "node 'outer' was skipped"

    def test_run_without_an_input_that_is_optional(self, bench: Bench) -> None:
        numbers = flow.Multiply(n=1)
        with Cond(numbers.outputs["n"].future()[0].value == 2):
            write = flow.Write()
        inputs = PipelineInputs({"model": write.outputs["model"].as_optional()})
        takes = flow.CollectIfAny(models=inputs["model"])
        bench.run(numbers, write, Pipeline("sub", components=[takes], inputs=inputs))
        assert bench.states() == {
            "Multiply": "complete",
            "Write": "skipped",
            "sub": "complete",
            "sub.CollectIfAny": "complete",
        }

    def test_with_a_node_that_was_skipped_skip_what_reads_it(self, bench: Bench) -> None:
        number = flow.Multiply(n=5)
        inputs = PipelineInputs({"number": number.outputs["n"]})
        with Cond(inputs["number"].future()[0].value == 3):
            write = flow.Write()
        outputs = {"model": write.outputs["model"]}
        sub = Pipeline("sub", components=[write], inputs=inputs, outputs=outputs)
        needs = flow.Append(model=sub.outputs["model"])
        takes = flow.CollectIfAny(models=sub.outputs["model"])
        result = bench.run(number, sub, needs, takes)
        assert bench.states() == {
            "Multiply": "complete",
            "sub": "complete",
            "sub.Write": "skipped",
            "Append": "skipped",
            "CollectIfAny": "complete",
        }
        assert result["sub.Write"].reason == (
            "condition is false: (PipelineInputs.outputs['number'][0].value == 3)"
        )
        assert result["Append"].reason == "node 'sub.Write' was skipped"

    def test_in_a_loop_run_for_each_element(self, bench: Bench) -> None:
        writers = [flow.Write(text=text).with_id(text) for text in ("a", "b")]
        with ForEach(union([one.outputs["model"] for one in writers]), name="each") as model:
            sub = self.nested(model)
        collect = flow.Collect(models=sub.outputs["last"])
        result = bench.run(*writers, sub, collect)
        assert bench.value(result, "Collect", "texts") == ["a1234", "b1234"]
        assert text_of(result["each.outer.inner.second#1"].outputs["longer"][0]) == "b12"

    def test_hold_loops_whose_results_they_give(self, bench: Bench) -> None:
        numbers = flow.Numbers(values=["x", "y"])
        inputs = PipelineInputs({"numbers": numbers.outputs["numbers"]})
        with ForEach(inputs["numbers"].future()[0].value, name="each") as text:
            write = flow.Write(text=text)
        outputs = {"models": write.outputs["model"]}
        sub = Pipeline("sub", components=[write], inputs=inputs, outputs=outputs)
        collect = flow.Collect(models=sub.outputs["models"])
        result = bench.run(numbers, sub, collect)
        assert bench.value(result, "Collect", "texts") == ["x", "y"]

    def test_that_fail_fail_what_comes_after(self, bench: Bench) -> None:
        sub = Pipeline("sub", components=[steps.Fail(kind="value"), flow.Multiply(n=1)])
        after = flow.Multiply(n=1).with_id("after").add_upstream_node(sub)
        assert bench.fail(sub, after) == [
            "Run 'r1' of pipeline 'p' failed: 1 of 4 nodes failed, 1 skipped.",
            "  sub.Fail: ValueError: the data is bad",
        ]
        assert bench.states() == {
            "sub": "failed",
            "sub.Fail": "failed",
            "sub.Multiply": "complete",
            "after": "skipped",
        }

    def test_that_are_optional_do_not_fail_the_run(self, bench: Bench) -> None:
        fail = steps.Fail(kind="value")
        sub = Pipeline("sub", components=[fail], outputs={"model": fail.outputs["model"]})
        sub.with_options(optional=True)
        needs = flow.Append(model=sub.outputs["model"])
        after = flow.Multiply(n=1).with_id("after").add_upstream_node(sub)
        result = bench.run(sub, needs, after)
        assert bench.states() == {
            "sub": "failed",
            "sub.Fail": "failed",
            "Append": "skipped",
            "after": "complete",
        }
        assert result["Append"].reason == "node 'sub' failed"

    def test_that_are_optional_are_not_named_beside_what_failed_the_run(self, bench: Bench) -> None:
        sub = Pipeline("sub", components=[steps.Fail(kind="value")]).with_options(optional=True)
        assert bench.fail(sub, steps.Fail(kind="exit")) == [
            "Run 'r1' of pipeline 'p' failed: 1 of 3 nodes failed, 0 skipped.",
            "  Fail: SystemExit: 3",
        ]

    def test_cache_what_is_inside(self, bench: Bench) -> None:
        for expected in ("complete", "cached"):
            numbers = flow.Numbers(values=["x", "y"])
            with ForEach(numbers.outputs["numbers"].future()[0].value, name="each") as text:
                write = flow.Write(text=text)
                sub = self.nested(write.outputs["model"])
            collect = flow.Collect(models=sub.outputs["last"])
            bench.run(numbers, write, sub, collect, enable_cache=True)
            holders = {"each", "each.outer#0", "each.outer#1"} | {
                f"each.outer.inner#{position}" for position in (0, 1)
            }
            states = bench.states()
            assert {states[name] for name in holders} == {"complete"}
            assert {state for name, state in states.items() if name not in holders} == {expected}


class TestExitHandlers:
    def status(self, bench: Bench) -> Any:
        (line,) = (bench.folder / "status").read_text().splitlines()
        return json.loads(line)

    @staticmethod
    def handler(bench: Bench) -> BaseNode:
        return flow.Note(path=str(bench.folder / "status"), text=final_status()).with_id("notify")

    def test_after_success(self, bench: Bench) -> None:
        result = bench.run(flow.Multiply(n=1), exit_handler=self.handler(bench))
        assert self.status(bench) == {"state": "SUCCEEDED", "pipelineJobName": "r1"}
        assert result["notify"].parameters["text"] == (
            '{"state": "SUCCEEDED", "pipelineJobName": "r1"}'
        )
        assert list(bench.states()) == ["Multiply", "notify"]

    def test_after_a_failure(self, bench: Bench) -> None:
        fail = steps.Fail(kind="value")
        bench.fail(fail, steps.Add(n=fail.outputs["n"]), exit_handler=self.handler(bench))
        assert self.status(bench) == {
            "state": "FAILED",
            "pipelineJobName": "r1",
            "error": {"message": "Fail: ValueError: the data is bad"},
        }
        assert bench.states() == {"Fail": "failed", "Add": "skipped", "notify": "complete"}
        assert bench.run_state() is RunState.FAILED

    def test_after_failures_inside_others(self, bench: Bench) -> None:
        with ForEach([1, 2], name="each") as number:
            may_fail = flow.FailAt(n=number, at=2)
        sub = Pipeline("sub", components=[may_fail])
        bench.fail(sub, steps.Fail(kind="exit"), exit_handler=self.handler(bench))
        status = self.status(bench)
        assert sorted(status["error"]["message"].splitlines()) == [
            "Fail: SystemExit: 3",
            "sub.each.FailAt#1: ValueError: no 2",
        ]

    def test_an_optional_failure_is_none(self, bench: Bench) -> None:
        fail = steps.Fail(kind="value").with_options(optional=True)
        inner = steps.Fail(kind="value").with_id("inner")
        sub = Pipeline("sub", components=[inner]).with_options(optional=True)
        bench.run(fail, sub, exit_handler=self.handler(bench))
        assert self.status(bench)["state"] == "SUCCEEDED"
        assert bench.run_state() is RunState.COMPLETE

    def test_can_read_what_the_nodes_wrote(self, bench: Bench) -> None:
        write = flow.Write(text="a")
        result = bench.run(write, exit_handler=flow.Append(model=write.outputs["model"]))
        assert text_of(result["Append"].outputs["longer"][0]) == "a+"

    def test_is_skipped_where_what_it_reads_is_missing(self, bench: Bench) -> None:
        fail = steps.Fail(kind="value")
        bench.fail(fail, exit_handler=flow.Append(model=fail.outputs["model"]))
        assert bench.executions()["Append"].reason == "node 'Fail' failed"

    def test_that_fails_fails_the_run(self, bench: Bench) -> None:
        handler = steps.Fail(kind="value").with_id("notify")
        assert bench.fail(flow.Multiply(n=1), exit_handler=handler) == [
            "Run 'r1' of pipeline 'p' failed: 1 of 2 nodes failed, 0 skipped.",
            "  notify: ValueError: the data is bad",
        ]
        assert bench.run_state() is RunState.FAILED

    def test_under_a_condition(self, bench: Bench) -> None:
        number = flow.Multiply(n=1)
        with Cond(number.outputs["n"].future()[0].value == 2):
            handler = self.handler(bench)
        assert bench.run(number, exit_handler=handler)["notify"].state.value == "skipped"
