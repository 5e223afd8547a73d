"""The `Trainer` component: what it takes and makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from components.trainer.split_args import SplitArgs
from pipeline_lib import (
    BaseComponent,
    Channel,
    ChannelParameter,
    ComponentSpec,
    ExecutionParameter,
    ExecutorClassSpec,
    ModuleFile,
    RuntimeParameter,
)
from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.dsl.parameter_types import ProtoMessage
from pipeline_lib.errors import AuthoringError


class TrainerSpec(ComponentSpec):
    """Inputs, outputs and parameters of `Trainer`; the names are TFX's."""

    PARAMETERS = {
        "module_file": ExecutionParameter(type=ModuleFile, optional=True, defines=("run_fn",)),
        "run_fn": ExecutionParameter(type=str, optional=True),
        "train_args": ExecutionParameter(type=dict, optional=True),
        "eval_args": ExecutionParameter(type=dict, optional=True),
        "custom_config": ExecutionParameter(type=dict, optional=True),
    }
    INPUTS = {
        "examples": ChannelParameter(type=standard_artifacts.Examples),
        "transform_graph": ChannelParameter(type=standard_artifacts.TransformGraph, optional=True),
        "schema": ChannelParameter(type=standard_artifacts.Schema, optional=True),
        "base_model": ChannelParameter(type=standard_artifacts.Model, optional=True),
        "hyperparameters": ChannelParameter(type=standard_artifacts.HyperParameters, optional=True),
    }
    OUTPUTS = {
        "model": ChannelParameter(type=standard_artifacts.Model),
        "model_run": ChannelParameter(type=standard_artifacts.ModelRun),
    }


class Trainer(BaseComponent[Literal["model", "model_run"]]):
    """Trains a model with the user's code.

    The user's `run_fn(fn_args)` gets a `components.trainer.fn_args.FnArgs`, trains, and saves the
    model at `fn_args.serving_model_dir`.

    Args:
        examples: examples to train and evaluate on, raw or transformed (`Examples`).
        transform_graph: what `Transform` found, where the examples are transformed.
        schema: schema of the examples.
        base_model: a model to start from.
        hyperparameters: hyperparameters, such as a tuner's best ones.
        module_file: path of a Python file that defines `run_fn`. Give either this or `run_fn`.
        run_fn: import path of the function, such as `my_package.training.run`.
        train_args: `{"num_steps": 100, "splits": ["train"]}` or TFX's message; by default the
            split `train`, and the user's code decides on the steps.
        eval_args: the same for evaluation; by default the split `eval`.
        custom_config: passed on as `fn_args.custom_config`.
        custom_executor_spec: an executor of your own in place of the one here.

    Outputs:
        model: `Model`, with the saved model in `Format-Serving/`.
        model_run: `ModelRun`, with what was written to `fn_args.model_run_dir`.

    Raises:
        AuthoringError: both or none of `module_file` and `run_fn` is given, or `train_args` or
            `eval_args` cannot work.
    """

    SPEC_CLASS = TrainerSpec
    EXECUTOR_SPEC = ExecutorClassSpec("components.trainer.executor:Executor")

    def __init__(
        self,
        examples: Channel,
        transform_graph: Channel | None = None,
        schema: Channel | None = None,
        base_model: Channel | None = None,
        hyperparameters: Channel | None = None,
        module_file: str | None = None,
        run_fn: str | RuntimeParameter | None = None,
        train_args: Mapping[str, Any] | ProtoMessage | RuntimeParameter | None = None,
        eval_args: Mapping[str, Any] | ProtoMessage | RuntimeParameter | None = None,
        custom_config: Mapping[str, Any] | RuntimeParameter | None = None,
        custom_executor_spec: ExecutorClassSpec | None = None,
    ) -> None:
        if (module_file is None) == (run_fn is None):
            raise AuthoringError(
                "Trainer takes either 'module_file' or 'run_fn', "
                f"got module_file={module_file!r} and run_fn={run_fn!r}."
            )
        spec = TrainerSpec(
            examples=examples,
            transform_graph=transform_graph,
            schema=schema,
            base_model=base_model,
            hyperparameters=hyperparameters,
            module_file=module_file,
            run_fn=run_fn,
            train_args=train_args,
            eval_args=eval_args,
            custom_config=custom_config,
        )
        for name in ("train_args", "eval_args"):
            if isinstance(spec.exec_properties[name], dict):
                SplitArgs.from_parameter(name, spec.exec_properties[name], default_split="")
        super().__init__(spec=spec, custom_executor_spec=custom_executor_spec)
