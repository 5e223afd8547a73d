from __future__ import annotations

from typing import Any

import pytest

from pipeline_lib import (
    BaseComponent,
    BeamExecutorSpec,
    Channel,
    ChannelParameter,
    ComponentSpec,
    Cond,
    ForEach,
    Pipeline,
    PipelineInputs,
    compile,
    final_status,
    ir,
)
from pipeline_lib.artifacts.standard_artifacts import Model
from pipeline_lib.dsl.channel import PipelineInputChannel, RunChannel
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import AuthoringError, InvalidPipelineError
from pipeline_lib.ir.evaluation import Scope, evaluate
from tests.dsl import steps
from tests.whole_message import raises


def compiled(*nodes: BaseNode, **arguments: Any) -> Any:
    return compile(Pipeline("p", components=list(nodes), **arguments))


def test_inputs_are_channels_of_the_type_outside() -> None:
    inputs = PipelineInputs({"model": steps.Train().outputs["model"]})
    assert isinstance(inputs["model"], PipelineInputChannel)
    assert (inputs["model"].type, repr(inputs["model"])) == (Model, "PipelineInputs['model']")


def test_an_unknown_input_is_refused_with_the_near_match() -> None:
    inputs = PipelineInputs({"model": steps.Train().outputs["model"]})
    message = "PipelineInputs has no input 'modle'. These exist: 'model'. Did you mean 'model'?"
    with raises(AuthoringError, message):
        inputs["modle"]


def test_an_input_that_is_no_output_of_a_node_is_refused() -> None:
    message = (
        "PipelineInputs: input 'model' takes an output of a node, got Channel(type=Model) "
        "of type Channel."
    )
    with raises(AuthoringError, message):
        PipelineInputs({"model": Channel(type=Model)})


def test_an_output_that_is_none_is_refused() -> None:
    train = steps.Train()
    message = (
        "Pipeline 'sub': output 'model' takes an output of one of its nodes, got "
        "<BaseNode 'Train'> of type BaseNode."
    )
    with raises(AuthoringError, message):
        Pipeline("sub", components=[train], outputs={"model": train})  # type: ignore[dict-item]


def test_an_output_of_a_node_that_is_not_listed_is_refused() -> None:
    message = (
        "Pipeline 'sub': output 'model' is other.outputs['model'], of a node that it does not "
        "list. Add it to components=[...]."
    )
    other = steps.Train().with_id("other")
    with raises(AuthoringError, message):
        Pipeline("sub", components=[steps.Train()], outputs={"model": other.outputs["model"]})


UNDECLARED = (
    "Pipeline 'sub' does not list node 'Train', which node 'ValidateModel' reads as 'model'. "
    "Add it to components=[...]."
)
DECLARE = " If it is in the pipeline around, declare what is read as PipelineInputs."


def test_a_channel_from_outside_that_is_not_declared_is_refused() -> None:
    train, other = steps.Train(), steps.Train().with_id("other")
    inputs = PipelineInputs({"model": other.outputs["model"]})
    validate = steps.ValidateModel(model=train.outputs["model"])
    with raises(AuthoringError, UNDECLARED + DECLARE):
        Pipeline("sub", components=[validate], inputs=inputs)
    with raises(AuthoringError, UNDECLARED + DECLARE):
        Pipeline("sub", components=[validate], outputs={"accuracy": validate.outputs["accuracy"]})
    with raises(AuthoringError, UNDECLARED):
        Pipeline("sub", components=[validate])


def test_the_element_of_a_loop_around_that_is_not_declared_is_refused() -> None:
    train = steps.Train()
    with ForEach(train.outputs["model"]) as model:
        validate = steps.ValidateModel(model=model)
        with raises(AuthoringError, UNDECLARED + DECLARE):
            Pipeline("sub", components=[validate])


def test_an_element_that_is_an_input_of_the_pipeline_around_is_to_be_declared_again() -> None:
    train = steps.Train()
    outer_inputs = PipelineInputs({"model": train.outputs["model"]})
    validate = steps.ValidateModel(model=outer_inputs["model"])
    inner = Pipeline("inner", components=[validate])
    outer = Pipeline("outer", components=[inner], inputs=outer_inputs)
    message = (
        "Input 'model' of node 'ValidateModel' in sub-pipeline 'inner' reads "
        "PipelineInputs['model'], which is outside of it. "
        "Declare it: Pipeline(..., inputs=PipelineInputs({...}))."
    )
    with raises(AuthoringError, message):
        compiled(train, outer)


