"""What Transform does with penguins: the same graph prepares examples and serving requests."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
import tensorflow_transform as tft
from features import CATEGORICAL, LABEL, NUMERIC, SPECIES, transformed


def preprocessing_fn(inputs: dict[str, Any]) -> dict[str, tf.Tensor]:
    """Raw columns to features of the model, one value per penguin.

    Args:
        inputs: raw tensors by column, `(batch, 1)`; sparse where values may be missing.

    Returns:
        By transformed name, `(batch,)`: numbers as float32 z-scores, categories as int64 indices
        into the vocabulary of the training data, the species as int64 index into `SPECIES`.
    """
    outputs = {}
    for name in NUMERIC:
        # The mean has the z-score 0: filling with 0 imputes the mean of the training data.
        outputs[transformed(name)] = _filled(tft.scale_to_z_score(inputs[name]), 0.0)
    for name in CATEGORICAL:
        # Missing is an empty string, which no vocabulary holds: it goes to the last bucket,
        # with whatever the training data did not have.
        outputs[transformed(name)] = tft.compute_and_apply_vocabulary(
            _filled(inputs[name], ""), num_oov_buckets=1, vocab_filename=name
        )
    outputs[transformed(LABEL)] = _species_index(_filled(inputs[LABEL], ""))
    return outputs


def _filled(column: Any, missing: str | float) -> tf.Tensor:
    """A column as `(batch,)`, with `missing` where there is no value."""
    if isinstance(column, tf.SparseTensor):
        # The data may be narrower than (batch, 1): a batch without any value has no column.
        one_wide = tf.SparseTensor(column.indices, column.values, [column.dense_shape[0], 1])
        column = tf.sparse.to_dense(one_wide, default_value=missing)
    return tf.squeeze(column, axis=1)


def _species_index(species: tf.Tensor) -> tf.Tensor:
    """Index into `SPECIES`, -1 for any other text.

    The order is fixed here, and not found in the data as a vocabulary, so that a label means the
    same for every model.
    """
    matches = tf.equal(species[:, tf.newaxis], tf.constant(SPECIES))
    one_based = tf.range(1, len(SPECIES) + 1, dtype=tf.int64)
    return tf.reduce_sum(tf.where(matches, one_based, 0), axis=1) - 1
