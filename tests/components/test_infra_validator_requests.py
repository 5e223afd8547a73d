"""InfraValidator's requests: what a signature is called with, made of examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef

from components.infra_validator.requests import Records, make_requests
from components.infra_validator.rows import input_arrays
from pipeline_lib.errors import DataError
from pipeline_lib.serving.api.tensor_protos import to_array
from tests.whole_message import raises

Shape = Sequence[int] | None
PREDICT = "tensorflow/serving/predict"


def signature(
    inputs: Mapping[str, tuple[tf.DType, Shape]], method_name: str = PREDICT
) -> SignatureDef:
    """A signature with these inputs; a size of -1 is any, a shape of `None` not known at all."""
    made = SignatureDef(method_name=method_name)
    for name, (dtype, shape) in inputs.items():
        made.inputs[name].dtype = dtype.as_datatype_enum
        if shape is None:
            made.inputs[name].tensor_shape.unknown_rank = True
        for size in shape or ():
            made.inputs[name].tensor_shape.dim.add(size=size)
    return made


def example(**features: Sequence[Any]) -> tf.train.Example:
    """An example; the first value of a feature decides its kind."""
    made = tf.train.Example()
    for name, values in features.items():
        feature = made.features.feature[name]
        if values and isinstance(values[0], bytes):
            feature.bytes_list.value.extend(values)
        elif values and isinstance(values[0], float):
            feature.float_list.value.extend(values)
        else:
            feature.int64_list.value.extend(values)
    return made


def calls(
    inputs: Mapping[str, tuple[tf.DType, Shape]], *examples: tf.train.Example
) -> list[dict[str, Any]]:
    """The arguments of each call, as lists."""
    made = input_arrays("s", signature(inputs), examples)
    return [{name: array.tolist() for name, array in one.items()} for one in made]


def test_rows_are_one_batch() -> None:
    inputs = {"size": (tf.float32, [-1]), "island": (tf.string, [-1, 1]), "n": (tf.int32, [-1])}
    made = calls(
        inputs,
        example(size=[1.5], island=[b"Dream"], n=[3], other=[1]),
        example(size=[2.5], island=[b"Biscoe"], n=[4]),
    )
    assert made == [{"size": [1.5, 2.5], "island": [[b"Dream"], [b"Biscoe"]], "n": [3, 4]}]


def test_arrays_have_the_types_of_the_signature() -> None:
    inputs = {"a": (tf.float64, [-1]), "b": (tf.bool, [-1]), "c": (tf.string, [-1])}
    (call,) = input_arrays("s", signature(inputs), [example(a=[1], b=[1], c=[b"x"])])
    assert [call[name].dtype for name in "abc"] == [np.float64, np.bool_, object]


@pytest.mark.parametrize(
    ("shape", "values", "expected"),
    [
        ([-1, 2, 2], [1.0, 2.0, 3.0, 4.0], [[[1.0, 2.0], [3.0, 4.0]]]),
        ([-1, -1], [1.0, 2.0, 3.0], [[1.0, 2.0, 3.0]]),
        ([-1, -1, -1], [1.0, 2.0], [[[1.0], [2.0]]]),
        ([-1, -1], [], [[]]),
        ([1, 2], [1.0, 2.0], [[1.0, 2.0]]),
        ([2], [1.0, 2.0], [1.0, 2.0]),
        ([], [1.0], 1.0),
        (None, [1.0, 2.0], [1.0, 2.0]),
    ],
)
def test_values_get_the_shape_of_the_input(
    shape: Shape, values: Sequence[float], expected: Any
) -> None:
    assert calls({"x": (tf.float32, shape)}, example(x=values)) == [{"x": expected}]


def test_rows_of_different_length_and_fixed_sizes_are_calls_of_their_own() -> None:
    ragged = calls({"x": (tf.float32, [-1, -1])}, example(x=[1.0]), example(x=[1.0, 2.0]))
    assert ragged == [{"x": [[1.0]]}, {"x": [[1.0, 2.0]]}]
    fixed = calls({"x": (tf.float32, [1, 1])}, example(x=[1.0]), example(x=[2.0]))
    assert fixed == [{"x": [[1.0]]}, {"x": [[2.0]]}]


def test_a_row_that_lacks_a_value_is_left_out() -> None:
    inputs = {"x": (tf.float32, [-1]), "y": (tf.float32, [-1])}
    made = calls(inputs, example(x=[1.0], y=[]), example(x=[2.0], y=[3.0]), example(x=[4.0]))
    assert made == [{"x": [2.0], "y": [3.0]}]


@pytest.mark.parametrize(
    ("inputs", "given", "message"),
    [
        (
            {"bill": (tf.float32, [-1])},
            example(bil=[1.0]),
            "Signature 's' cannot be called: the examples have no feature for its input 'bill'. "
            "These exist: 'bil'. Did you mean 'bil'?",
        ),
        (
            {"x": (tf.int64, [-1])},
            example(x=[1.5]),
            "Signature 's' cannot be called: its input 'x' takes int64, and the feature of that "
            "name is a float_list.",
        ),
        (
            {"x": (tf.float32, [-1, 4])},
            example(x=[1.0, 2.0]),
            "Signature 's' cannot be called: feature 'x' has 2 values, its input takes the shape "
            "[-1, 4].",
        ),
        (
            {"x": (tf.float32, [-1])},
            example(x=[]),
            "Signature 's' cannot be called: none of the 1 examples has a value of each of its "
            "inputs ['x']. Take more by request_spec.num_examples.",
        ),
        *(
            (
                {"x": (dtype, [-1])},
                example(x=[1, value]),
                f"Signature 's' cannot be called: its input 'x' takes {dtype.name}, which {value} "
                "of the feature of that name does not fit.",
            )
            for dtype, value in (
                (tf.int8, 300),
                (tf.uint8, -1),
                (tf.uint64, -1),
                (tf.int32, 2**40),
                (tf.bool, 2),
                (tf.half, 10**6),
            )
        ),
    ],
)
def test_examples_that_do_not_fit(
    inputs: Mapping[str, tuple[tf.DType, Shape]], given: tf.train.Example, message: str
) -> None:
    with raises(DataError, message):
        calls(inputs, given)


def requested(
    made: SignatureDef, *examples: tf.train.Example, payload_format: str = ""
) -> list[Any]:
    """The messages of the requests for one signature."""
    records = Records([one.SerializeToString() for one in examples], payload_format)
    return [request.message for request in make_requests("penguin", {"s": made}, records)]


def test_an_only_input_of_strings_takes_serialized_examples_one_by_one() -> None:
    one, other = example(x=[1.0]), example(x=[2.0])
    messages = requested(signature({"examples": (tf.string, [-1])}), one, other)
    assert [to_array(message.inputs["examples"]).tolist() for message in messages] == [
        [one.SerializeToString()],
        [other.SerializeToString()],
    ]
    assert messages[0].model_spec.name == "penguin"
    assert messages[0].model_spec.signature_name == "s"


def test_an_only_input_of_strings_may_say_nothing_of_its_shape() -> None:
    one = example(x=[1.0])
    (message,) = requested(signature({"examples": (tf.string, None)}), one)
    assert to_array(message.inputs["examples"]).tolist() == [one.SerializeToString()]


def test_records_that_are_no_examples() -> None:
    records = Records([b"\xff\xff"], "")
    for dtype in (tf.string, tf.float32):
        with raises(
            DataError,
            "There is no example to make a request of: the records are no tf.train.Example.",
        ):
            make_requests("penguin", {"s": signature({"x": (dtype, [-1])})}, records)


def test_an_only_input_of_strings_that_is_named_like_a_feature_takes_that() -> None:
    (message,) = requested(
        signature({"text": (tf.string, [-1])}), example(text=[b"a"]), example(text=[b"b"])
    )
    assert to_array(message.inputs["text"]).tolist() == [b"a", b"b"]


def test_other_formats_are_taken_as_they_are_or_not_at_all() -> None:
    serialized = signature({"records": (tf.string, [-1])})
    assert len(requested(serialized, example(), payload_format="FORMAT_PROTO")) == 1
    with raises(
        DataError,
        "The examples are in the format FORMAT_PROTO; only a signature that takes them as they "
        "are, with one input of strings, can be called with them.",
    ):
        requested(signature({"x": (tf.float32, [-1])}), example(), payload_format="FORMAT_PROTO")


def test_an_unknown_method() -> None:
    with raises(
        DataError, "Signature 's' cannot be called: a model server knows no method 'train'."
    ):
        requested(signature({"x": (tf.float32, [-1])}, "train"), example(x=[1.0]))
