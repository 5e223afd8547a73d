"""Small pipelines that are compiled, written out and compared."""

from __future__ import annotations

from pipeline_lib import (
    BaseComponent,
    BeamExecutorSpec,
    Channel,
    ChannelParameter,
    ComponentSpec,
    ConcatPlaceholder,
    Cond,
    ExecutionParameter,
    ForEach,
    Importer,
    InputPath,
    InputUriPlaceholder,
    InputValuePlaceholder,
    LatestBlessedModelStrategy,
    OutputUriPlaceholder,
    Pipeline,
    PipelineInputs,
    Resolver,
    RuntimeParameter,
    create_container_component,
    final_status,
    union,
)
from pipeline_lib.artifacts.standard_artifacts import (
    Examples,
    ExternalArtifact,
    HyperParameters,
    Integer,
    Model,
    ModelBlessing,
)
from tests.dsl import steps
from tests.runners import flow_steps as flow


def conditional_chain() -> Pipeline:
    """Function components, one below two conditions."""
    threshold = RuntimeParameter("threshold", float, default=0.9, description="to be blessed")
    train = steps.Train(steps=3)
    validate = steps.ValidateModel(model=train.outputs["model"], accuracy_threshold=threshold)
    blessed = validate.outputs["blessing"].future()[0].custom_property("blessed")
    accuracy = validate.outputs["accuracy"].future()[0].value
    with Cond(blessed == 1), Cond(accuracy > 0.95):
        push = steps.Train().with_id("push").with_cache(False)
    last = steps.ReturnsNothing().with_id("last").add_upstream_node(push)
    return Pipeline(
        "conditional-chain", components=[last, push, validate, train], enable_cache=True
    )


class TuneSpec(ComponentSpec):
    """An input of every count, a parameter of every type that needs no file."""

    INPUTS = {
        "examples": ChannelParameter(type=Examples),
        "hyperparameters": ChannelParameter(type=HyperParameters, optional=True),
        "baseline": ChannelParameter(type=Model, optional=True, max_count=1),
        "unused": ChannelParameter(type=Model, optional=True),
    }
    OUTPUTS = {"model": ChannelParameter(type=Model)}
    PARAMETERS = {
        "trials": ExecutionParameter(type=int),
        "rate": ExecutionParameter(type=float),
        "name": ExecutionParameter(type=str),
        "fast": ExecutionParameter(type=bool),
        "layers": ExecutionParameter(type=list),
        "space": ExecutionParameter(type=dict),
        "words": ExecutionParameter(type=InputPath),
        "absent": ExecutionParameter(type=str, optional=True),
    }


class Tune(BaseComponent):
    """Runs Beam."""

    SPEC_CLASS = TuneSpec
    EXECUTOR_SPEC = BeamExecutorSpec("tests.dsl.hello:HelloExecutor")


def custom_components() -> Pipeline:
    """A custom component that reads an importer, a resolver and another pipeline's run."""
    examples = Importer(
        "data", Examples, properties={"span": 3}, custom_properties={"author": "größer"}
    ).with_id("examples")
    hparams = Importer("hparams", HyperParameters, reimport=True).with_id("hparams")
    latest = Resolver(
        LatestBlessedModelStrategy,
        model=Channel(type=Model, producer_component_id="tune", output_key="model"),
        model_blessing=Channel(type=ModelBlessing),
    ).with_id("latest")
    spec = TuneSpec(
        examples=examples.outputs["result"],
        hyperparameters=hparams.outputs["result"],
        baseline=latest.outputs["model"],
        trials=-3,
        rate=0.1,
        name="größer",
        fast=False,
        layers=[1, [2.5, None]],
        space={"b": {"x": True}, "a": []},
        words=RuntimeParameter("words", str, default="words.txt"),
    )
    tune = Tune(spec).with_beam_pipeline_args(["--direct_num_workers=2"]).with_id("tune")
    return Pipeline(
        "custom-components",
        pipeline_root=RuntimeParameter("root", str),
        components=[examples, hparams, latest, tune],
        beam_pipeline_args=["--runner=DirectRunner"],
    )


Filter = create_container_component(
    name="Filter",
    inputs={"text": ExternalArtifact, "limit": Integer},
    outputs={"filtered": ExternalArtifact},
    parameters={"pattern": str},
    image="localhost/grep:1",
    command=[
        "grep",
        "-m",
        InputValuePlaceholder("limit"),
        InputValuePlaceholder("pattern"),
        InputUriPlaceholder("text"),
        ConcatPlaceholder(["--out=", OutputUriPlaceholder("filtered"), "/data"]),
    ],
)


def container() -> Pipeline:
    """A container component."""
    text = Importer("text", ExternalArtifact)
    values = steps.ReturnsEveryType().with_id("values")
    filtered = Filter(text=text.outputs["result"], limit=values.outputs["i"], pattern="a+")
    return Pipeline("container", pipeline_root="root", components=[text, values, filtered])


def control_flow() -> Pipeline:
    """Loops, sub-pipelines, conditions around and inside them, an exit handler and options."""
    numbers = flow.Numbers(values=RuntimeParameter("values", list, default=[1, 2]))
    writers = [flow.Write(text=text).with_id(text) for text in ("a", "b")]
    first_number = numbers.outputs["numbers"].future()[0].value[0]
    with (
        Cond(first_number > 0),
        ForEach(union([one.outputs["model"] for one in writers]), name="each") as model,
    ):
        inputs = PipelineInputs({"model": model})
        longer = flow.Append(model=inputs["model"])
        sub = Pipeline(
            "sub",
            components=[longer],
            inputs=inputs,
            outputs={"longer": longer.outputs["longer"]},
            enable_cache=False,
        )
        with ForEach(numbers.outputs["numbers"].future()[0].value, name="inner") as number:
            multiply = flow.Multiply(n=number, by=first_number)
            with Cond(multiply.outputs["n"].future()[0].value > 2):
                longest = flow.Append(model=sub.outputs["longer"], text="!").with_id("longest")
    collect = flow.Collect(models=union([longest.outputs["longer"], sub.outputs["longer"]]))
    total = flow.Sum(numbers=multiply.outputs["n"])
    with ForEach([0.1, 0.2], name="inner"):
        after = steps.ReturnsNothing().with_id("after").add_upstream_nodes([multiply, total])
    total.with_options(retries=2, timeout=60, priority=1, cpus=2, memory="1Gi")
    collect.with_options(optional=True, ignore_upstream_failure=True)
    notify = flow.Note(path="notes", text=final_status()).with_id("notify")
    return Pipeline(
        "control-flow",
        components=[numbers, *writers, sub, multiply, longest, collect, total, after],
        exit_handler=notify,
    )
