"""The models to evaluate, as TFMA takes them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow_model_analysis as tfma

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import get_single_instance
from pipeline_lib.errors import DataError

MakeModel = Callable[..., Any]
"""Makes an `EvalSharedModel`; called as `tfma.default_eval_shared_model`."""


def evaluated_models(
    config: tfma.EvalConfig,
    candidate: Sequence[Artifact],
    baseline: Sequence[Artifact],
    make_model: MakeModel,
) -> list[Any]:
    """One `EvalSharedModel` for each of the model specifications.

    None where there is no candidate; then predictions are read from the examples.

    Raises:
        DataError: a model's directory holds no SavedModel, or there is no candidate and a
            specification lacks `prediction_key`.
    """
    if not candidate:
        _require_predictions(config)
        return []
    return [
        make_model(
            eval_saved_model_path=_saved_model_path(baseline if spec.is_baseline else candidate),
            model_name=spec.name,
            eval_config=config,
            add_metrics_callbacks=None,
        )
        for spec in config.model_specs
    ]


def _saved_model_path(models: Sequence[Artifact]) -> str:
    uri = get_single_instance(models).uri
    path = os.path.join(uri, "Format-Serving")
    if not files.exists(os.path.join(path, "saved_model.pb")):
        raise DataError(
            f"The model at {uri!r} holds no SavedModel: expected "
            "'Format-Serving/saved_model.pb' below it, where Trainer writes it."
        )
    return path


def _require_predictions(config: tfma.EvalConfig) -> None:
    if not all(spec.prediction_key or spec.prediction_keys for spec in config.model_specs):
        raise DataError(
            "Evaluator got no model and eval_config names no predictions. Pass model=..., or name "
            "the feature that holds the predictions in eval_config.model_specs[0].prediction_key."
        )
