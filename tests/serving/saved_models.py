"""Writes the small SavedModels that the tests serve."""

from __future__ import annotations

import tensorflow as tf
from tensorflow.compat.v1 import saved_model


def half_plus_two(path: str) -> None:
    """y = x / 2 + 2 and y2 = x / 2 + 3, made the TensorFlow 1 way, which has every signature.

    Signatures: `serving_default` (x [n] -> y [n]), and from serialized examples with a feature `x`
    `regress_x_to_y`, `regress_x_to_y2` ([n, 1]), `classify_x_to_y` (scores [n, 1]) and
    `classify_x_to_classes` (classes and scores [n, 2]).
    """
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        half = tf.compat.v1.get_variable("a", initializer=0.5)
        serialized = tf.compat.v1.placeholder(tf.string, [None], "tf_example")
        features = tf.io.parse_example(serialized, {"x": tf.io.FixedLenFeature([1], tf.float32)})
        x_from_example = features["x"]
        x = tf.compat.v1.placeholder(tf.float32, [None], "x")
        y_from_example = half * x_from_example + 2.0
        y2_from_example = half * x_from_example + 3.0
        classes = tf.tile(tf.constant([["small", "large"]]), [tf.size(serialized), 1])
        scores = tf.concat([10.0 - y_from_example, y_from_example], axis=1)
        session.run(tf.compat.v1.global_variables_initializer())
        builder = saved_model.Builder(path)
        builder.add_meta_graph_and_variables(
            session,
            ["serve"],
            {
                "serving_default": saved_model.predict_signature_def({"x": x}, {"y": half * x + 2}),
                "regress_x_to_y": saved_model.regression_signature_def(serialized, y_from_example),
                "regress_x_to_y2": saved_model.regression_signature_def(
                    serialized, y2_from_example
                ),
                "classify_x_to_y": saved_model.classification_signature_def(
                    serialized, None, y_from_example
                ),
                "classify_x_to_classes": saved_model.classification_signature_def(
                    serialized, classes, scores
                ),
            },
        )
        builder.save()


class _Dense(tf.Module):
    def __init__(self) -> None:
        super().__init__()
        sizes = ((16, 64), (64, 64), (64, 1))
        self.weights = [tf.Variable(tf.random.normal(size, seed=1)) for size in sizes]

    @tf.function(input_signature=[tf.TensorSpec([None, 16], tf.float32, name="x")])
    def predict(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        first, second, last = self.weights
        return {"y": tf.nn.relu(tf.nn.relu(x @ first) @ second) @ last}


def dense(path: str) -> None:
    """x [n, 16] -> y [n, 1]."""
    model = _Dense()
    tf.saved_model.save(model, path, signatures={"serving_default": model.predict})


class _Strings(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
    def predict(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"twice": tf.strings.join([text, text])}


def strings(path: str) -> None:
    """text [n] -> twice [n]."""
    model = _Strings()
    tf.saved_model.save(model, path, signatures={"serving_default": model.predict})


class _TwoByTwo(tf.Module):
    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.float32, name="weight"),
            tf.TensorSpec([None], tf.int64, name="count"),
        ]
    )
    def predict(self, weight: tf.Tensor, count: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"product": weight * tf.cast(count, tf.float32), "large": count > 10}


def two_by_two(path: str) -> None:
    """(weight [n] float, count [n] int64) -> (product [n] float, large [n] bool)."""
    model = _TwoByTwo()
    tf.saved_model.save(model, path, signatures={"serving_default": model.predict})
