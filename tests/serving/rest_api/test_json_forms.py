"""JSON to arrays and arrays to JSON, for every type.

Source of the cases: tensorflow_serving/util/json_tensor_test.cc.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

pytest.importorskip("orjson")
pytest.importorskip("tensorflow")

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from pipeline_lib.serving.api.data_types import NUMPY_TYPES
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.rest_api import examples_request, json_answers, json_text, predict_request
from pipeline_lib.serving.servables.loader import TensorSpec
from tests.whole_message import raises

FLOAT, DOUBLE, INT32, UINT8, INT16, INT8, STRING, COMPLEX64 = range(1, 9)
INT64, BOOL, UINT16, HALF, UINT32, UINT64 = 9, 10, 17, 19, 22, 23


def read(document: str, **data_types: int) -> tuple[dict[str, Any], bool]:
    specs = {name: TensorSpec(f"{name}:0", one, None) for name, one in data_types.items()}
    return predict_request.arrays(json_text.parse_object(document.encode()), specs)


def same(array: Any, expected: Any, data_type: int) -> bool:
    wanted = np.array(expected, NUMPY_TYPES[data_type])
    assert (array.dtype, array.shape) == (wanted.dtype, wanted.shape)
    if array.dtype.kind == "f":
        return np.array_equal(array, wanted, equal_nan=True)
    return bool((array == wanted).all())


@pytest.mark.parametrize(
    ("data_type", "values"),
    [
        (FLOAT, [1, 2.0, 3, 4, 5.003, 0.007, 0.0, -16777215]),
        (FLOAT, [3.4028235e38, -3.4028235e38]),
        (DOUBLE, [1.0, 2, 0.662, 0, 1.7976931348623157e308, 9007199254740991]),
        (HALF, [1, 0.5, 2047, 65504.0]),
        (INT8, [-128, 127]),
        (UINT8, [0, 255]),
        (INT16, [-(2**15), 2**15 - 1]),
        (UINT16, [0, 2**16 - 1]),
        (INT32, [-(2**31), 2**31 - 1]),
        (UINT32, [0, 2**32 - 1]),
        (INT64, [-(2**63), 2**63 - 1]),
        (UINT64, [0, 2**64 - 1]),
        (BOOL, [True, False]),
        (STRING, [b"", b"a", "ä".encode()]),
    ],
)
def test_every_type(data_type: int, values: list[Any]) -> None:
    texts = [one.decode() if isinstance(one, bytes) else one for one in values]
    for form, in_rows in (("instances", True), ("inputs", False)):
        found, rows = read(json.dumps({form: texts}), x=data_type)
        assert same(found["x"], values, data_type)
        assert rows == in_rows


@pytest.mark.parametrize("data_type", [INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64])
def test_integers_out_of_range(data_type: int) -> None:
    info = np.iinfo(NUMPY_TYPES[data_type])
    for beyond in (int(info.min) - 1, int(info.max) + 1):
        with pytest.raises(ServingError, match="is not of expected type"):
            read(f'{{"inputs": [0, {beyond}]}}', x=data_type)


def test_nan_among_numbers() -> None:
    found, _ = read('{"instances": [[1, NaN], [-Infinity, 2.5]]}', x=FLOAT)
    assert same(found["x"], [[1, math.nan], [-math.inf, 2.5]], FLOAT)


def test_several_named_tensors() -> None:
    found, _ = read(
        '{"instances": ['
        '{"i": [[1,2],[3,4],[5,6]], "s": ["foo", "bar"], "f": [1.0, NaN], "d": [NaN]},'
        '{"d": [2.0], "i": [[7,8],[9,0],[1,2]], "s": ["baz", "bat"], "f": [2.0, Infinity]}]}',
        i=INT32,
        s=STRING,
        f=FLOAT,
        d=DOUBLE,
    )
    assert same(found["i"], [[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 0], [1, 2]]], INT32)
    assert same(found["s"], [[b"foo", b"bar"], [b"baz", b"bat"]], STRING)
    assert same(found["f"], [[1, math.nan], [2, math.inf]], FLOAT)
    assert same(found["d"], [[math.nan], [2.0]], DOUBLE)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ('{"instances": [{"b64": "aGVsbG8="}, {"b64": "d29ybGQ"}]}', [b"hello", b"world"]),
        ('{"instances": [[{"b64": "aGVs\\nbG8="}], ["x"]]}', [[b"hello"], [b"x"]]),
        ('{"instances": [{"x": [["a"], ["b"]]}]}', [[[b"a"], [b"b"]]]),
        ('{"inputs": {"b64": "aGVsbG8="}}', b"hello"),
        ('{"inputs": {"x": {"b64": ""}}}', b""),
        ('{"inputs": "text"}', b"text"),
    ],
)
def test_base64(document: str, expected: Any) -> None:
    found, _ = read(document, x=STRING)
    assert found["x"].tolist() == expected


def test_an_object_named_like_base64_is_base64() -> None:
    found, _ = read('{"instances": [{"b64": "aGVsbG8="}]}', b64=STRING)
    assert found["b64"].tolist() == [b"hello"]


def test_empty_lists() -> None:
    found, _ = read('{"instances": [[], []]}', x=INT64)
    assert (found["x"].dtype, found["x"].shape) == (np.int64, (2, 0))
    found, _ = read('{"inputs": []}', x=STRING)
    assert found["x"].shape == (0,)


def test_a_type_that_json_cannot_express() -> None:
    with pytest.raises(ServingError) as caught:
        read('{"inputs": [1]}', x=COMPLEX64)
    assert caught.value.code is StatusCode.UNIMPLEMENTED
    assert str(caught.value) == "Conversion of JSON Value: 1 to type: complex64"
    message = (
        "Failed to process element: 0 of 'instances' list. Error: UNIMPLEMENTED:"
        " Conversion of JSON Value: 1 to type: complex64"
    )
    with raises(ServingError, message):
        read('{"instances": [1]}', x=COMPLEX64)


def test_a_signature_without_inputs() -> None:
    with raises(ServingError, "Failed to get input map for signature: DEFAULT"):
        read('{"instances": [1]}')
    with raises(ServingError, "Failed to get input map for signature: s"):
        read('{"instances": [1], "signature_name": "s"}')


def test_much_text_among_numbers_takes_no_memory() -> None:
    """As an array of text, every element would be as long as the longest."""
    document = json.dumps({"inputs": ["x" * 1_000_000] + [""] * 100_000})
    with pytest.raises(ServingError, match="is not of expected type: float"):
        read(document, x=FLOAT)


def test_examples() -> None:
    from tensorflow.core.example.example_pb2 import Example

    document = json_text.parse_object(
        b'{"context": {"query": "pizza"}, "examples": [{"names": ["foo", {"b64": "aGVsbG8="}],'
        b' "ratings": [8.0, NaN, Infinity], "age": 20, "largest": 3.4028235e38,'
        b' "mixed": [1, true, false], "none": []}]}'
    )
    (serialized,) = examples_request.serialized_examples(document)
    features = Example.FromString(serialized).features.feature
    assert list(features["query"].bytes_list.value) == [b"pizza"]
    assert list(features["names"].bytes_list.value) == [b"foo", b"hello"]
    ratings = features["ratings"].float_list.value
    assert (ratings[0], math.isnan(ratings[1]), ratings[2]) == (8.0, True, math.inf)
    assert list(features["largest"].float_list.value) == [np.finfo(np.float32).max]
    assert list(features["age"].int64_list.value) == [20]
    assert list(features["mixed"].int64_list.value) == [1, 1, 0]
    assert features["none"].WhichOneof("kind") is None


OUTPUTS = {
    "double_scalar": np.array([8.0, math.nan]),
    "float": np.array([[1.0], [1 / 3]], np.float32),
    "int": np.array([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], np.int32),
    "null": np.array([["null", b"bar"], [b"baz", b"\xff"]], object),
    "str_bytes": np.array([[b"hello", b"world"], [b"tf", b"serving"]], object),
}


def test_several_outputs_in_rows() -> None:
    assert json_answers.predictions(OUTPUTS) == (
        b'{"predictions": ['
        b'{"double_scalar":8.0,"float":[1.0],"int":[[1,2],[3,4]],"null":["null","bar"],'
        b'"str_bytes":[{"b64":"aGVsbG8="},{"b64":"d29ybGQ="}]},'
        b'{"double_scalar":NaN,"float":[0.33333334],"int":[[5,6],[7,8]],'
        b'"null":["baz",{"b64":"/w=="}],'
        b'"str_bytes":[{"b64":"dGY="},{"b64":"c2VydmluZw=="}]}]}'
    )


def test_several_outputs_in_columns() -> None:
    assert json_answers.columns(OUTPUTS) == (
        b'{"outputs": {"double_scalar":[8.0,NaN],"float":[[1.0],[0.33333334]],'
        b'"int":[[[1,2],[3,4]],[[5,6],[7,8]]],"null":[["null","bar"],["baz",{"b64":"/w=="}]],'
        b'"str_bytes":[[{"b64":"aGVsbG8="},{"b64":"d29ybGQ="}],'
        b'[{"b64":"dGY="},{"b64":"c2VydmluZw=="}]]}}'
    )


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array([9e6, 0.5, 3e-4, 555557.5], np.float32), b"[9000000.0,0.5,0.0003,555557.5]"),
        (np.array([0.5, 65504.0], np.float16), b"[0.5,65504.0]"),
        (np.array([2**64 - 1], np.uint64), b"[18446744073709551615]"),
        (np.array([[True], [False]]), b"[[true],[false]]"),
        (np.array([[1, 2], [3, 4]], np.float32).T, b"[[1.0,3.0],[2.0,4.0]]"),
        (np.zeros((0, 3), np.float32), b"[]"),
        (np.zeros((2, 0), np.float32), b"[[],[]]"),
    ],
)  # fmt: skip
def test_outputs_of_each_kind(array: Any, text: bytes) -> None:
    assert json_answers.predictions({"y": array}) == b'{"predictions": ' + text + b"}"


def test_one_scalar_in_a_column() -> None:
    assert json_answers.columns({"y": np.float32(0.2)}) == b'{"outputs": 0.2}'
    assert json_answers.columns({"y_bytes": np.array(b"a", object)}) == (
        b'{"outputs": {"b64":"YQ=="}}'
    )


def test_outputs_that_are_no_rows() -> None:
    two, three = np.zeros(2), np.zeros(3)
    with raises(ServingError, "Tensor name: b has inconsistent batch size: 3 expecting: 2"):
        json_answers.predictions({"a": two, "b": three})
    with raises(ServingError, "Tensor name: a has no shape information "):
        json_answers.predictions({"a": np.array(1.0)})
    with raises(ServingError, "Cannot convert empty tensor map to JSON"):
        json_answers.predictions({})
    with raises(ServingError, "Failed to write JSON value for tensor type: complex64"):
        json_answers.predictions({"a": np.zeros(2, np.complex64)})
    with raises(ServingError, "Cannot convert empty ClassificationResults to JSON"):
        json_answers.classes([])
    with raises(ServingError, "Cannot convert empty RegressionResults to JSON"):
        json_answers.values([])


NUMBERS = (FLOAT, DOUBLE, HALF, INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64, BOOL)


@st.composite
def tensors(draw: st.DrawFn) -> tuple[int, Any]:
    data_type = draw(st.sampled_from([*NUMBERS, STRING]))
    shape = draw(arrays_of.array_shapes(min_dims=1, max_dims=4, max_side=4))
    if data_type == STRING:
        elements: Any = st.binary(max_size=8)
    else:
        elements = arrays_of.from_dtype(NUMPY_TYPES[data_type])
    return data_type, draw(arrays_of.arrays(NUMPY_TYPES[data_type], shape, elements=elements))


@settings(max_examples=300, deadline=None)
@given(tensors())
def test_what_is_written_is_read_again(typed: tuple[int, Any]) -> None:
    data_type, array = typed
    document = json_text.parse_object(json_answers.predictions({"y": array}))
    specs = {"y": TensorSpec("y:0", data_type, None)}
    found, _ = predict_request.arrays({"instances": document["predictions"]}, specs)
    assert same(found["y"], array, data_type)
    columns = json_text.parse_object(json_answers.columns({"y": array, "z": array[0]}))
    specs["z"] = specs["y"]
    found, _ = predict_request.arrays({"inputs": columns["outputs"]}, specs)
    assert same(found["y"], array, data_type)
    assert same(found["z"], array[0], data_type)
