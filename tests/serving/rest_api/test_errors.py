"""Every error that a client can meet, its status and its whole text.

Source: tensorflow_serving/util/json_tensor.cc and json_tensor_test.cc,
model_servers/http_rest_api_handler_test.cc.
"""

from __future__ import annotations

import json

import pytest

pytest.importorskip("tensorflow_serving")

from tests.serving.rest_api.running_server import RunningServer

HALF = "/v1/models/half_plus_two"
TWO = "/v1/models/two_by_two"
TEXT = "/v1/models/strings"
ELEMENT = "Failed to process element: {} of 'instances' list. Error: INVALID_ARGUMENT: "
KEY = "Failed to process element: {} key: {} of 'instances' list. Error: INVALID_ARGUMENT: "


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "/v1/foo", 400, "Malformed request: GET /v1/foo"),
        ("POST", "/v1/foo", 400, "Malformed request: POST /v1/foo"),
        ("GET", "/v1/models", 400, "Missing model name in request."),
        ("GET", "/v1/models/versions/1", 400, "Missing model name in request."),
        ("GET", "/v1/models/metadata", 404, "Could not find any versions of model metadata"),
        ("POST", "/v1/models", 400, "Malformed request: POST /v1/models"),
        ("GET", f"{HALF}:predict", 400, f"Malformed request: GET {HALF}:predict"),
        ("PUT", f"{HALF}:predict", 400, f"Malformed request: PUT {HALF}:predict"),
        ("DELETE", HALF, 400, f"Malformed request: DELETE {HALF}"),
        ("OPTIONS", HALF, 400, f"Malformed request: OPTIONS {HALF}"),
        ("POST", f"{HALF}:Predict", 400, f"Malformed request: POST {HALF}:Predict"),
        ("POST", f"{HALF}:predict?x=1", 400, f"Malformed request: POST {HALF}:predict?x=1"),
        ("POST", f"{HALF}:predict/", 400, f"Malformed request: POST {HALF}:predict/"),
        (
            "POST",
            f"{HALF}/version/5:regress",
            400,
            f"Malformed request: POST {HALF}/version/5:regress",
        ),
        (
            "POST",
            f"{HALF}/versions/HELLO:regress",
            400,
            f"Malformed request: POST {HALF}/versions/HELLO:regress",
        ),
        (
            "POST",
            f"{HALF}/versions/18446744073709551615:regress",
            400,
            "Failed to convert version: 18446744073709551615 to numeric.",
        ),
        (
            "GET",
            f"{HALF}/versions/9223372036854775808",
            400,
            "Failed to convert version: 9223372036854775808 to numeric.",
        ),
        ("GET", "/v1/models/none", 404, "Could not find any versions of model none"),
        ("GET", "/v1/models/n%C3%A4%2F", 404, "Could not find any versions of model nä/"),
        ("GET", f"{HALF}?x=1", 404, "Could not find any versions of model half_plus_two?x=1"),
        ("GET", f"{HALF}/versions/7", 404, "Could not find version 7 of model half_plus_two"),
        ("GET", f"{HALF}/labels/none", 400, "Unrecognized servable version label: none"),
        ("GET", "/v1/models/none/metadata", 404, "Servable not found for request: Latest(none)"),
        (
            "GET",
            f"{HALF}/versions/7/metadata",
            404,
            "Servable not found for request: Specific(half_plus_two, 7)",
        ),
        ("GET", "/", 404, "Not Found"),
        ("GET", "/statuspage", 404, "Not Found"),
        ("POST", "/v2/models/half_plus_two:predict", 404, "Not Found"),
        ("TRACE", HALF, 501, "Not Implemented"),
    ],
)
def test_path(server: RunningServer, method: str, path: str, status: int, message: str) -> None:
    reply = server.request(method, path)
    assert (reply.status, reply.json) == (status, {"error": message})
    assert reply.headers["content-type"] == "application/json"


def test_head_has_no_body(server: RunningServer) -> None:
    reply = server.request("HEAD", HALF)
    assert (reply.status, reply.body) == (400, b"")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v1/models/none:predict", "Servable not found for request: Latest(none)"),
        ("/v1/models/none/versions/5:predict", "Servable not found for request: Specific(none, 5)"),
        (
            f"{HALF}/versions/99:predict",
            "Servable not found for request: Specific(half_plus_two, 99)",
        ),
    ],
)
def test_model_that_is_not_served(server: RunningServer, path: str, message: str) -> None:
    reply = server.post(path, '{"instances": [1]}')
    assert (reply.status, reply.json) == (404, {"error": message})


