"""Evaluator's work: one Beam pipeline measures candidate and baseline on the same examples."""

from __future__ import annotations

import logging
import os
from typing import Any

import tensorflow as tf
import tensorflow_model_analysis as tfma

from components.evaluator import results
from components.evaluator.eval_config import has_thresholds, make_eval_config
from components.evaluator.examples import EvaluatedExamples
from components.evaluator.models import evaluated_models, one_or_all
from components.evaluator.summary import write_summary
from components.evaluator.user_code import UserCode
from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import get_single_instance, get_single_uri
from pipeline_lib.execution.executor import BeamExecutor

_LOG = logging.getLogger(__name__)
_DEFAULT_SPLITS = ["eval"]
_LIBRARIES = ("tensorflow_model_analysis.", "tf_keras.")


class Executor(BeamExecutor):
    """Runs TFMA and records metrics and blessing; see `Evaluator` for inputs and outputs."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Measure candidate and baseline, then bless the candidate if there are thresholds."""
        candidate, baseline = (input_dict.get(key, []) for key in ("model", "baseline_model"))
        evaluation_uri = get_single_uri(output_dict["evaluation"])
        user_code = UserCode.load(exec_properties.get("module_file"))
        config = make_eval_config(exec_properties["eval_config"], has_baseline=bool(baseline))
        models = evaluated_models(config, candidate, baseline, user_code.make_model)
        examples = EvaluatedExamples.find(
            input_dict["examples"],
            exec_properties.get("example_splits") or _DEFAULT_SPLITS,
            input_dict.get("schema", []),
        )
        if user_code.make_extractors is None:
            examples.require_features(config)

        self._evaluate(examples, models, config, user_code, evaluation_uri)
        _summarize(evaluation_uri, config)
        blessing = get_single_instance(output_dict["blessing"])
        if has_thresholds(config):
            _bless(blessing, evaluation_uri, candidate, baseline)
        else:
            _LOG.warning("eval_config has no threshold: the model is measured, not validated.")

    def _evaluate(
        self,
        examples: EvaluatedExamples,
        models: list[Any],
        config: tfma.EvalConfig,
        user_code: UserCode,
        evaluation_uri: str,
    ) -> None:
        source = examples.source()
        adapter_config = examples.tensor_adapter_config(source)
        pipeline = self._make_beam_pipeline()
        batches = pipeline | "ReadExamples" >> source.BeamSource()
        _ = batches | "Evaluate" >> tfma.ExtractEvaluateAndWriteResults(
            eval_shared_model=one_or_all(models),
            eval_config=config,
            extractors=user_code.extractors(one_or_all(models), config, adapter_config),
            output_path=evaluation_uri,
            schema=examples.schema,
            tensor_adapter_config=adapter_config,
        )
        run = pipeline.run
        if not _needs_autograph(models, config, user_code):
            run = tf.autograph.experimental.do_not_convert(run)
        run().wait_until_finish()


def _needs_autograph(models: list[Any], config: tfma.EvalConfig, user_code: UserCode) -> bool:
    """Whether Python code that TensorFlow might have to convert to a graph runs in the pipeline.

    Saved signatures are graphs already and library metrics run eagerly. TensorFlow would still
    convert the source of every Keras metric, which takes 1.3 s for the first one in a process.
    """
    metrics = [metric for spec in config.metrics_specs for metric in spec.metrics]
    own_metrics = any(m.module and not m.module.startswith(_LIBRARIES) for m in metrics)
    only_signatures = all(model.model_type == tfma.TF_GENERIC for model in models)
    return user_code.exists or own_metrics or not only_signatures


def _summarize(evaluation_uri: str, config: tfma.EvalConfig) -> None:
    slices = results.metrics_by_slice(evaluation_uri, config)
    write_summary(evaluation_uri, slices)
    for features in results.empty_slicing_specs(config, slices):
        _LOG.warning("No example has the features of the slicing spec on %s.", features)


def _bless(
    blessing: Artifact, evaluation_uri: str, candidate: list[Artifact], baseline: list[Artifact]
) -> None:
    for key, models in (("current_model", candidate), ("baseline_model", baseline)):
        for model in models:
            blessing.set_string_custom_property(key, model.uri)
            blessing.set_int_custom_property(f"{key}_id", model.id)
    reasons = results.failures(evaluation_uri)
    blessing.set_int_custom_property("blessed", int(not reasons))
    if reasons:
        blessing.set_string_custom_property("not_blessed_reason", "; ".join(reasons))
        _LOG.warning("The model is not blessed: %s.", "; ".join(reasons))
    file_name = "NOT_BLESSED" if reasons else "BLESSED"
    files.write_bytes(os.path.join(blessing.uri, file_name), b"")
