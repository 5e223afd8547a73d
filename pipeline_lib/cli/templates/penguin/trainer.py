"""What Trainer does: a small network that tells the species from four measurements."""

import keras
import tensorflow as tf
import tensorflow_transform as tft
from features import LABEL, NUMERIC, SPECIES

BATCH_SIZE = 20


def run_fn(fn_args):
    from tfx_bsl.public import tfxio

    keras.utils.set_random_seed(1)
    transform_output = tft.TFTransformOutput(fn_args.transform_graph_path)
    options = tfxio.TensorFlowDatasetOptions(batch_size=BATCH_SIZE, label_key=LABEL)
    schema = transform_output.transformed_metadata.schema

    def batches(files):
        return fn_args.data_accessor.tf_dataset_factory(files, options, schema)

    model = build_model()
    model.fit(
        batches(fn_args.train_files),
        steps_per_epoch=fn_args.train_steps,
        validation_data=batches(fn_args.eval_files),
        validation_steps=fn_args.eval_steps,
        verbose=2,
    )
    save(model, transform_output, fn_args.serving_model_dir)


def build_model():
    inputs = {name: keras.Input((), name=name) for name in NUMERIC}
    joined = keras.layers.Concatenate()([keras.layers.Reshape((1,))(inputs[n]) for n in NUMERIC])
    hidden = keras.layers.Dense(8, activation="relu")(joined)
    model = keras.Model(inputs, keras.layers.Dense(len(SPECIES), activation="softmax")(hidden))
    model.compile(
        keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def save(model, transform_output, path):
    """Save the model with two signatures: for requests, and for Evaluator, which needs labels."""
    module = tf.Module()
    module.model = model
    module.transform = transform_output.transform_features_layer()
    labelled = transform_output.raw_feature_spec()
    unlabelled = {name: labelled[name] for name in NUMERIC}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def serve(examples):
        raw = tf.io.parse_example(examples, unlabelled)
        return {"probabilities": module.model(dict(module.transform(raw)))}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def transform_features(examples):
        return dict(module.transform(tf.io.parse_example(examples, labelled)))

    signatures = {"serving_default": serve, "transform_features": transform_features}
    tf.saved_model.save(module, path, signatures=signatures)