def test_inputs_of_a_pipeline_that_is_not_around_are_refused() -> None:
    train = steps.Train()
    inputs = PipelineInputs({"model": train.outputs["model"]})
    sub = Pipeline("sub", components=[steps.Train().with_id("in")], inputs=inputs)
    outside = steps.ValidateModel(model=inputs["model"])
    message = (
        "Input 'model' of node 'ValidateModel' reads PipelineInputs['model'], "
        "but is not inside <Pipeline 'sub': 1 nodes>."
    )
    with raises(AuthoringError, message):
        compiled(train, sub, outside)


def test_inputs_of_no_pipeline_are_refused() -> None:
    train = steps.Train()
    inputs = PipelineInputs({"model": train.outputs["model"]})
    validate = steps.ValidateModel(model=inputs["model"])
    message = (
        "Input 'model' of node 'ValidateModel' reads PipelineInputs['model'], of inputs that no "
        "pipeline was given. Give them to the one around it: Pipeline(..., inputs=...)."
    )
    with raises(AuthoringError, message):
        compiled(train, validate)


def test_two_pipelines_may_have_the_same_inputs() -> None:
    train = steps.Train()
    inputs = PipelineInputs({"model": train.outputs["model"]})
    pipelines = [
        Pipeline(name, components=[steps.ValidateModel(model=inputs["model"])], inputs=inputs)
        for name in ("one", "other")
    ]
    by_id = compiled(train, *pipelines).by_id
    for name in ("one", "other"):
        (inner,) = by_id[name].executor.nodes
        assert inner.inputs["model"].sources == (ir.PipelineInput("model"),)


def test_an_input_is_optional_where_its_channel_is() -> None:
    model = steps.Train().outputs["model"]
    inputs = PipelineInputs({"must": model, "may": model.as_optional()})
    inner = steps.ValidateModel(model=inputs["may"])
    sub = Pipeline("sub", components=[inner], inputs=inputs)
    declared = compiled(model.producer, sub).by_id["sub"].inputs
    assert {key: one.min_count for key, one in declared.items()} == {"must": 1, "may": 0}
    assert not model.is_optional


@pytest.mark.parametrize("passed_in", [False, True])
def test_what_a_loop_inside_collects_is_no_single_artifact(passed_in: bool) -> None:
    with ForEach([1, 2]) as _:
        train = steps.Train()
    sub = Pipeline("sub", components=[train], outputs={"model": train.outputs["model"]})
    channel: RunChannel = sub.outputs["model"]
    nodes: list[BaseNode] = [sub]
    inputs = None
    if passed_in:
        inputs = PipelineInputs({"model": channel})
        channel = inputs["model"]
    nodes.append(steps.ValidateModel(model=channel))
    if passed_in:
        nodes[1:] = [Pipeline("other", components=nodes[1:], inputs=inputs)]
    message = (
        "Input 'model' of node 'ValidateModel' takes one artifact, but outside of its ForEach "
        f"block {channel!r} is what all elements gave. Let the input take a list: "
        "InputArtifact[list[Model]]."
    )
    with raises(AuthoringError, message):
        compiled(*nodes)


def test_a_node_inside_is_read_through_the_outputs_only() -> None:
    train = steps.Train()
    sub = Pipeline("sub", components=[train])
    validate = steps.ValidateModel(model=train.outputs["model"])
    message = (
        "Pipeline 'p' does not list node 'Train', which node 'ValidateModel' reads as 'model'. "
        "Add it to components=[...]."
    )
    with raises(AuthoringError, message):
        compiled(sub, validate)


def test_a_node_of_the_exit_handler_that_reads_inside_is_refused() -> None:
    train = steps.Train()
    sub = Pipeline("sub", components=[train])
    loop = ForEach(train.outputs["model"])
    with loop:
        inside = steps.ReturnsNothing()
    message = (
        "ForEach 'ForEach' reads Train.outputs['model'], which is inside sub-pipeline 'sub'. "
        "Declare it in its outputs={...} and read those."
    )
    with raises(AuthoringError, message):
        compiled(sub, inside)


@pytest.mark.parametrize("outer_first", [True, False])
def test_a_node_in_two_pipelines_is_refused(outer_first: bool) -> None:
    train = steps.Train()
    sub = Pipeline("sub", components=[train])
    nodes: list[BaseNode] = [train, sub] if outer_first else [sub, train]
    pipelines = ["<Pipeline 'sub': 1 nodes>", "<Pipeline 'p': 2 nodes>"]
    one, other = reversed(pipelines) if outer_first else pipelines
    message = (
        f"Node 'Train' is listed by two pipelines: {one} and {other}. Make it twice; or list it "
        "once, and let the other pipeline read its outputs as PipelineInputs."
    )
    with raises(AuthoringError, message):
        compiled(*nodes)