PARSE_ERRORS = [
    ("", "The document is empty"),
    ("  \n", "The document is empty. at offset: 3"),
    ("instances = [1, 2]", "Invalid value. at offset: 0"),
    ('{"instances": [1, ]}', "Invalid value. at offset: 18"),
    ('{"instances": }', "Invalid value. at offset: 14"),
    ("{", "Missing a name for object member. at offset: 1"),
    ('{"instances": [1],}', "Missing a name for object member. at offset: 18"),
    ('{"instances" [1]}', "Missing a colon after a name of object member. at offset: 13"),
    ('{"instances": [1]', "Missing a comma or } after an object member. at offset: 17"),
    ('{"a": "}", "b": 1 2}', "Missing a comma or } after an object member. at offset: 18"),
    ('{"instances": [1 2]}', "Missing a comma or ] after an array element. at offset: 17"),
    ('{"ä": [{"x": 1} 2]}', "Missing a comma or ] after an array element. at offset: 17"),
    ('{"instances": [1.]}', "Miss fraction part in number. at offset: 16"),
    ('{"instances": [1e]}', "Miss exponent in number. at offset: 16"),
    ('{"instances": [1e400]}', "Number too big to be stored in double. at offset: 15"),
    (
        '{"instances": [1]} x',
        "The document root must not be followed by other values. at offset: 19",
    ),
    ('{"instances', "Missing a closing quotation mark in string. at offset: 1"),
    ('{"\\x": 1}', "Invalid escape character in string. at offset: 2"),
    ('{"\\u12": 1}', "Incorrect hex digit after \\u escape in string. at offset: 3"),
    ('{"\\ud800": 1}', "The surrogate pair in string is invalid. at offset: 1"),
    ('{"\x01": 1}', "Invalid encoding in string. at offset: 2"),
    (b'{"\xff": 1}', "Invalid encoding in string. at offset: 2"),
    (b'\xef\xbb\xbf{"ab": \xff}', "Invalid encoding in string. at offset: 10"),
    ("[" * 100_000, "Lists or objects are nested too deep."),
    ('{"a":' * 100_000, "Lists or objects are nested too deep."),
    ('{"a": NaN, "instances": ' + "[" * 5000, "Lists or objects are nested too deep."),
]


@pytest.mark.parametrize(("body", "message"), PARSE_ERRORS, ids=range(len(PARSE_ERRORS)))
@pytest.mark.parametrize("method", ["predict", "regress"])
def test_text_that_is_no_json(
    server: RunningServer, method: str, body: str | bytes, message: str
) -> None:
    reply = server.post(f"{HALF}:{method}", body)
    assert (reply.status, reply.json) == (400, {"error": f"JSON Parse error: {message}"})


