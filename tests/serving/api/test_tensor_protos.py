from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.framework.tensor_shape_pb2 import TensorShapeProto

from pipeline_lib.serving.api.data_types import NUMPY_TYPES, STRING, enum_name, type_name
from pipeline_lib.serving.api.string_content import varint
from pipeline_lib.serving.api.tensor_protos import (
    MAX_FILLED_BYTES,
    to_array,
    to_tensor_proto,
)
from pipeline_lib.serving.errors import ServingError, StatusCode

NUMBER_TYPES = sorted(set(NUMPY_TYPES) - {STRING})
PLAIN_TYPES = [n for n in NUMBER_TYPES if NUMPY_TYPES[n].isbuiltin == 1]
SHAPES = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5)


def shape_of(*sizes: int) -> TensorShapeProto:
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in sizes])


def some_array(number: int, *shape: int) -> Any:
    dtype = NUMPY_TYPES[number]
    small = (np.arange(np.prod(shape, dtype=int)) % 2).astype(np.int8)
    values = small.astype(dtype[0]).view(dtype) if dtype.names else small.astype(dtype)
    return values.reshape(shape)


def same(one: Any, other: Any) -> bool:
    alike = one.dtype == other.dtype and one.shape == other.shape
    if one.dtype.hasobject:
        return bool(alike and one.tolist() == other.tolist())
    return bool(alike and one.tobytes() == other.tobytes())


def refusal(tensor: TensorProto) -> str:
    with pytest.raises(ServingError) as caught:
        to_array(tensor)
    assert caught.value.code is StatusCode.INVALID_ARGUMENT
    return caught.value.message


@pytest.mark.parametrize("number", NUMBER_TYPES, ids=enum_name)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3), (20, 30)], ids=str)
def test_arrays_of_each_type_come_back(number: int, shape: tuple[int, ...]) -> None:
    array = some_array(number, *shape)
    wire = to_tensor_proto(array)
    assert wire.dtype == number
    assert same(to_array(wire), array)
    content = TensorProto(
        dtype=number, tensor_shape=wire.tensor_shape, tensor_content=array.tobytes()
    )
    assert same(to_array(content), array)


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_numbers_travel_to_tensorflow_and_back(data: st.DataObject) -> None:
    dtype = NUMPY_TYPES[data.draw(st.sampled_from(PLAIN_TYPES))]
    array = data.draw(arrays.arrays(dtype, SHAPES))
    assert same(to_array(tf.make_tensor_proto(array)), array)
    assert same(tf.make_ndarray(to_tensor_proto(array)), array)
    assert same(to_array(to_tensor_proto(array)), array)


@given(arrays.arrays(object, SHAPES, elements=st.binary(max_size=20), fill=st.just(b"")))
@settings(deadline=None)
def test_strings_travel_to_tensorflow_and_back(array: Any) -> None:
    assert same(to_array(to_tensor_proto(array)), array)
    if array.size:
        assert same(to_array(tf.make_tensor_proto(array, tf.string)), array)
        assert same(tf.make_ndarray(to_tensor_proto(array)), array)


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=20))
@settings(deadline=None)
def test_strings_are_read_from_content_as_tensorflow_writes_it(strings: list[bytes]) -> None:
    lengths = b"".join(varint(len(string)) for string in strings)
    tensor = TensorProto(
        dtype=STRING,
        tensor_shape=shape_of(len(strings)),
        tensor_content=lengths + b"".join(strings),
    )
    assert to_array(tensor).tolist() == strings
    assert tf.io.parse_tensor(tensor.SerializeToString(), tf.string).numpy().tolist() == strings


def test_bytes_that_are_neither_true_nor_false_are_refused() -> None:
    tensor = TensorProto(dtype=10, tensor_shape=shape_of(3), tensor_content=b"\0\1\2")
    assert refusal(tensor) == (
        "A tensor cannot be read: its content has bytes that are neither 0 nor 1"
    )


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_whatever_tensorflow_reads_is_read_alike(data: st.DataObject) -> None:
    dtype = data.draw(st.sampled_from([tf.float32, tf.int32, tf.int64, tf.bool, tf.string]))
    tensor = TensorProto(
        dtype=dtype.as_datatype_enum,
        tensor_shape=shape_of(*data.draw(st.lists(st.integers(-1, 4), max_size=3))),
        tensor_content=data.draw(st.sampled_from([b"", b"", bytes(4), bytes(8), bytes(range(16))])),
        float_val=data.draw(st.lists(st.floats(width=32), max_size=4)),
        int_val=data.draw(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=4)),
        int64_val=data.draw(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=4)),
        bool_val=data.draw(st.lists(st.booleans(), max_size=4)),
        string_val=data.draw(st.lists(st.binary(max_size=3), max_size=4)),
    )
    try:
        ours = to_array(tensor)
    except ServingError:
        return  # stricter than TensorFlow about values that are too many
    theirs = tf.io.parse_tensor(tensor.SerializeToString(), dtype).numpy()
    theirs = np.array(theirs, object) if isinstance(theirs, bytes) else theirs
    assert same(ours, theirs)


