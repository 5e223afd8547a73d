"""`Evaluator`: metrics of a model, overall and by slice, and the blessing that follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pipeline_lib import (
    BaseComponent,
    BeamExecutorSpec,
    Channel,
    ChannelParameter,
    ComponentSpec,
    ExecutionParameter,
    ModuleFile,
    RuntimeParameter,
)
from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.errors import AuthoringError


class EvaluatorSpec(ComponentSpec):
    """Contract of `Evaluator`."""

    PARAMETERS = {
        "eval_config": ExecutionParameter(type=dict),
        "example_splits": ExecutionParameter(type=list, optional=True),
        "module_file": ExecutionParameter(type=ModuleFile, optional=True),
    }
    INPUTS = {
        "examples": ChannelParameter(type=standard_artifacts.Examples),
        "model": ChannelParameter(type=standard_artifacts.Model, optional=True),
        "baseline_model": ChannelParameter(type=standard_artifacts.Model, optional=True),
        "schema": ChannelParameter(type=standard_artifacts.Schema, optional=True),
    }
    OUTPUTS = {
        "evaluation": ChannelParameter(type=standard_artifacts.ModelEvaluation),
        "blessing": ChannelParameter(type=standard_artifacts.ModelBlessing),
    }


class Evaluator(BaseComponent[Literal["evaluation", "blessing"]]):
    """Measures a model with TFMA, overall and by slice, and blesses it if it keeps its thresholds.

        Evaluator(
            examples=example_gen.outputs["examples"],
            model=trainer.outputs["model"],
            baseline_model=resolver.outputs["model"],
            eval_config={
                "model_specs": [{"label_key": "species"}],
                "slicing_specs": [{}, {"feature_keys": ["island"]}],
                "metrics_specs": [{"metrics": [{
                    "class_name": "SparseCategoricalAccuracy",
                    "threshold": {"value_threshold": {"lower_bound": 0.9}},
                }]}],
            },
        )

    Outputs:
        evaluation: TFMA's files, as `tfma.load_eval_result` and `tfma.load_validation_result` open
            them, and `summary.json`, which `components.evaluator.summary.read_summary` reads
            without TFMA.
        blessing: an empty file `BLESSED` or `NOT_BLESSED` and the custom properties `blessed`
            (1 or 0), `current_model`, `current_model_id`, `baseline_model`, `baseline_model_id`,
            and `model_fingerprint` of the files that were validated. Where the model is not
            blessed, `not_blessed_reason` names each metric, slice, value and bound.

    A model is validated only if `eval_config` has a threshold. Without one, metrics are computed
    and the blessing stays empty, as in TFX, so that a forgotten threshold never blesses a model.
    Change thresholds are ignored while there is no baseline model, as on the first run.

    Args:
        examples: what to evaluate on.
        model: the candidate. Without one, `eval_config` names the feature that holds the
            predictions (`prediction_key`).
        baseline_model: what to compare with; the channel may be empty, as on the first run.
        eval_config: a `tfma.EvalConfig`, or a plain mapping of the same fields with enums by name.
            A `label_key` that is made by the model's own preprocessing needs
            `preprocessing_function_names`. Required.
        example_splits: splits to evaluate on; `["eval"]` where it is not given.
        schema: types and shapes of the features; without it they are found in the data.
        module_file: a Python file with `custom_eval_shared_model(eval_saved_model_path,
            model_name, eval_config, **kwargs)`, `custom_extractors(eval_shared_model, eval_config,
            tensor_adapter_config)` or both, with TFX's meaning.

    Raises:
        AuthoringError: `eval_config` is missing or has no `metrics_specs`.
    """

    SPEC_CLASS = EvaluatorSpec
    EXECUTOR_SPEC = BeamExecutorSpec("components.evaluator.executor:Executor")

    def __init__(
        self,
        examples: Channel,
        model: Channel | None = None,
        baseline_model: Channel | None = None,
        eval_config: Any = None,
        example_splits: list[str] | RuntimeParameter | None = None,
        schema: Channel | None = None,
        module_file: str | None = None,
    ) -> None:
        if isinstance(eval_config, Mapping) and not eval_config.get("metrics_specs"):
            raise AuthoringError(
                "Evaluator: eval_config has no 'metrics_specs'. Name at least one metric, such as "
                "{'metrics_specs': [{'metrics': [{'class_name': 'ExampleCount'}]}]}."
            )
        super().__init__(
            spec=EvaluatorSpec(
                examples=examples,
                model=model,
                baseline_model=baseline_model,
                eval_config=eval_config,
                example_splits=example_splits,
                schema=schema,
                module_file=module_file,
            )
        )
