"""SavedModels that do what no model should. Each takes x [n] and gives y [n], or would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow.compat.v1 import saved_model


def not_a_number(path: str) -> None:
    """Answers 0 / 0."""
    _save(path, lambda x: x / 0.0 * 0.0)


def aborting(path: str) -> None:
    """Ends the server's process by SIGABRT as soon as it is called."""

    def abort(x: Any) -> Any:
        with tf.control_dependencies([tf.raw_ops.Abort(error_msg="no more")]):
            return tf.identity(x)

    _save(path, abort)


def hanging(path: str) -> None:
    """Never answers."""
    _save(path, lambda x: x + _never())


def hanging_at_load(path: str) -> None:
    """Is never loaded."""
    _save(path, lambda x: x, lambda: tf.identity(_never()).op)


def memory_eating(path: str) -> None:
    """Takes 8 GiB of memory when it is called, if it gets them."""
    _save(path, lambda x: x + tf.reduce_sum(tf.random.uniform([1 << 31])))


def unloadable(path: str) -> None:
    """Has lost its variables."""
    _save(path, lambda x: x * tf.compat.v1.get_variable("a", initializer=0.5))
    for file in Path(path, "variables").iterdir():
        file.write_bytes(b"")


def with_graphs(path: str, inputs: Mapping[tuple[str, ...], str]) -> None:
    """Has a graph for each set of tags, whose signature has the one input that is named."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        builder = saved_model.Builder(path)
        variable = tf.compat.v1.get_variable("a", initializer=0.5)
        session.run(variable.initializer)
        for number, (tags, name) in enumerate(inputs.items()):
            x = tf.compat.v1.placeholder(tf.float32, [None], name)
            signature = saved_model.predict_signature_def({name: x}, {"y": x * variable})
            if number:
                builder.add_meta_graph(tags, {"serving_default": signature})
            else:
                builder.add_meta_graph_and_variables(session, tags, {"serving_default": signature})
        builder.save()


def _never() -> Any:
    """A number that takes forever."""
    return tf.while_loop(lambda n: n >= 0.0, lambda n: n * 0.5, [1.0], parallel_iterations=1)


def _save(
    path: str, function: Callable[[Any], Any], initialize: Callable[[], Any] | None = None
) -> None:
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        x = tf.compat.v1.placeholder(tf.float32, [None], "x")
        signature = saved_model.predict_signature_def({"x": x}, {"y": function(x)})
        session.run(tf.compat.v1.global_variables_initializer())
        builder = saved_model.Builder(path)
        builder.add_meta_graph_and_variables(
            session,
            ["serve"],
            {"serving_default": signature},
            main_op=initialize() if initialize else None,
        )
        builder.save()