def test_a_pipeline_may_be_a_node_and_run_by_itself() -> None:
    sub = Pipeline("sub", components=[steps.Train()])
    assert [node.id for node in compile(sub).nodes] == ["Train"]
    assert [node.id for node in compiled(sub.with_id("as_node")).nodes] == ["as_node"]


def test_a_pipeline_with_inputs_cannot_run_by_itself() -> None:
    inputs = PipelineInputs({"model": steps.Train().outputs["model"]})
    sub = Pipeline("sub", components=[steps.ValidateModel(model=inputs["model"])], inputs=inputs)
    with raises(
        AuthoringError,
        "Pipeline 'sub' declares inputs, so it can only be a node of another pipeline. What "
        "another pipeline's runs have written is read through a Resolver, with "
        "Channel(type=..., pipeline_name=...).",
    ):
        compile(sub)


def test_two_nodes_of_one_id_are_refused_within_a_pipeline_only() -> None:
    sub = Pipeline("sub", components=[steps.Train()])
    assert len(compiled(steps.Train(), sub).nodes) == 2
    message = "Node 'sub' has two nodes with the id 'Train'. Give one of them another with "
    twice = Pipeline("sub", components=[steps.Train(), steps.Train()])
    with raises(InvalidPipelineError, message + ".with_id(...)."):
        compiled(twice)


def test_a_condition_around_a_sub_pipeline_is_its_own_and_not_its_nodes() -> None:
    values = steps.ReturnsEveryType()
    with Cond(values.outputs["i"].future()[0].value == 1):
        train = steps.Train()
        sub = Pipeline("sub", components=[train])
    node = compiled(values, sub).by_id["sub"]
    assert node.condition is not None
    assert node.executor.by_id["Train"].condition is None
    assert list(node.inputs) == ["_ReturnsEveryType.i"]


def test_a_condition_inside_a_sub_pipeline_must_be_on_what_is_inside() -> None:
    values = steps.ReturnsEveryType()
    with Cond(values.outputs["i"].future()[0].value == 1):
        train = steps.Train()
    message = (
        "Pipeline 'sub' does not list node 'ReturnsEveryType', which node 'Train' reads in a "
        "condition. Add it to components=[...]."
    )
    with raises(AuthoringError, message):
        Pipeline("sub", components=[train])


def test_a_sub_pipeline_decides_on_its_nodes_cache_where_they_do_not() -> None:
    says = steps.Train().with_cache(True).with_id("says")
    inner = Pipeline("inner", components=[steps.Train(), says], enable_cache=False)
    silent = Pipeline("silent", components=[steps.Train()])
    outer = Pipeline("outer", components=[inner, silent], enable_cache=True)
    ir = compiled(outer)
    nested = ir.by_id["outer"].executor.by_id
    assert nested["inner"].executor.by_id["Train"].options.enable_cache is False
    assert nested["inner"].executor.by_id["says"].options.enable_cache is True
    assert nested["silent"].executor.by_id["Train"].options.enable_cache is True
    assert ir.enable_cache is False


class WithBeamSpec(ComponentSpec):
    """Writes a model."""

    OUTPUTS = {"model": ChannelParameter(type=Model)}


class WithBeam(BaseComponent):
    """Runs Beam."""

    SPEC_CLASS = WithBeamSpec
    EXECUTOR_SPEC = BeamExecutorSpec("tests.dsl.hello:HelloExecutor")

    def __init__(self) -> None:
        super().__init__(spec=WithBeamSpec())


def test_beam_arguments_of_all_pipelines_around_come_first() -> None:
    node = WithBeam().with_beam_pipeline_args(["--own"])
    sub = Pipeline("sub", components=[node], beam_pipeline_args=["--inner"])
    ir = compiled(sub, beam_pipeline_args=["--outer"])
    arguments = ir.by_id["sub"].executor.by_id["WithBeam"].executor.beam_pipeline_args
    assert [evaluate(one, Scope()) for one in arguments] == ["--outer", "--inner", "--own"]


def test_root_and_store_of_a_sub_pipeline_do_not_count() -> None:
    sub = Pipeline("sub", "elsewhere", [steps.Train()], metadata_connection_config="store")
    ir = compiled(sub, pipeline_root="root")
    assert evaluate(ir.root, Scope()) == "root"


def test_an_upstream_that_no_pipeline_lists_is_refused() -> None:
    train = steps.Train()
    pipeline = Pipeline("p", components=[train])
    train.add_upstream_node(steps.ReturnsNothing())
    message = (
        "Node 'Train' waits for node 'ReturnsNothing', which no pipeline lists. "
        "Add it to components=[...]."
    )
    with raises(AuthoringError, message):
        compile(pipeline)


