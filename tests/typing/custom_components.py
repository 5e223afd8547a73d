"""What a type checker and an editor see of a custom component. Checked, never run."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import assert_type

from components import CsvExampleGen, Evaluator, Trainer
from pipeline_lib import (
    Artifact,
    BaseComponent,
    BaseExecutor,
    Channel,
    ChannelParameter,
    ComponentSpec,
    Cond,
    ExecutionParameter,
    ExecutorClassSpec,
    compile,
    ir,
)
from pipeline_lib.artifacts.standard_artifacts import Examples, Model
from pipeline_lib.dsl.channel import OutputChannel
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.dsl.placeholder import Predicate


class HelloSpec(ComponentSpec):
    """Copies examples."""

    PARAMETERS = {"name": ExecutionParameter(type=str)}
    INPUTS = {"examples": ChannelParameter(type=Examples)}
    OUTPUTS = {"model": ChannelParameter(type=Model)}


class HelloExecutor(BaseExecutor):
    """Copies examples."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Copy them."""
        assert_type(input_dict["examples"][0].uri, str)
        assert_type(self._context.execution_id, int)


class Hello(BaseComponent[Literal["model"]]):
    """Copies examples."""

    SPEC_CLASS = HelloSpec
    EXECUTOR_SPEC = ExecutorClassSpec(HelloExecutor)

    def __init__(self, examples: Channel, name: str) -> None:
        super().__init__(HelloSpec(examples=examples, name=name))


hello = Hello(Channel(type=Examples), "x").with_id("hello")
assert_type(hello, Hello)
predicate = hello.outputs["model"].future()[0].custom_property("blessed") == 1
assert_type(predicate, Predicate)
with Cond(predicate):
    pipeline = Pipeline("p", components=[hello])
assert_type(compile(pipeline), ir.Pipeline)

hello.outputs["modle"]  # type: ignore[index]
Hello(Channel(type=Examples), nam="x")  # type: ignore[call-arg]
Hello("examples", "x")  # type: ignore[arg-type]

trainer = Trainer(examples=hello.outputs["model"], run_fn="my.module.run").with_id("small")
Evaluator(examples=hello.outputs["model"], model=trainer.outputs["model"])
examples_gen = CsvExampleGen(input_base="data").with_beam_pipeline_args(["--runner=x"])
assert_type(examples_gen.outputs["examples"], OutputChannel)
examples_gen.outputs["exmples"]  # type: ignore[index]
trainer.outputs["mode"]  # type: ignore[index]
Trainer(exampels=hello.outputs["model"])  # type: ignore[call-arg]
CsvExampleGen(input_base=3)  # type: ignore[arg-type]
CsvExampleGen(input_base="data").outputs["example"]  # type: ignore[index]
