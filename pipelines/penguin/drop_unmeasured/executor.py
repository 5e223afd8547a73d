"""Executor of `DropUnmeasured`; TensorFlow loads only where it runs."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from pipeline_lib import BaseExecutor
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import get_single_instance, split_uri

_LOG = logging.getLogger(__name__)


class Executor(BaseExecutor):
    """Copies the examples that have at least one measurement."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Copy each split, file by file."""
        examples = get_single_instance(input_dict["examples"])
        measured = get_single_instance(output_dict["measured_examples"])
        measured.properties.update(examples.properties)
        measured.custom_properties.update(examples.custom_properties)
        for split in examples.splits:  # type: ignore[attr-defined]
            source, target = split_uri(examples, split), split_uri(measured, split)
            os.makedirs(target)
            for name in sorted(os.listdir(source)):
                _copy_measured(
                    os.path.join(source, name),
                    os.path.join(target, name),
                    exec_properties["measurements"],
                )


def _copy_measured(source: str, target: str, measurements: list[str]) -> None:
    records = list(tf.data.TFRecordDataset(source, "GZIP").as_numpy_iterator())
    kept = list(_measured(records, measurements))
    with tf.io.TFRecordWriter(target, "GZIP") as writer:
        for record in kept:
            writer.write(record)
    _LOG.info("%s: kept %d of %d examples", source, len(kept), len(records))


def _measured(records: list[bytes], measurements: list[str]) -> Iterator[bytes]:
    for record in records:
        features = tf.train.Example.FromString(record).features.feature
        if any(_has_value(features[name]) for name in measurements):
            yield record


def _has_value(feature: tf.train.Feature) -> bool:
    return any(values.value for _, values in feature.ListFields())
