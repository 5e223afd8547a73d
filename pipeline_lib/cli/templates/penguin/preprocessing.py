"""What Transform does: one graph prepares the examples, and later the requests to the model."""

import tensorflow as tf
import tensorflow_transform as tft
from features import LABEL, NUMERIC, SPECIES


def preprocessing_fn(inputs):
    outputs = {
        name: tft.scale_to_z_score(tf.cast(inputs[name], tf.float32))[:, 0] for name in NUMERIC
    }
    matches = tf.equal(inputs[LABEL], tf.constant(SPECIES))
    outputs[LABEL] = tf.argmax(tf.cast(matches, tf.int32), axis=1)
    return outputs