class TestExitHandler:
    def test_it_is_apart_from_the_nodes(self) -> None:
        handler = steps.ReturnsWhatItIsGiven(given={"status": final_status()})
        ir = compiled(steps.Train(), exit_handler=handler)
        assert [node.id for node in ir.nodes] == ["Train"]
        assert ir.exit_handler.id == "ReturnsWhatItIsGiven"
        assert ir.exit_handler.options.ignore_upstream_failure

    def test_it_may_wait_for_nodes_and_read_them(self) -> None:
        train = steps.Train()
        handler = steps.ValidateModel(model=train.outputs["model"]).add_upstream_node(train)
        assert compiled(train, exit_handler=handler).exit_handler.id == "ValidateModel"

    @pytest.mark.parametrize("how", ["reads as 'model'", "waits for"])
    def test_that_others_depend_on_is_refused(self, how: str) -> None:
        handler = steps.Train().with_id("notify")
        node = (
            steps.ValidateModel(model=handler.outputs["model"]).with_id("node")
            if how.startswith("reads")
            else steps.ReturnsNothing().add_upstream_node(handler).with_id("node")
        )
        message = (
            f"Node 'notify', which node 'node' {how}, is the exit handler of pipeline 'p': it runs "
            "after all other nodes."
        )
        with raises(AuthoringError, message):
            Pipeline("p", components=[node], exit_handler=handler)

    def test_that_a_condition_reads_is_refused(self) -> None:
        handler = steps.ReturnsEveryType().with_id("notify")
        with Cond(handler.outputs["i"].future()[0].value == 1):
            node = steps.Train()
        message = (
            "Node 'notify', which node 'Train' reads in a condition, is the exit handler of "
            "pipeline 'p': it runs after all other nodes."
        )
        with raises(AuthoringError, message):
            Pipeline("p", components=[node], exit_handler=handler)

    def test_that_is_waited_for_later_is_refused(self) -> None:
        handler, node = steps.Train().with_id("notify"), steps.Train()
        pipeline = Pipeline("p", components=[node], exit_handler=handler)
        node.add_upstream_node(handler)
        message = (
            "Node 'Train' waits for node 'notify', which no pipeline lists. "
            "Add it to components=[...]."
        )
        with raises(AuthoringError, message):
            compile(pipeline)

    def test_that_is_listed_is_refused(self) -> None:
        handler = steps.Train()
        message = (
            "Pipeline 'p' lists its exit handler 'Train' among its components. "
            "It runs after all of them: leave it out there."
        )
        with raises(AuthoringError, message):
            Pipeline("p", components=[handler], exit_handler=handler)

    def test_that_is_no_node_is_refused(self) -> None:
        message = "Pipeline 'p' has the exit handler 'notify' of type str, which is no node."
        with raises(AuthoringError, message):
            Pipeline("p", components=[steps.Train()], exit_handler="notify")  # type: ignore[arg-type]

    def test_that_reads_a_node_that_is_not_listed_is_refused(self) -> None:
        handler = steps.ValidateModel(model=steps.Train().with_id("x").outputs["model"])
        message = (
            "Pipeline 'p' does not list node 'x', which node 'ValidateModel' reads as 'model'. "
            "Add it to components=[...]."
        )
        with raises(AuthoringError, message):
            Pipeline("p", components=[steps.Train()], exit_handler=handler)

    def test_of_the_id_of_a_node_is_refused(self) -> None:
        message = (
            "Pipeline 'p' has two nodes with the id 'Train'. "
            "Give one of them another with .with_id(...)."
        )
        with raises(InvalidPipelineError, message):
            compiled(steps.Train(), exit_handler=steps.Train())

    def test_that_is_more_than_one_component_is_refused(self) -> None:
        message = (
            "Pipeline 'p': its exit handler 'notify' must be one component, not a pipeline, "
            "and outside of any ForEach block."
        )
        sub = Pipeline("notify", components=[steps.Train()])
        with raises(AuthoringError, message):
            compiled(steps.ReturnsNothing(), exit_handler=sub)
        with ForEach([1]):
            looped = steps.Train().with_id("notify")
        with raises(AuthoringError, message):
            compiled(steps.ReturnsNothing(), exit_handler=looped)

    def test_of_a_sub_pipeline_is_refused(self) -> None:
        handler = steps.Train().with_id("notify")
        sub = Pipeline("sub", components=[steps.Train()], exit_handler=handler)
        message = (
            "Node 'sub' is a sub-pipeline, which takes no exit handler. "
            "Give it to the pipeline around."
        )
        with raises(AuthoringError, message):
            compiled(sub)
