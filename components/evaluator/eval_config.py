"""From the plain mapping that an author writes to a `tfma.EvalConfig` that can run."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Mapping
from typing import Any

import tensorflow_model_analysis as tfma
import tf_keras
from google.protobuf import json_format
from tensorflow_model_analysis.metrics.metric_types import registered_metrics

from pipeline_lib.errors import DataError, did_you_mean

_LOG = logging.getLogger(__name__)
_WRAPPERS = "google.protobuf."
_MOST_MODELS = 2


def make_eval_config(mapping: Mapping[str, Any], *, has_baseline: bool) -> tfma.EvalConfig:
    """The configuration with TFMA's defaults, a baseline's specification added or removed.

    Without a baseline, change thresholds are dropped ("rubber stamp"), as TFX does.

    Raises:
        DataError: a field is unknown or has a wrong value, there is no metric or one that nobody
            knows, or the fields contradict each other.
    """
    config = _parse(mapping)
    if not any(map(_names_a_metric, config.metrics_specs)):
        raise DataError(
            "eval_config has no metric. Name at least one, such as "
            "{'metrics_specs': [{'metrics': [{'class_name': 'ExampleCount'}]}]}."
        )
    _require_known_metrics(config)
    if not has_baseline and tfma.utils.has_change_threshold(config):
        _LOG.info("There is no baseline model: change thresholds are ignored.")
    config = tfma.utils.update_eval_config_with_defaults(
        config, has_baseline=has_baseline, rubber_stamp=True
    )
    _verify(config)
    return config


def _names_a_metric(spec: tfma.MetricsSpec) -> bool:
    """A threshold names one, too: of those that the model was compiled with."""
    return bool(
        spec.metrics or spec.thresholds or spec.per_slice_thresholds or spec.cross_slice_thresholds
    )


def has_thresholds(config: tfma.EvalConfig) -> bool:
    """Whether there is anything to validate a model against."""
    return bool(
        tfma.metrics.metric_thresholds_from_metrics_specs(config.metrics_specs, eval_config=config)
    )


def _parse(mapping: Mapping[str, Any]) -> tfma.EvalConfig:
    plain = _plain(mapping, tfma.EvalConfig.DESCRIPTOR, "eval_config")
    try:
        return json_format.ParseDict(plain, tfma.EvalConfig())
    except json_format.ParseError as error:
        raise DataError(f"eval_config is no tfma.EvalConfig: {error}") from error


def _require_known_metrics(config: tfma.EvalConfig) -> None:
    """A metric is TFMA's, Keras's, registered by the user's module, or names its module."""
    known = {*registered_metrics(), *vars(tf_keras.metrics)}
    for metric in (metric for spec in config.metrics_specs for metric in spec.metrics):
        name = metric.class_name
        if metric.module or name in known or tf_keras.utils.get_registered_object(name):
            continue
        close = difflib.get_close_matches(name, known, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise DataError(
            f"eval_config.metrics_specs: neither TFMA nor Keras has a metric {name!r}.{hint} "
            "A metric class of your own needs its 'module' too."
        )


def _verify(config: tfma.EvalConfig) -> None:
    if len(config.model_specs) > _MOST_MODELS:
        names = ", ".join(repr(spec.name) for spec in config.model_specs)
        raise DataError(
            f"eval_config has {len(config.model_specs)} model_specs ({names}); a candidate and a "
            "baseline are the most that can be evaluated."
        )
    try:
        tfma.utils.verify_eval_config(config)
    except ValueError as error:
        raise DataError(f"eval_config contradicts itself: {error}") from error


def _plain(value: Any, message: Any, path: str) -> Any:
    """`value` in protobuf's JSON form; refuses what is no field of `message`, by its full path.

    Wrapper messages, which JSON writes as bare values, may also be written as in Python:
    `{"lower_bound": {"value": 0.9}}`.
    """
    if not isinstance(value, Mapping):
        return value
    if message.full_name.startswith(_WRAPPERS) and set(value) == {"value"}:
        return value["value"]
    return {key: _plain_field(item, message, key, path) for key, item in value.items()}


def _plain_field(value: Any, message: Any, key: str, path: str) -> Any:
    field = message.fields_by_name.get(key) or message.fields_by_camelcase_name.get(key)
    if field is None:
        raise DataError(f"{path} has no field {key!r}.{did_you_mean(key, message.fields_by_name)}")
    path = f"{path}.{key}"
    inner = field.message_type
    if inner is None:
        return value
    if inner.GetOptions().map_entry:
        return _plain_map(value, inner.fields_by_name["value"].message_type, path)
    if isinstance(value, list):
        return [_plain(item, inner, f"{path}[{index}]") for index, item in enumerate(value)]
    return _plain(value, inner, path)


def _plain_map(value: Any, message: Any, path: str) -> Any:
    if message is None or not isinstance(value, Mapping):
        return value
    return {key: _plain(item, message, f"{path}[{key!r}]") for key, item in value.items()}
