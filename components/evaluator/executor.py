"""Evaluator's work: one Beam pipeline measures candidate and baseline on the same examples."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import Any

import tensorflow as tf
import tensorflow_model_analysis as tfma

from components.evaluator.eval_config import has_thresholds
from components.evaluator.failures import validation_failures
from components.evaluator.metrics import empty_slicing_specs, metrics_by_slice
from components.evaluator.plan import EvaluationPlan
from components.evaluator.summary import write_summary
from components.layouts.validated_model import (
    MODEL_FINGERPRINT,
    record_fingerprint,
    serving_fingerprint,
)
from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import get_single_instance, get_single_uri
from pipeline_lib.execution.executor import BeamExecutor

_LOG = logging.getLogger(__name__)


class Executor(BeamExecutor):
    """Runs TFMA and records metrics and blessing; see `Evaluator` for inputs and outputs."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Measure candidate and baseline, then bless the candidate if there are thresholds."""
        evaluation_uri = get_single_uri(output_dict["evaluation"])
        validated = serving_fingerprint(input_dict.get("model", []))
        plan = EvaluationPlan.make(input_dict, exec_properties)
        self._measure(plan, evaluation_uri)
        _summarize(evaluation_uri, plan.config)
        if not has_thresholds(plan.config):
            _LOG.warning("eval_config has no threshold: the model is measured, not validated.")
            return
        blessing = get_single_instance(output_dict["blessing"])
        _name_models(blessing, "current_model", input_dict.get("model", []))
        _name_models(blessing, "baseline_model", input_dict.get("baseline_model", []))
        record_fingerprint(blessing, MODEL_FINGERPRINT, validated)
        _bless(blessing, validation_failures(evaluation_uri))

    def _measure(self, plan: EvaluationPlan, evaluation_uri: str) -> None:
        source = plan.examples.source()
        adapter_config = plan.examples.tensor_adapter_config(source)
        extractors = plan.user_code.extractors(plan.model_or_models, plan.config, adapter_config)
        pipeline = self._make_beam_pipeline()
        batches = pipeline | "ReadExamples" >> source.BeamSource()
        _ = batches | "Evaluate" >> tfma.ExtractEvaluateAndWriteResults(
            eval_shared_model=plan.model_or_models,
            eval_config=plan.config,
            extractors=extractors,
            output_path=evaluation_uri,
            schema=plan.examples.schema,
            tensor_adapter_config=adapter_config,
        )
        run = pipeline.run
        if not plan.needs_autograph:
            run = tf.autograph.experimental.do_not_convert(run)
        run().wait_until_finish()


def _summarize(evaluation_uri: str, config: tfma.EvalConfig) -> None:
    slices = metrics_by_slice(evaluation_uri, config)
    write_summary(evaluation_uri, slices)
    for features in empty_slicing_specs(config, slices):
        _LOG.warning("No example has the features of the slicing spec on %s.", features)


def _name_models(blessing: Artifact, key: str, models: Sequence[Artifact]) -> None:
    for model in models:
        blessing.set_string_custom_property(key, model.uri)
        blessing.set_int_custom_property(f"{key}_id", model.id)


def _bless(blessing: Artifact, failures: Sequence[str]) -> None:
    blessing.set_int_custom_property("blessed", int(not failures))
    if failures:
        blessing.set_string_custom_property("not_blessed_reason", "; ".join(failures))
        _LOG.warning("The model is not blessed: %s.", "; ".join(failures))
    file_name = "NOT_BLESSED" if failures else "BLESSED"
    files.write_bytes(os.path.join(blessing.uri, file_name), b"")
