"""The conformance set: pipelines that between them use all of the language, and fail in all ways.

Each is a function from a folder that its nodes may use to a `Case`; a runner passes if what its
run leaves in the store is what a run of the local runner in one process leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline_lib import (
    Channel,
    Cond,
    ForEach,
    Importer,
    LatestArtifactStrategy,
    Pipeline,
    PipelineInputs,
    Resolver,
    RuntimeParameter,
    final_status,
    union,
)
from pipeline_lib.artifacts.standard_artifacts import Model
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.placeholders import environment_variable
from tests.runners import flow_steps as flow
from tests.runners import parity_steps as parity
from tests.runners import steps


@dataclass(frozen=True)
class Case:
    """A pipeline and how it is run.

    Attributes:
        times: how often it is run in the same store.
    """

    nodes: list[Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    exit_handler: BaseNode | None = None
    enable_cache: bool = False
    times: int = 1

    def pipeline(self, folder: Path) -> Pipeline:
        """The pipeline, with its root in a folder."""
        return Pipeline(
            "parity",
            str(folder / "root"),
            self.nodes,
            enable_cache=self.enable_cache,
            exit_handler=self.exit_handler,
        )


CASES: dict[str, Callable[[Path], Case]] = {}


def case(make: Callable[[Path], Case]) -> Callable[[Path], Case]:
    """Make a function one of the cases, by its name."""
    CASES[make.__name__] = make
    return make


def value_of(node: Any, key: str = "n") -> Any:
    return node.outputs[key].future()[0].value


@case
def values_and_conditions(_: Path) -> Case:
    count = steps.Count(start=RuntimeParameter("start", int, default=1))
    add = steps.Add(n=count.outputs["n"], amount=10)
    with Cond(value_of(add) > 100):
        never = steps.Add(n=add.outputs["n"]).with_id("never")
    with Cond(value_of(add) <= 100), Cond(value_of(count) != 7):
        both = steps.Add(n=add.outputs["n"]).with_id("both")
    after = steps.Add(n=never.outputs["n"]).with_id("after")
    return Case([count, add, never, both, after], {"start": 5})


@case
def runtime_parameters_of_every_type(_: Path) -> Case:
    everything = parity.Everything(
        whole=RuntimeParameter("whole", int),
        part=RuntimeParameter("part", float),
        text=RuntimeParameter("text", str, default="text"),
        flag=RuntimeParameter("flag", bool),
        items=RuntimeParameter("items", list, default=[]),
        table=RuntimeParameter("table", dict, default={}),
    )
    five = flow.Multiply(n=5)
    with Cond(value_of(five) < RuntimeParameter("whole", int)):
        less = flow.Write(text=RuntimeParameter("text", str, default="text")).with_id("less")
    with Cond(value_of(five) > RuntimeParameter("part", float)):
        more = flow.Write().with_id("more")
    given = {
        "whole": 3,
        "part": 2.0,
        "flag": True,
        "items": [1, "two", 2.5, True],
        "table": {"deep": {"n": 1}},
    }
    return Case([everything, five, less, more], given)


@case
def chains_with_runtime_parameters(_: Path) -> Case:
    count = steps.Count(start=RuntimeParameter("start", int, default=1))
    add = steps.Add(n=count.outputs["n"], amount=RuntimeParameter("amount", int, default=2))
    write = flow.Write(text=RuntimeParameter("text", str, default="text")).add_upstream_node(add)
    return Case([count, add, write], {"start": 5})


@case
def conditions_whose_branches_are_united(_: Path) -> Case:
    number = flow.Multiply(n=5)
    with Cond(value_of(number) > 3):
        large = flow.Write(text="large").with_id("large")
    with Cond(value_of(number) <= 3):
        small = flow.Write(text="small").with_id("small")
    after = flow.Append(model=union([large.outputs["model"], small.outputs["model"]]))
    optional = flow.CollectIfAny(models=small.outputs["model"])
    waits = flow.Multiply(n=1).with_id("waits").add_upstream_node(small)
    return Case([number, large, small, after, optional, waits])


@case
def conditions_that_cannot_be_asked(_: Path) -> Case:
    write = flow.Write()
    with Cond(write.outputs["model"].future()[0].custom_property("none") == 3):
        asks = flow.Multiply(n=1).with_id("asks")
    below = flow.Multiply(n=value_of(asks)).with_id("below")
    return Case([write, asks, below])


@case
def artifacts_and_their_properties(_: Path) -> Case:
    write = steps.WriteReport(text="own text")
    read = steps.ReadReport(report=write.outputs["report"])
    with Cond(write.outputs["report"].future()[0].property("pages") == 3):
        pages = flow.Multiply(n=write.outputs["report"].future()[0].property("pages"))
    return Case([write, read, pages])


@case
def values_that_may_be_absent(_: Path) -> Case:
    nothing = steps.MaybeNothing()
    empty = steps.MaybeNothing(empty=False).with_id("empty")
    first = steps.Describe(text=nothing.outputs["text"])
    second = steps.Describe(text=empty.outputs["text"]).with_id("second")
    return Case([nothing, empty, first, second])


@case
def dynamic_parameters(_: Path) -> Case:
    numbers = flow.Numbers(values=[3, 4])
    read = flow.Multiply(n=value_of(numbers, "numbers")[1], by=RuntimeParameter("by", int))
    odd = flow.Numbers(values=["no"]).with_id("odd")
    wrong = flow.Multiply(n=value_of(odd, "numbers")[0]).with_id("wrong")
    missing = flow.Multiply(n=value_of(odd, "numbers")[7]).with_id("missing")
    return Case([numbers, read, odd, wrong, missing], {"by": 5})


@case
def loops_over_artifacts(_: Path) -> Case:
    writers = [flow.Write(text=text).with_id(text) for text in ("a", "b", "c")]
    with ForEach(union([one.outputs["model"] for one in writers]), name="each") as model:
        longer = flow.Append(model=model)
        longest = flow.Append(model=longer.outputs["longer"], text="!").with_id("again")
    collect = flow.Collect(models=longest.outputs["longer"])
    return Case([*writers, longer, longest, collect])


@case
def loops_in_loops(_: Path) -> Case:
    numbers = flow.Numbers(values=[1, 10])
    with ForEach(value_of(numbers, "numbers"), name="outer") as one:
        tens = flow.Multiply(n=one).with_id("outside")
        with ForEach([2, 3], name="inner") as other:
            both = flow.Multiply(n=value_of(tens), by=other)
        in_outer = flow.Sum(numbers=both.outputs["n"]).with_id("in_outer")
    everything = flow.Sum(numbers=both.outputs["n"])
    return Case([numbers, tens, both, in_outer, everything])


@case
def loops_over_runtime_parameters_with_fields(_: Path) -> Case:
    with ForEach(RuntimeParameter("cases", list, default=[]), name="each") as one:
        multiply = flow.Multiply(n=one["n"], by=one["by"][0])
    total = flow.Sum(numbers=multiply.outputs["n"])
    return Case([multiply, total], {"cases": [{"n": 3, "by": [2]}, {"n": 4, "by": [5]}]})


@case
def loops_over_nothing(_: Path) -> Case:
    numbers = flow.Numbers(values=[])
    with ForEach(value_of(numbers, "numbers"), name="none") as number:
        write = flow.Write(text="never")
        multiply = flow.Multiply(n=number)
    collect = flow.CollectIfAny(models=write.outputs["model"])
    needs = flow.Collect(models=write.outputs["model"])
    return Case([numbers, write, multiply, collect, needs])


@case
def loops_over_what_is_no_list(_: Path) -> Case:
    values = flow.Numbers(values=[{"a": 1}]).with_id("values")
    with ForEach(value_of(values, "numbers")[0], name="each") as number:
        multiply = flow.Multiply(n=number)
    after = flow.Sum(numbers=multiply.outputs["n"])
    return Case([values, multiply, after])


@case
def loops_with_conditions(_: Path) -> Case:
    outside = flow.Multiply(n=2).with_id("outside")
    with ForEach([1, 2, 3], name="each") as number:
        doubled = flow.Multiply(n=number, by=2)
        with Cond(number == value_of(outside)):
            same = flow.Multiply(n=number).with_id("same")
        with Cond(value_of(doubled) > 2):
            large = flow.Multiply(n=value_of(doubled)).with_id("large")
    with Cond(value_of(outside) == 3), ForEach([1], name="no") as one:
        no = flow.Multiply(n=one).with_id("no_inner")
    total = flow.Sum(numbers=large.outputs["n"])
    return Case([outside, doubled, same, large, no, total])


@case
def loops_with_failures(_: Path) -> Case:
    with ForEach([1, 2, 3], name="each") as number:
        may_fail = flow.FailAt(n=number, at=2)
        below = flow.Multiply(n=value_of(may_fail))
    after = flow.Sum(numbers=below.outputs["n"])
    beside = flow.Multiply(n=1).with_id("beside")
    return Case([may_fail, below, after, beside])


@case
def loops_with_nodes_that_may_fail(_: Path) -> Case:
    with ForEach([1, 2], name="each") as number:
        may_fail = flow.FailAt(n=number, at=2).with_options(optional=True)
        reads = flow.Multiply(n=value_of(may_fail)).with_id("reads")
        waits = flow.Multiply(n=number).with_id("waits").add_upstream_node(may_fail)
    total = flow.Sum(numbers=waits.outputs["n"])
    return Case([may_fail, reads, waits, total])


@case
def an_element_of_the_wrong_type(_: Path) -> Case:
    with ForEach([1, "two"], name="each") as number:
        multiply = flow.Multiply(n=number)
    return Case([multiply])


def _nested(model: Any) -> Pipeline:
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


@case
def sub_pipelines(_: Path) -> Case:
    write = flow.Write(text="0")
    sub = _nested(write.outputs["model"])
    both = flow.Collect(models=union([sub.outputs["last"], sub.outputs["second"]]))
    return Case([both, sub, write])


@case
def sub_pipelines_in_loops(_: Path) -> Case:
    writers = [flow.Write(text=text).with_id(text) for text in ("a", "b")]
    with ForEach(union([one.outputs["model"] for one in writers]), name="each") as model:
        sub = _nested(model)
    collect = flow.Collect(models=sub.outputs["last"])
    return Case([*writers, sub, collect], enable_cache=True, times=2)


@case
def sub_pipelines_whose_input_is_missing(_: Path) -> Case:
    number = flow.Multiply(n=5)
    with Cond(value_of(number) == 3):
        write = flow.Write()
    sub = _nested(write.outputs["model"])
    after = flow.Append(model=sub.outputs["last"])
    return Case([number, write, sub, after])


@case
def sub_pipelines_with_a_node_that_is_skipped(_: Path) -> Case:
    number = flow.Multiply(n=5)
    inputs = PipelineInputs({"number": number.outputs["n"]})
    with Cond(inputs["number"].future()[0].value == 3):
        write = flow.Write()
    outputs = {"model": write.outputs["model"]}
    sub = Pipeline("sub", components=[write], inputs=inputs, outputs=outputs)
    needs = flow.Append(model=sub.outputs["model"])
    takes = flow.CollectIfAny(models=sub.outputs["model"])
    return Case([number, sub, needs, takes])


@case
def sub_pipelines_that_fail(_: Path) -> Case:
    sub = Pipeline("sub", components=[steps.Fail(kind="value"), flow.Multiply(n=1)])
    after = flow.Multiply(n=1).with_id("after").add_upstream_node(sub)
    return Case([sub, after])


@case
def sub_pipelines_that_may_fail(folder: Path) -> Case:
    fail = steps.Fail(kind="value")
    sub = Pipeline("sub", components=[fail], outputs={"model": fail.outputs["model"]})
    sub.with_options(optional=True)
    needs = flow.Append(model=sub.outputs["model"])
    after = flow.Multiply(n=1).with_id("after").add_upstream_node(sub)
    return Case([sub, needs, after], exit_handler=_handler(folder))


@case
def sub_pipelines_that_hold_loops(_: Path) -> Case:
    numbers = flow.Numbers(values=["x", "y"])
    inputs = PipelineInputs({"numbers": numbers.outputs["numbers"]})
    with ForEach(inputs["numbers"].future()[0].value, name="each") as text:
        write = flow.Write(text=text)
    outputs = {"models": write.outputs["model"]}
    sub = Pipeline("sub", components=[write], inputs=inputs, outputs=outputs)
    collect = flow.Collect(models=sub.outputs["models"])
    return Case([numbers, sub, collect])


@case
def failures_and_what_comes_after_them(folder: Path) -> Case:
    fail = steps.Fail(kind="value")
    below = steps.Add(n=fail.outputs["n"]).with_id("below")
    further = steps.Add(n=below.outputs["n"]).with_id("further")
    anyway = flow.Note(path=str(folder / "notes"), text="anyway").with_id("anyway")
    anyway.add_upstream_node(below).with_options(ignore_upstream_failure=True)
    after = flow.Multiply(n=1).with_id("after").add_upstream_node(anyway)
    count = steps.Count()
    add = steps.Add(n=count.outputs["n"])
    nodes = [fail, below, further, anyway, after, count, add]
    return Case(nodes, exit_handler=_handler(folder))


@case
def nodes_that_may_fail(folder: Path) -> Case:
    fail = steps.Fail(kind="exit").with_options(optional=True)
    reads = steps.Add(n=fail.outputs["n"]).with_id("reads")
    waits = flow.Multiply(n=1).with_id("waits").add_upstream_node(fail)
    return Case([fail, reads, waits], exit_handler=_handler(folder))


@case
def retries(folder: Path) -> Case:
    third = flow.FailFirst(path=str(folder / "third"), times=2).with_id("third")
    third.with_options(retries=2, retry_delay=0)
    after = flow.Append(model=third.outputs["model"])
    never = flow.FailFirst(path=str(folder / "never"), times=9).with_id("never")
    never.with_options(retries=1, retry_delay=0, optional=True)
    return Case([third, after, never])


@case
def importers_and_resolvers(folder: Path) -> Case:
    (folder / "model").mkdir(exist_ok=True)
    (folder / "model" / "text").write_text("outside")
    imported = Importer(str(folder / "model"), Model, custom_properties={"by": "hand"})
    write = flow.Write(text="new").add_upstream_node(imported)
    latest = Resolver(
        LatestArtifactStrategy, model=Channel(type=Model, producer_component_id="Write")
    )
    latest = latest.with_id("latest").add_upstream_node(write)
    nothing = Resolver(
        LatestArtifactStrategy, model=Channel(type=Model, producer_component_id="nobody")
    ).with_id("nothing")
    longer = flow.Append(model=latest.outputs["model"])
    none = flow.CollectIfAny(models=nothing.outputs["model"]).with_id("none")
    both = flow.Collect(models=union([imported.outputs["result"], longer.outputs["longer"]]))
    return Case([imported, write, latest, nothing, longer, none, both], times=2)


@case
def imports_of_nothing(folder: Path) -> Case:
    imported = Importer(str(folder / "nowhere"), Model)
    return Case([imported, flow.Append(model=imported.outputs["result"])])


@case
def results_that_are_reused(_: Path) -> Case:
    write = steps.WriteReport()
    read = steps.ReadReport(report=write.outputs["report"])
    numbers = flow.Numbers(values=[1, 2])
    with ForEach(value_of(numbers, "numbers"), name="each") as number:
        multiply = flow.Multiply(n=number, by=3)
    no_cache = flow.Multiply(n=1).with_id("no_cache").with_cache(False)
    nodes = [write, read, numbers, multiply, no_cache]
    return Case(nodes, enable_cache=True, times=2)


@case
def exit_handlers_that_read(folder: Path) -> Case:
    write = flow.Write(text="a")
    return Case([write], exit_handler=flow.Append(model=write.outputs["model"]))


@case
def exit_handlers_that_are_skipped(_: Path) -> Case:
    fail = steps.Fail(kind="value")
    return Case([fail], exit_handler=flow.Append(model=fail.outputs["model"]))


@case
def exit_handlers_that_fail(_: Path) -> Case:
    return Case([flow.Multiply(n=1)], exit_handler=steps.Fail(kind="value").with_id("notify"))


@case
def exit_handlers_under_a_condition(folder: Path) -> Case:
    number = flow.Multiply(n=1)
    with Cond(value_of(number) == 2):
        handler = _handler(folder)
    return Case([number], exit_handler=handler)


@case
def the_environment(_: Path) -> Case:
    reads = flow.Write(text=environment_variable("PARITY")).with_id("reads")
    missing = flow.Write(text=environment_variable("PARITY_NONE")).with_id("missing")
    return Case([reads, missing])


def _handler(folder: Path) -> BaseNode:
    return flow.Note(path=str(folder / "status"), text=final_status()).with_id("notify")
