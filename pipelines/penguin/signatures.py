"""The ways to ask the saved model: serialized examples, plain values, features alone."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
import tensorflow_transform as tft
from features import CATEGORICAL, NUMERIC, SPECIES


def save(classifier: keras.Model, transform_output: tft.TFTransformOutput, path: str) -> None:
    """Save the classifier with the transformation before it.

    Signatures of the SavedModel:
        serving_default: `examples`, `(batch,)` serialized `tf.train.Example`s of raw columns, to
            `probabilities`, `(batch, 3)` float32, and `label`, `(batch,)` names of species.
        serving_raw: the raw columns by name, each `(batch,)`, to the same. A missing number is
            NaN, a missing text is empty.
        transform_features: `examples`, which hold the label too, to the transformed features,
            each `(batch,)`; this is what TFMA reads labels from.
    """
    module = tf.Module()
    # A SavedModel holds the variables and vocabularies that are reached from its attributes. The
    # classifier itself must not be one: Keras then saves a copy of each variable, and a model
    # server restores the copies and not what the signatures read.
    module.variables_of_classifier = [variable.value for variable in classifier.variables]
    # Below, the layer's `call` is used and not the layer itself: Keras would trace it once more
    # for each of its own ways to be called, which nobody needs here and takes seconds.
    module.transform = transform_output.transform_features_layer()
    labelled = transform_output.raw_feature_spec()
    unlabelled = {name: labelled[name] for name in (*NUMERIC, *CATEGORICAL)}

    def serve_examples(examples: tf.Tensor) -> dict[str, tf.Tensor]:
        return classify(tf.io.parse_example(examples, unlabelled))

    def serve_raw(**columns: tf.Tensor) -> dict[str, tf.Tensor]:
        return classify({name: _as_parsed(columns[name], unlabelled[name]) for name in unlabelled})

    def transform_features(examples: tf.Tensor) -> dict[str, tf.Tensor]:
        return dict(module.transform.call(tf.io.parse_example(examples, labelled)))

    def classify(raw: dict[str, Any]) -> dict[str, tf.Tensor]:
        probabilities = classifier(dict(module.transform.call(raw)))
        label = tf.gather(tf.constant(SPECIES), tf.argmax(probabilities, axis=1))
        return {"probabilities": probabilities, "label": label}

    examples = {"examples": tf.TensorSpec([None], tf.string, name="examples")}
    signatures = {
        "serving_default": _traced(serve_examples, examples),
        "serving_raw": _traced(serve_raw, _raw_inputs()),
        "transform_features": _traced(transform_features, examples),
    }
    tf.saved_model.save(module, path, signatures=signatures)


def _traced(function: Any, inputs: dict[str, tf.TensorSpec]) -> Any:
    """A graph of the function; without AutoGraph, which finds nothing here and takes seconds."""
    return tf.function(function, autograph=False).get_concrete_function(**inputs)


def _raw_inputs() -> dict[str, tf.TensorSpec]:
    numbers = {name: tf.TensorSpec([None], tf.float32, name=name) for name in NUMERIC}
    texts = {name: tf.TensorSpec([None], tf.string, name=name) for name in CATEGORICAL}
    return {**numbers, **texts}


def _as_parsed(column: tf.Tensor, spec: Any) -> Any:
    """A `(batch,)` column of plain values as `tf.io.parse_example` would give it."""
    present = column != "" if column.dtype == tf.string else ~tf.math.is_nan(column)
    if column.dtype != spec.dtype:
        column = tf.cast(column, spec.dtype)
    if isinstance(spec, tf.io.FixedLenFeature):
        # The schema says that it is always there; a NaN would become an arbitrary number.
        check = tf.debugging.Assert(tf.reduce_all(present), ["a value is missing", column])
        with tf.control_dependencies([check]):
            return tf.identity(column)[:, tf.newaxis]
    rows = tf.where(present)
    indices = tf.concat([rows, tf.zeros_like(rows)], axis=1)
    batch_size = tf.size(column, out_type=tf.int64)
    return tf.SparseTensor(indices, column[present], tf.stack([batch_size, 1]))