def test_the_last_value_stands_for_those_that_are_missing() -> None:
    tensor = TensorProto(dtype=1, tensor_shape=shape_of(2, 2), float_val=[1.0, 2.0])
    assert to_array(tensor).tolist() == [[1.0, 2.0], [2.0, 2.0]]
    text = TensorProto(dtype=STRING, tensor_shape=shape_of(3), string_val=[b"a", b"b"])
    assert to_array(text).tolist() == [b"a", b"b", b"b"]


def test_a_tensor_without_values_is_full_of_nothing() -> None:
    assert to_array(TensorProto(dtype=3, tensor_shape=shape_of(2))).tolist() == [0, 0]
    assert to_array(TensorProto(dtype=STRING, tensor_shape=shape_of(2))).tolist() == [b"", b""]
    assert to_array(TensorProto(dtype=10)).tolist() is False


def test_small_integers_wrap_around_as_in_cpp() -> None:
    tensor = TensorProto(dtype=6, tensor_shape=shape_of(2), int_val=[300, -300])
    assert to_array(tensor).tolist() == [44, -44]


def test_one_byte_is_true_and_zero_is_false() -> None:
    tensor = TensorProto(dtype=10, tensor_shape=shape_of(3), tensor_content=b"\0\1\1")
    assert to_array(tensor).tolist() == [False, True, True]


def test_text_is_written_as_utf8() -> None:
    assert list(to_tensor_proto(np.array(["ä"], object)).string_val) == ["ä".encode()]


@pytest.mark.parametrize(
    ("tensor", "why"),
    [
        (TensorProto(), "tensors of data type 0 cannot be sent"),
        (TensorProto(dtype=20), "tensors of data type 20 cannot be sent"),
        (TensorProto(dtype=101), "tensors of data type 101 cannot be sent"),
        (TensorProto(dtype=1, tensor_shape=shape_of(-1)), "its shape is not known in full"),
        (
            TensorProto(dtype=1, tensor_shape=TensorShapeProto(unknown_rank=True)),
            "its shape is not known in full",
        ),
        (TensorProto(dtype=1, tensor_shape=shape_of(2**40, 2**40)), "its shape is too large"),
        (
            TensorProto(dtype=1, tensor_shape=shape_of(0, 2**62, 8)),
            "numpy has no arrays of shape [0, 4611686018427387904, 8]",
        ),
        (
            TensorProto(dtype=1, tensor_shape=shape_of(*[1] * 70)),
            f"numpy has no arrays of shape {[1] * 70}",
        ),
        (
            TensorProto(dtype=1, tensor_shape=shape_of(2**30), float_val=[1.0]),
            "it has 1 values and its shape needs 1073741824, more than are filled in",
        ),
        (
            TensorProto(dtype=1, tensor_shape=shape_of(1), float_val=[1.0, 2.0]),
            "it has 2 values and its shape needs 1",
        ),
        (
            TensorProto(dtype=1, tensor_shape=shape_of(2), tensor_content=b"1234567"),
            "its content has 7 bytes and its shape needs 8",
        ),
        (
            TensorProto(dtype=STRING, tensor_shape=shape_of(2), tensor_content=b"\1\2abcd"),
            "its 6 bytes of content do not hold 2 strings",
        ),
        (
            TensorProto(dtype=STRING, tensor_shape=shape_of(1), tensor_content=b"\xff" * 9),
            "its 9 bytes of content do not hold 1 strings",
        ),
        (
            TensorProto(dtype=STRING, tensor_shape=shape_of(2**40), tensor_content=b"a"),
            "its 1 bytes of content do not hold 1099511627776 strings",
        ),
    ],
)
def test_what_is_no_tensor_is_refused(tensor: TensorProto, why: str) -> None:
    assert refusal(tensor) == f"A tensor cannot be read: {why}"


def test_a_tensor_is_filled_up_to_the_limit() -> None:
    size = MAX_FILLED_BYTES // 4
    tensor = TensorProto(dtype=1, tensor_shape=shape_of(size), float_val=[1.0])
    assert to_array(tensor).shape == (size,)


def test_an_array_that_no_tensor_can_hold_is_refused() -> None:
    with pytest.raises(ServingError) as caught:
        to_tensor_proto(np.array(["2020-01-01"], "datetime64[D]"))
    assert caught.value.code is StatusCode.INTERNAL
    assert caught.value.message == (
        "An output is an array of datetime64[D], which no tensor can hold"
    )


@given(st.binary(max_size=60))
@settings(deadline=None, max_examples=1000)
def test_no_bytes_do_any_harm(raw: bytes) -> None:
    tensor = TensorProto()
    with contextlib.suppress(DecodeError, ServingError):
        tensor.ParseFromString(raw)
        assert to_array(tensor).nbytes <= MAX_FILLED_BYTES + len(raw)


def test_types_are_named_as_tensorflow_names_them() -> None:
    for number in NUMPY_TYPES:
        assert enum_name(number) == f"DT_{type_name(number).upper()}"
        assert tf.dtypes.as_dtype(type_name(number)).as_datatype_enum == number
        assert tf.dtypes.as_dtype(number).as_numpy_dtype == NUMPY_TYPES[number]


def test_the_shape_of_a_scalar_is_there_and_empty() -> None:
    tensor = to_tensor_proto(np.array(1.5, np.float32))
    assert tensor.HasField("tensor_shape")
    assert list(tensor.tensor_shape.dim) == []
