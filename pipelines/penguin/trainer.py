"""Trains a small network on penguins and saves it with the transformation inside."""

from __future__ import annotations

from typing import Any

import keras
import signatures
import tensorflow as tf
import tensorflow_transform as tft
from features import CATEGORICAL, LABEL, NUMERIC, SPECIES, transformed
from tfx_bsl.public import tfxio

from components.trainer.fn_args import FnArgs

_SEED = 20
_BATCH_SIZE = 32
_EPOCHS = 5
_TRAIN_STEPS = 200
_EVAL_STEPS = 5


def run_fn(fn_args: FnArgs) -> None:
    """Train, log for TensorBoard, save at `fn_args.serving_model_dir`."""
    keras.utils.set_random_seed(_SEED)
    transform_output = tft.TFTransformOutput(fn_args.transform_graph_path)
    classifier = _classifier(transform_output)
    classifier.fit(
        _batches(fn_args, fn_args.train_files, transform_output),
        epochs=_EPOCHS,
        steps_per_epoch=max(1, (fn_args.train_steps or _TRAIN_STEPS) // _EPOCHS),
        shuffle=False,  # the batches are shuffled as they are read
        validation_data=_batches(fn_args, fn_args.eval_files, transform_output),
        validation_steps=fn_args.eval_steps or _EVAL_STEPS,
        callbacks=[keras.callbacks.TensorBoard(fn_args.model_run_dir)],
        verbose=2,  # one line for each epoch
    )
    signatures.save(classifier, transform_output, fn_args.serving_model_dir)


def _batches(
    fn_args: FnArgs, patterns: list[str], transform_output: tft.TFTransformOutput
) -> tf.data.Dataset:
    """Pairs of (transformed features by name, labels), without an end."""
    options = tfxio.TensorFlowDatasetOptions(
        batch_size=_BATCH_SIZE, shuffle_seed=_SEED, label_key=transformed(LABEL)
    )
    schema = transform_output.transformed_metadata.schema
    return fn_args.data_accessor.tf_dataset_factory(patterns, options, schema)


def _classifier(transform_output: tft.TFTransformOutput) -> keras.Model:
    """One hidden layer over the z-scores and the one-hot categories."""
    inputs, columns = {}, []
    for name in map(transformed, NUMERIC):
        inputs[name] = keras.Input((), name=name, dtype="float32")
        columns.append(keras.layers.Reshape((1,))(inputs[name]))
    for name in map(transformed, CATEGORICAL):
        inputs[name] = keras.Input((), name=name, dtype="int64")
        buckets = transform_output.num_buckets_for_transformed_feature(name)
        columns.append(_one_hot(inputs[name], buckets))
    hidden = keras.layers.Dense(16, activation="relu")(keras.layers.Concatenate()(columns))
    probabilities = keras.layers.Dense(len(SPECIES), activation="softmax")(hidden)
    classifier = keras.Model(inputs, probabilities)
    classifier.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.02),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return classifier


def _one_hot(index: Any, buckets: int) -> Any:
    column = keras.layers.Reshape((1,))(index)
    return keras.layers.CategoryEncoding(num_tokens=buckets, output_mode="one_hot")(column)