LEVEL = "JSON Value: {} found at incorrect level: {} in the JSON DOM. Expected at level: {}"
PREDICT_ERRORS = [
    (HALF, "[1, 2]", "JSON Value: [\n    1,\n    2\n] Is not object"),
    (HALF, "null", "JSON Value: null Is not object"),
    (HALF, "1.50", "JSON Value: 1.5 Is not object"),
    (HALF, "{}", "Missing 'inputs' or 'instances' key"),
    (
        HALF,
        '{"signature_name": 5, "instances": [1]}',
        'JSON Value: {\n    "signature_name": 5,\n    "instances": [\n        1\n    ]\n}'
        " not formatted correctly. 'signature_name' key must be a string value.",
    ),
    (
        HALF,
        '{"signature_name": "none", "instances": [1]}',
        'Serving signature name: "none" not found in signature def',
    ),
    (
        HALF,
        '{"instances": [1], "inputs": [1]}',
        'JSON Value: {\n    "instances": [\n        1\n    ],\n    "inputs": [\n        1\n    ]\n}'
        " Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist ",
    ),
    (
        HALF,
        '{"instances": 1}',
        "JSON Value: {\n    \"instances\": 1\n} Excepting 'instances' to be an list/array",
    ),
    (
        HALF,
        '{"instances": []}',
        "JSON Value: {\n    \"instances\": []\n} No values in 'instances' array",
    ),
    (
        HALF,
        '{"instances": [[1,2],[3,4],[5,6,7]]}',
        ELEMENT.format(2) + "Expecting tensor size: 2 but got: 3",
    ),
    (
        HALF,
        '{"instances": [[1,2],[3,4],[[5,6]]]}',
        ELEMENT.format(2) + "Expecting shape [2] but got: [1,2]",
    ),
    (HALF, '{"instances": [1, [1]]}', ELEMENT.format(1) + "Expecting shape [] but got: [1]"),
    (
        HALF,
        '{"instances": [[1, 2], [3, [4]]]}',
        ELEMENT.format(1) + "Encountered list at unexpected level: 1 expected < 1",
    ),
    (HALF, '{"instances": [[[1], 2]]}', ELEMENT.format(0) + LEVEL.format(2, 2, 2)),
    (
        HALF,
        '{"instances": [[[1], [2, 3]]]}',
        ELEMENT.format(0) + "Encountered list at unexpected size: 2 at level: 1 expected size: 1",
    ),
    (
        HALF,
        '{"instances": [1, "a"]}',
        ELEMENT.format(1) + 'JSON Value: "a" Type: String is not of expected type: float',
    ),
    (
        HALF,
        '{"instances": [1, null]}',
        ELEMENT.format(1) + "JSON Value: null Type: Null is not of expected type: float",
    ),
    (
        HALF,
        '{"instances": [true, 1]}',
        ELEMENT.format(0) + "JSON Value: true Type: True is not of expected type: float",
    ),
    (
        HALF,
        '{"instances": [1, false]}',
        ELEMENT.format(1) + "JSON Value: false Type: False is not of expected type: float",
    ),
    (
        HALF,
        '{"instances": [[{"b64": "AA=="}]]}',
        ELEMENT.format(0)
        + 'JSON Value: {\n    "b64": "AA=="\n} Type: Object is not of expected type: float',
    ),
    (
        HALF,
        '{"instances": [16777217]}',
        ELEMENT.format(0)
        + "Cannot convert JSON value: 16777217 to float without loss of precision.",
    ),
    (
        HALF,
        '{"instances": [1.5, -16777217]}',
        ELEMENT.format(1)
        + "Cannot convert JSON value: -16777217 to float without loss of precision.",
    ),
    (
        HALF,
        '{"instances": [1.7976931348623157e308]}',
        ELEMENT.format(0)
        + "Cannot convert JSON value: 1.7976931348623157e+308 to float without loss of precision.",
    ),
    (
        HALF,
        '{"inputs": 1e39}',
        "Cannot convert JSON value: 1e+39 to float without loss of precision.",
    ),
    (
        HALF,
        '{"instances": [1, {"x": 1}]}',
        "Expecting value/list but got object at item 1 of input list",
    ),
    (HALF, '{"instances": [{"x": 1}, 1]}', "Expecting object but got list at item 1 of input list"),
    (
        HALF,
        '{"instances": [{"y": 1}]}',
        KEY.format(0, "y") + "JSON object: does not have named input: y",
    ),
    (HALF, '{"inputs": {"y": [1]}}', "Missing named input: x in 'inputs' object."),
    (
        HALF,
        '{"inputs": [[1, 2], [3]]}',
        "Encountered list at unexpected size: 1 at level: 1 expected size: 2",
    ),
    (HALF, '{"inputs": [1, [2]]}', "Encountered list at unexpected level: 1 expected < 1"),
    (HALF, '{"inputs": [[1], 2]}', LEVEL.format(2, 2, 2)),
    (
        HALF,
        f'{{"inputs": {"[" * 33}1{"]" * 33}}}',
        "Encountered list at unexpected level: 32 expected < 32",
    ),
    (
        HALF,
        f'{{"instances": {"[" * 33}1{"]" * 33}}}',
        ELEMENT.format(0) + "Encountered list at unexpected level: 31 expected < 31",
    ),
    (
        HALF,
        '{"signature_name": "regress_x_to_y", "inputs": [1]}',
        "JSON Value: 1 Type: Number is not of expected type: string",
    ),
    (
        TEXT,
        '{"instances": ["a", 1.0]}',
        ELEMENT.format(1) + "JSON Value: 1.0 Type: Number is not of expected type: string",
    ),
    (
        TEXT,
        '{"instances": [123456.789]}',
        ELEMENT.format(0) + "JSON Value: 123456.789 Type: Number is not of expected type: string",
    ),
    (TEXT, '{"inputs": 1e10}', "JSON Value: 1e+10 Type: Number is not of expected type: string"),
    (TEXT, '{"instances": [{"b64": "*"}]}', ELEMENT.format(0) + "Unable to base64 decode"),
    (
        TEXT,
        '{"inputs": [{"b64": 1}]}',
        'JSON Value: {\n    "b64": 1\n} not formatted correctly for base64 data',
    ),
    (
        TEXT,
        '{"inputs": [{"b64": "", "x": NaN}]}',
        'JSON Value: {\n    "b64": "",\n    "x": NaN\n} not formatted correctly for base64 data',
    ),
    (
        TWO,
        '{"instances": [1]}',
        "instances is a plain list, but expecting list of objects as multiple input tensors"
        " required as per tensorinfo_map",
    ),
    (
        TWO,
        '{"inputs": [1]}',
        "inputs is a plain value/list, but expecting an object as multiple input tensors"
        " required as per tensorinfo_map",
    ),
    (TWO, '{"inputs": {"weight": [1]}}', "Missing named input: count in 'inputs' object."),
    (
        TWO,
        '{"instances": [{"weight": 1}]}',
        "Failed to process element: 0 of 'instances' list. JSON object:"
        ' {\n    "weight": 1\n} keys must be equal to: count,weight',
    ),
    (
        TWO,
        '{"inputs": {"weight": [1], "count": [1.0]}}',
        "JSON Value: 1.0 Type: Number is not of expected type: int64",
    ),
    (
        TWO,
        '{"inputs": {"weight": [1], "count": [true]}}',
        "JSON Value: true Type: True is not of expected type: int64",
    ),
    (
        TWO,
        '{"inputs": {"weight": [1], "count": [9223372036854775808]}}',
        "JSON Value: 9223372036854775808 Type: Number is not of expected type: int64",
    ),
    (
        TWO,
        '{"instances": [{"weight": 1, "count": 1}, {"weight": [1], "count": 1}]}',
        KEY.format(1, "weight") + "Expecting shape [] but got: [1]",
    ),
]


