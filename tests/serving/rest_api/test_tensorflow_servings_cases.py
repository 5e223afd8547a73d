"""The cases of TensorFlow Serving's own tests of its JSON, one after another.

Source: tensorflow_serving/util/json_tensor_test.cc and model_servers/http_rest_api_handler_test.cc.
What these expect of a text is a part of it; the whole texts are in `test_errors`.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow_serving")

from tensorflow.core.example.example_pb2 import Example

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.rest_api import (
    examples_request,
    json_answers,
    json_text,
    predict_request,
)
from pipeline_lib.serving.rest_api.routes import route
from pipeline_lib.serving.servables.loader import TensorSpec

TYPES = {"float": 1, "double": 2, "int32": 3, "string": 7}
LARGEST_DOUBLE = "1.7976931348623157e+308"
INT = {"default": "int32"}
TWO = {"int_tensor": "int32", "str_tensor": "string"}
SIX = '{"instances": [[1,2],[3,4],[5,6]]}'
FOUR = {
    "int_tensor": "int32",
    "str_tensor": "string",
    "float_tensor": "float",
    "dbl_tensor": "double",
}
MANY = """{"instances": [
    {"int_tensor": [[1,2],[3,4],[5,6]], "str_tensor": ["foo", "bar"],
     "float_tensor": [1.0, NaN], "dbl_tensor": [NaN]},
    {"int_tensor": [[7,8],[9,0],[1,2]], "str_tensor": ["baz", "bat"],
     "float_tensor": [2.0, Infinity], "dbl_tensor": [2.0]}]}"""
HELLO_WORLD = '{ "b64": "aGVsbG8=" }', '{ "b64": "d29ybGQ=" }'


def read(types: dict[str, str], text: str) -> tuple[dict[str, Any], bool]:
    specs = {name: TensorSpec(name, TYPES[kind], None) for name, kind in types.items()}
    document = json_text.parse_object(text.encode())
    predict_request.signature_name(document)
    arrays, in_rows = predict_request.arrays(document, specs)
    return {name: array.tolist() for name, array in arrays.items()}, in_rows


@pytest.mark.parametrize(
    ("types", "text", "arrays"),
    [
        (INT, SIX, {"default": [[1, 2], [3, 4], [5, 6]]}),
        (
            {"default": "float"},
            '{"instances": [1, 2.0, 3, 4, 5.5, 0.25, 0.0]}',
            {"default": [1, 2, 3, 4, 5.5, 0.25, 0]},
        ),
        (
            {"default": "double"},
            '{"instances": [1.0, 2, 3, 4, 0.662, 0, 0.0]}',
            {"default": [1, 2, 3, 4, 0.662, 0, 0]},
        ),
        (INT, '{"signature_name": "predict_images", "instances": [[1,2]]}', {"default": [[1, 2]]}),
        (
            {"default": "string"},
            f'{{"instances": [{", ".join(HELLO_WORLD)}]}}',
            {"default": [b"hello", b"world"]},
        ),
        (
            {"default": "string"},
            f'{{"instances": [[{HELLO_WORLD[0]}], [{HELLO_WORLD[1]}]]}}',
            {"default": [[b"hello"], [b"world"]]},
        ),
        (
            {"default": "string"},
            f'{{"instances": [{{"default": [[{HELLO_WORLD[0]}], [{HELLO_WORLD[1]}]]}}]}}',
            {"default": [[[b"hello"], [b"world"]]]},
        ),
        (
            {**TWO, "bin_tensor": "string"},
            f"""{{"inputs": {{"int_tensor": [[[1,2],[3,4],[5,6]]], "str_tensor": ["foo", "bar"],
                "bin_tensor": {HELLO_WORLD[0]}}}}}""",
            {
                "int_tensor": [[[1, 2], [3, 4], [5, 6]]],
                "str_tensor": [b"foo", b"bar"],
                "bin_tensor": b"hello",
            },
        ),
        (INT, '{"inputs": {"default": [[[1,2],[3,4]]]}}', {"default": [[[1, 2], [3, 4]]]}),
        (INT, '{"inputs": [[[1,2],[3,4]]]}', {"default": [[[1, 2], [3, 4]]]}),
    ],
)
def test_tensors_are_read(types: dict[str, str], text: str, arrays: dict[str, Any]) -> None:
    assert read(types, text) == (arrays, '"instances"' in text)


def test_many_tensors_are_read_row_by_row() -> None:
    arrays, in_rows = read(FOUR, MANY)
    assert in_rows
    assert arrays["int_tensor"] == [[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 0], [1, 2]]]
    assert arrays["str_tensor"] == [[b"foo", b"bar"], [b"baz", b"bat"]]
    assert str(arrays["float_tensor"]) == "[[1.0, nan], [2.0, inf]]"
    assert str(arrays["dbl_tensor"]) == "[[nan], [2.0]]"


@pytest.mark.parametrize(
    ("types", "text", "part"),
    [
        (INT, "", "document is empty"),
        (INT, '{"signature_name": 5, "instances": [[1,2]]}', "must be a string value"),
        (INT, '{"instances": [[1,2]], "inputs": [[1,2]]}', "Not formatted correctly"),
        (INT, '{"instances": [[1,2],[3,4],[5,6,7]]}', "Expecting tensor size"),
        (INT, '{"instances": [[1,2],[3,4],[[5,6]]]}', "Expecting shape"),
        (INT, '{"instances": [1, [1]]}', "Expecting shape"),
        (INT, '{"instances": [[1,2],["a", "b"]]}', "not of expected type"),
        ({"default": "float"}, f'{{"instances": [{LARGEST_DOUBLE}]}}', "loss of precision"),
        ({"default": "float"}, '{"instances": [16777217]}', "loss of precision"),
        ({"default": "double"}, '{"instances": [9007199254740993]}', "loss of precision"),
        (
            TWO,
            """{"instances": [{"int_tensor": [[1,2],[3,4],[5,6]], "str_tensor": ["foo", "bar"]},
                {"int_tensor": [[[7,8],[9,0],[1,2]]], "str_tensor": ["baz", "bat"]}]}""",
            "Expecting shape",
        ),
        (
            TWO,
            """{"instances": [{"int_tensor": [[1,2],[3,4],[5,6],[7,8]], "str_tensor": ["a", "b"]},
                {"int_tensor": [[7,8],[9,0],[1,2]], "str_tensor": ["baz", "bat"]}]}""",
            "Expecting tensor size",
        ),
        (
            TWO,
            '{"instances": [{"int_tensor": [1], "str_tensor": ["a"]}, [1, 20, 30]]}',
            "Expecting object but got list",
        ),
        (
            {"str_tensor": "string"},
            '{"instances": [["baz", "bar"], {"str_tensor": ["baz", "bat"]}]}',
            "Expecting value/list but got object",
        ),
    ],
)
def test_tensors_are_refused(types: dict[str, str], text: str, part: str) -> None:
    with pytest.raises(ServingError) as caught:
        read(types, text)
    assert caught.value.code is StatusCode.INVALID_ARGUMENT
    assert part in caught.value.message


NUMBERS = np.arange(1, 13).reshape(2, 3, 2).astype(np.int32)
TEXTS = np.array([[b"hello", b"world"], [b"tf", b"serving"]], object)
FOUND = np.array([[9000000, 999999, 0.5], [0.0003, 0.00003, 555557.5]], np.float32)
ODD = np.array([[np.nan, np.inf], [3, -np.inf]], np.float32)
ENCODED = [[{"b64": "aGVsbG8="}, {"b64": "d29ybGQ="}], [{"b64": "dGY="}, {"b64": "c2VydmluZw=="}]]


@pytest.mark.parametrize(
    ("outputs", "rows", "columns"),
    [
        ({"int_tensor": NUMBERS}, NUMBERS.tolist(), NUMBERS.tolist()),
        ({"int_tensor": np.arange(5)}, [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]),
        ({"str_tensor_bytes": TEXTS}, ENCODED, ENCODED),
        (
            {"float_tensor": FOUND},
            [[9e06, 999999.0, 0.5], [0.0003, 3e-05, 555557.5]],
            [[9e06, 999999.0, 0.5], [0.0003, 3e-05, 555557.5]],
        ),
        (
            {"a": np.array([8.0, 9.0]), "b": np.array([[1], [2]], np.float32), "c_bytes": TEXTS},
            [
                {"a": 8.0, "b": [1.0], "c_bytes": ENCODED[0]},
                {"a": 9.0, "b": [2.0], "c_bytes": ENCODED[1]},
            ],
            {"a": [8.0, 9.0], "b": [[1.0], [2.0]], "c_bytes": ENCODED},
        ),
        ({"int_tensor": np.zeros((0, 2), np.int32)}, [], []),
        (
            {"a": np.zeros((0, 1, 2), object), "b": np.zeros((0, 3, 4), np.float32)},
            [],
            {"a": [], "b": []},
        ),
    ],
)
def test_tensors_are_written(outputs: dict[str, Any], rows: Any, columns: Any) -> None:
    assert json.loads(json_answers.predictions(outputs)) == {"predictions": rows}
    assert json.loads(json_answers.columns(outputs)) == {"outputs": columns}


def test_numbers_that_json_does_not_know_are_written() -> None:
    assert b"".join(json_answers.predictions({"t": ODD}).split()) == (
        b'{"predictions":[[NaN,Infinity],[3.0,-Infinity]]}'
    )
    values = json_answers.values([0.2, math.inf, 1.0, -math.inf, math.nan])
    assert b"".join(values.split()) == b'{"results":[0.2,Infinity,1.0,-Infinity,NaN]}'


@pytest.mark.parametrize(
    ("outputs", "part"),
    [
        ({}, "empty tensor map"),
        ({"tensor": np.array([1 + 2j], np.complex64)}, "tensor type: complex64"),
        ({"tensor": np.array(1, np.int32)}, "no shape information"),
        ({"a": np.zeros((2, 3)), "b": np.zeros((1, 3))}, "inconsistent batch size"),
        ({"a": np.zeros((0, 2)), "b": np.zeros((1, 2))}, "inconsistent batch size"),
    ],
)
def test_outputs_that_are_no_rows_are_refused(outputs: dict[str, Any], part: str) -> None:
    with pytest.raises(ServingError) as caught:
        json_answers.predictions(outputs)
    assert caught.value.code is StatusCode.INVALID_ARGUMENT
    assert part in caught.value.message


def features(text: str) -> list[dict[str, Any]]:
    found = []
    for raw in examples_request.serialized_examples(json_text.parse_object(text.encode())):
        feature = Example.FromString(raw).features.feature
        found.append(
            {
                name: list(getattr(one, one.WhichOneof("kind")).value)
                for name, one in feature.items()
            }
        )
    return found


def test_examples_are_read() -> None:
    examples = """{"examples": [{"names": ["foo", "bar"], "ratings": [8.0, 9.0], "age": 20},
        {"names": ["baz", {"b64": "aGVsbG8="}], "ratings": 6.0, "intboolmix": [1, true, false]},
        {"names": "bar", "ratings": -Infinity}]"""
    plain = [
        {"names": [b"foo", b"bar"], "ratings": [8.0, 9.0], "age": [20]},
        {"names": [b"baz", b"hello"], "ratings": [6.0], "intboolmix": [1, 1, 0]},
        {"names": [b"bar"], "ratings": [-math.inf]},
    ]
    assert features(examples + "}") == plain
    context = ', "context": {"query": "pizza", "location": ["sfo"]}}'
    shared = {"query": [b"pizza"], "location": [b"sfo"]}
    assert features(examples + context) == [{**one, **shared} for one in plain]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('{"context": [{"names": ["foo", "bar"]}]}', "Example must be JSON object"),
        ('{"examples": {"names": ["foo", "bar"]}}', "list/array"),
        ('{"examples": [[{"names": ["foo", "bar"]}]]}', "Example must be JSON object"),
        (
            '{"examples": [{"names": [10, null]}]}',
            "names has element with unexpected JSON type: Null",
        ),
        ('{"examples": [{"names": [10, 10.0]}]}', "feature: names expecting type: int64"),
        (
            '{"examples": [{"names": [10, {"test": 10}]}]}',
            "names has element with unexpected JSON type: Object",
        ),
        (
            '{"examples": [{"names": [[10], 20]}]}',
            "names has element with unexpected JSON type: Array",
        ),
        ('{"examples": [{"names": [20, 18446744073709551603]}]}', "Only int64 is supported"),
        (f'{{"examples": [{{"names": {LARGEST_DOUBLE}}}]}}', "loss of precision"),
    ],
)
def test_examples_are_refused(text: str, part: str) -> None:
    with pytest.raises(ServingError) as caught:
        features(text)
    assert caught.value.code is StatusCode.INVALID_ARGUMENT
    assert part in caught.value.message


def test_results_are_written() -> None:
    classes = [[("car", 0.2), ("bike", 0.7)], [("car", 0.7), ("bike", 0.1)]]
    assert json.loads(json_answers.classes(classes)) == {
        "results": [[["car", 0.2], ["bike", 0.7]], [["car", 0.7], ["bike", 0.1]]]
    }
    assert json.loads(json_answers.values([0.2, 0.9, 1.0])) == {"results": [0.2, 0.9, 1.0]}
    for empty, kind in (
        (json_answers.classes, "Classification"),
        (json_answers.values, "Regression"),
    ):
        with pytest.raises(ServingError, match=f"empty {kind}Results"):
            empty([])
    assert json.loads(json_answers.error('Bad key: "key"')) == {"error": 'Bad key: "key"'}


@pytest.mark.parametrize(
    ("method", "path", "part"),
    [
        ("GET", "/v1/foo", "Malformed request"),
        ("POST", "/v1/foo", "Malformed request"),
        ("GET", "/v1/models", "Missing model name"),
        ("POST", "/v1/models", "Malformed request"),
        ("GET", "/v1/models/foo:predict", "Malformed request"),
        ("GET", "/v1/models/foo/version/50:predict", "Malformed request"),
        ("POST", "/v1/models/foo/version/50:regress", "Malformed request"),
        ("POST", "/v1/models/foo/versions/HELLO:regress", "Malformed request"),
        ("POST", f"/v1/models/foo/versions/{2**64 - 1}:regress", "Failed to convert version"),
    ],
)
def test_paths_are_refused(method: str, path: str, part: str) -> None:
    with pytest.raises(ServingError) as caught:
        route(method, path.encode())
    assert caught.value.code is StatusCode.INVALID_ARGUMENT
    assert part in caught.value.message
