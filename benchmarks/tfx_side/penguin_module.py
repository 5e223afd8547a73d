"""User code of the penguin pipeline, for TFX's Transform and Trainer."""

import tensorflow as tf
import tensorflow_transform as tft
import tf_keras
from tfx_bsl.public import tfxio

NUMBERS = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
CATEGORIES = ("island", "sex")
LABEL = "species"
BATCH = 32


def preprocessing_fn(inputs):
    """Numbers as z-scores, categories as one-hot vectors; what is missing becomes 0 or unknown."""
    outputs = {}
    for name in NUMBERS:
        outputs[f"{name}_xf"] = tft.scale_to_z_score(tf.cast(_dense(inputs[name]), tf.float32))
    for name in CATEGORIES:
        index = tft.compute_and_apply_vocabulary(_dense(inputs[name]), num_oov_buckets=1)
        outputs[f"{name}_xf"] = tf.squeeze(tf.one_hot(index, 4), axis=1)
    outputs[f"{LABEL}_xf"] = tft.compute_and_apply_vocabulary(_dense(inputs[LABEL]))
    return outputs


def run_fn(fn_args):
    """Train on the transformed examples and export with the raw features' signatures."""
    transform_output = tft.TFTransformOutput(fn_args.transform_output)
    model = _model()
    model.fit(
        _dataset(fn_args, fn_args.train_files, transform_output),
        steps_per_epoch=fn_args.train_steps,
        validation_data=_dataset(fn_args, fn_args.eval_files, transform_output),
        validation_steps=fn_args.eval_steps,
        verbose=0,
    )
    model.tft_layer = transform_output.transform_features_layer()
    signatures = {
        "serving_default": _serving_signature(model, transform_output),
        "transform_features": _transform_signature(model, transform_output),
    }
    model.save(fn_args.serving_model_dir, save_format="tf", signatures=signatures)


def _dense(feature):
    if not isinstance(feature, tf.SparseTensor):
        return feature
    default = "" if feature.dtype == tf.string else 0
    shape = [feature.dense_shape[0], 1]
    return tf.sparse.to_dense(tf.SparseTensor(feature.indices, feature.values, shape), default)


def _dataset(fn_args, files, transform_output):
    options = tfxio.TensorFlowDatasetOptions(batch_size=BATCH, label_key=f"{LABEL}_xf")
    return fn_args.data_accessor.tf_dataset_factory(
        files, options, transform_output.transformed_metadata.schema
    ).repeat()


def _model():
    inputs = {f"{name}_xf": tf_keras.Input((1,), name=f"{name}_xf") for name in NUMBERS}
    inputs |= {f"{name}_xf": tf_keras.Input((4,), name=f"{name}_xf") for name in CATEGORIES}
    hidden = tf_keras.layers.concatenate(list(inputs.values()))
    for _ in range(2):
        hidden = tf_keras.layers.Dense(8, activation="relu")(hidden)
    model = tf_keras.Model(inputs, tf_keras.layers.Dense(3)(hidden))
    model.compile(
        optimizer=tf_keras.optimizers.Adam(1e-2),
        loss=tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[tf_keras.metrics.SparseCategoricalAccuracy()],
    )
    return model


EXAMPLES = [tf.TensorSpec([None], tf.string, name="examples")]


def _serving_signature(model, transform_output):
    @tf.function(input_signature=EXAMPLES)
    def serve(examples):
        spec = transform_output.raw_feature_spec()
        del spec[LABEL]
        features = model.tft_layer(tf.io.parse_example(examples, spec))
        return {"outputs": model(features)}

    return serve


def _transform_signature(model, transform_output):
    @tf.function(input_signature=EXAMPLES)
    def transform_features(examples):
        spec = transform_output.raw_feature_spec()
        return model.tft_layer(tf.io.parse_example(examples, spec))

    return transform_features
