"""Through `tfx` an editor sees the same, and a name that is not there is an error."""

from __future__ import annotations

from typing_extensions import assert_type

from components import Trainer
from pipeline_lib import Channel, tfx
from pipeline_lib.artifacts.standard_artifacts import Model
from pipeline_lib.dsl.node import BaseNode

dsl = tfx.dsl.components


@dsl.component
def Weigh(
    model: tfx.dsl.components.InputArtifact[tfx.types.standard_artifacts.Model],
    factor: tfx.dsl.components.Parameter[float] = 1.0,
) -> None:
    """Reads a model."""
    assert_type(model, Model)
    assert_type(factor, float)


@tfx.dsl.components.component()
def Rest(seconds: tfx.dsl.components.Parameter[int]) -> None:
    """Written with brackets."""


examples = tfx.dsl.Channel(type=tfx.types.standard_artifacts.Examples)
assert_type(examples, Channel)
trainer = tfx.components.Trainer(
    examples=examples,
    module_file="train.py",
    train_args=tfx.proto.TrainArgs(num_steps=100),
)
assert_type(trainer, Trainer)
assert_type(Weigh(model=trainer.outputs["model"]), BaseNode)
assert_type(tfx.proto.TrainArgs(num_steps=3).num_steps, int)

Weigh(modle=trainer.outputs["model"])  # type: ignore[call-arg]
tfx.components.Traner  # type: ignore[attr-defined]  # noqa: B018
tfx.components.Trainer(exmples=examples)  # type: ignore[call-arg]
tfx.components.Trainer(examples=examples, train_args=3)  # type: ignore[arg-type]
tfx.proto.TrainArgs(steps=3)  # type: ignore[call-arg]
Rest.test_call(second=1)  # type: ignore[call-arg]