@pytest.mark.parametrize(
    ("model", "body", "message"), PREDICT_ERRORS, ids=range(len(PREDICT_ERRORS))
)
def test_request_that_does_not_fit(
    server: RunningServer, model: str, body: str, message: str
) -> None:
    reply = server.post(f"{model}:predict", body)
    assert (reply.status, reply.json) == (400, {"error": message})


def test_unequal_columns_are_the_models_to_refuse(server: RunningServer) -> None:
    reply = server.post(f"{TWO}:predict", '{"inputs": {"weight": [1, 2], "count": [1, 2, 3]}}')
    assert reply.status == 400
    assert reply.json["error"].startswith("Incompatible shapes: ")


def test_long_values_are_cut(server: RunningServer) -> None:
    document = {"signature_name": 1, "instances": ["abc" * 100_000]}
    reply = server.post(f"{TEXT}:predict", json.dumps(document))
    shown = json.dumps(document, indent=4)[:2000]
    assert reply.json == {
        "error": f"JSON Value: {shown}... not formatted correctly."
        " 'signature_name' key must be a string value."
    }


UNEXPECTED = "Feature: x has element with unexpected JSON type: "
EXAMPLES_ERRORS = [
    (
        '{"signature_name": ["hello"]}',
        'JSON Value: {\n    "signature_name": [\n        "hello"\n    ]\n} not formatted correctly.'
        " 'signature_name' key must be a string value.",
    ),
    ("{}", "JSON Value: {} When method is classify, key 'examples' is expected and was not found"),
    (
        '{"examples": {}}',
        "JSON Value: {\n    \"examples\": {}\n} Expecting 'examples' value to be an list/array",
    ),
    (
        '{"examples": []}',
        "JSON Value: {\n    \"examples\": []\n} 'examples' value is an empty array",
    ),
    ('{"context": [1], "examples": [{}]}', "Example must be JSON object but got JSON Array"),
    ('{"examples": [[]]}', "Example must be JSON object but got JSON Array"),
    ('{"examples": [1.5]}', "Example must be JSON object but got JSON Number"),
    ('{"examples": [{"x": [10, null]}]}', UNEXPECTED + "Null"),
    ('{"examples": [{"x": [10, {"test": 10}]}]}', UNEXPECTED + "Object"),
    ('{"examples": [{"x": [[10], 20]}]}', UNEXPECTED + "Array"),
    (
        '{"examples": [{"x": [10, 10.0]}]}',
        "Unexpected element type in feature: x expecting type: int64",
    ),
    (
        '{"examples": [{"x": [1.0, 1]}]}',
        "Unexpected element type in feature: x expecting type: float",
    ),
    (
        '{"examples": [{"x": ["a", true]}]}',
        "Unexpected element type in feature: x expecting type: bytes",
    ),
    (
        '{"examples": [{"x": [1, "a"]}]}',
        "Unexpected element type in feature: x expecting type: int64",
    ),
    (
        '{"examples": [{"x": [1, {"b64": ""}]}]}',
        "Unexpected element type in feature: x expecting type: int64",
    ),
    ('{"examples": [{"x": {"b64": "a"}}]}', "Unable to base64 decode"),
    (
        '{"examples": [{"x": 18446744073709551603}]}',
        "Feature: x has uint64 element. Only int64 is supported.",
    ),
    (
        '{"examples": [{"x": 1.7976931348623157e308}]}',
        "Cannot convert JSON value: 1.7976931348623157e+308 to float without loss of precision.",
    ),
    ('{"signature_name": "none", "examples": [{}]}', "No signature was found with the name: none"),
]


@pytest.mark.parametrize(("body", "message"), EXAMPLES_ERRORS, ids=range(len(EXAMPLES_ERRORS)))
@pytest.mark.parametrize("method", ["classify", "regress"])
def test_examples_that_do_not_fit(
    server: RunningServer, method: str, body: str, message: str
) -> None:
    reply = server.post(f"{HALF}:{method}", body)
    assert (reply.status, reply.json) == (400, {"error": message})
