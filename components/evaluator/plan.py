"""What one evaluation is made of, checked before any data is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow_model_analysis as tfma

from components.evaluator.eval_config import make_eval_config
from components.evaluator.examples import EvaluatedExamples
from components.evaluator.models import evaluated_models
from components.evaluator.user_code import UserCode
from pipeline_lib.artifacts.artifact import Artifact

_DEFAULT_SPLITS = ("eval",)
_LIBRARIES = ("tensorflow_model_analysis.", "tf_keras.")


@dataclass(frozen=True)
class EvaluationPlan:
    """One evaluation.

    Attributes:
        config: metrics, slices, thresholds and one specification for each model.
        models: an `EvalSharedModel` for each specification; none where predictions are data.
        examples: what to evaluate on.
        user_code: what the user's module replaces.
    """

    config: tfma.EvalConfig
    models: list[Any]
    examples: EvaluatedExamples
    user_code: UserCode

    @classmethod
    def make(
        cls, inputs: Mapping[str, Sequence[Artifact]], exec_properties: Mapping[str, Any]
    ) -> EvaluationPlan:
        """The evaluation that the inputs and parameters of an `Evaluator` ask for.

        Raises:
            DataError: configuration, models or examples cannot work.
            UserModuleError: the user's module cannot work.
        """
        baseline = inputs.get("baseline_model", ())
        user_code = UserCode.load(exec_properties.get("module_file"))
        config = make_eval_config(exec_properties["eval_config"], has_baseline=bool(baseline))
        models = evaluated_models(config, inputs.get("model", ()), baseline, user_code.make_model)
        splits = exec_properties.get("example_splits") or _DEFAULT_SPLITS
        examples = EvaluatedExamples.find(inputs["examples"], splits, inputs.get("schema", ()))
        if user_code.make_extractors is None:
            examples.require_features(config)
        return cls(config, models, examples, user_code)

    @property
    def model_or_models(self) -> Any:
        """The models as TFMA's functions take them: `None`, one, or a list."""
        return self.models if len(self.models) > 1 else next(iter(self.models), None)

    @property
    def needs_autograph(self) -> bool:
        """Whether Python code that TensorFlow might have to convert to a graph runs.

        Saved signatures are graphs already and library metrics run eagerly. TensorFlow would
        still convert the source of every Keras metric, which takes about a second for the first
        one in a process.
        """
        modules = [metric.module for spec in self.config.metrics_specs for metric in spec.metrics]
        own_metrics = any(module and not module.startswith(_LIBRARIES) for module in modules)
        only_signatures = all(model.model_type == tfma.TF_GENERIC for model in self.models)
        return self.user_code.exists or own_metrics or not only_signatures
