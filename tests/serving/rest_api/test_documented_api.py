"""The behaviours in TensorFlow Serving's documentation of its REST API, one by one.

Source: tensorflow_serving/g3doc/api_rest.md, model_servers/http_rest_api_handler_test.cc.
"""

from __future__ import annotations

import gzip
import json
import math
import shutil
import subprocess
from typing import Any

import pytest

pytest.importorskip("tensorflow_serving")

from tests.serving.rest_api.running_server import RunningServer

HALF = "/v1/models/half_plus_two"
AVAILABLE = {
    "model_version_status": [
        {
            "version": "1",
            "state": "AVAILABLE",
            "status": {"error_code": "OK", "error_message": ""},
        }
    ]
}


@pytest.mark.parametrize("model", ["", "/versions/1", "/labels/stable"])
def test_status(server: RunningServer, model: str) -> None:
    reply = server.get(HALF + model)
    assert (reply.status, reply.json) == (200, AVAILABLE)
    assert reply.headers["content-type"] == "application/json"


def test_metadata(server: RunningServer) -> None:
    reply = server.get("/v1/models/two_by_two/versions/1/metadata")

    def info(dtype: str, name: str) -> dict[str, Any]:
        shape = {"dim": [{"size": "-1", "name": ""}], "unknown_rank": False}
        return {"dtype": dtype, "tensor_shape": shape, "name": name}

    assert reply.status == 200
    assert reply.json["model_spec"] == {
        "name": "two_by_two",
        "signature_name": "",
        "version": "1",
    }
    assert reply.json["metadata"]["signature_def"]["signature_def"]["serving_default"] == {
        "inputs": {
            "count": info("DT_INT64", "serving_default_count:0"),
            "weight": info("DT_FLOAT", "serving_default_weight:0"),
        },
        "outputs": {
            "large": info("DT_BOOL", "PartitionedCall:0"),
            "product": info("DT_FLOAT", "PartitionedCall:1"),
        },
        "method_name": "tensorflow/serving/predict",
    }


def test_metadata_is_what_the_proto_prints(server: RunningServer, core: Any) -> None:
    """Ours is written by hand; protobuf's own JSON of the same `SignatureDefMap` is the same."""
    from google.protobuf.json_format import MessageToDict
    from tensorflow_serving.apis.get_model_metadata_pb2 import SignatureDefMap

    from pipeline_lib.serving.api.model_metadata import signature_def

    ours = server.get(HALF + "/metadata").json["metadata"]["signature_def"]["signature_def"]
    from pipeline_lib.serving.servables.servable import ModelReference

    with core.handle(ModelReference("half_plus_two")) as handle:
        signatures = handle.servable.signatures
    message = SignatureDefMap(
        signature_def={name: signature_def(one) for name, one in signatures.items()}
    )
    theirs = MessageToDict(message, preserving_proto_field_name=True)["signature_def"]
    assert _without_defaults(ours) == _without_defaults(theirs)


def _without_defaults(value: Any) -> Any:
    """Without what protobuf leaves out unless asked: empty texts, false, empty lists."""
    if isinstance(value, dict):
        return {key: _without_defaults(one) for key, one in value.items() if one not in ("", [], 0)}
    if isinstance(value, list):
        return [_without_defaults(one) for one in value]
    return value


@pytest.mark.parametrize("model", ["", "/versions/1", "/labels/stable"])
@pytest.mark.parametrize("named", ["", '"signature_name": "serving_default", '])
def test_predict(server: RunningServer, model: str, named: str) -> None:
    path = f"{HALF}{model}:predict"
    reply = server.post(path, f'{{{named}"instances": [1.0, 2.0, 5.0]}}')
    assert (reply.status, reply.body) == (200, b'{"predictions": [2.5,3.0,4.5]}')
    assert reply.headers["content-type"] == "application/json"
    reply = server.post(path, f'{{{named}"inputs": [1.0, 2.0, 5.0]}}')
    assert (reply.status, reply.body) == (200, b'{"outputs": [2.5,3.0,4.5]}')


def test_one_named_input(server: RunningServer) -> None:
    path = f"{HALF}:predict"
    assert server.post(path, '{"instances": [{"x": 1}, {"x": 2}]}').json == {
        "predictions": [2.5, 3.0]
    }
    assert server.post(path, '{"inputs": {"x": [1, 2]}}').json == {"outputs": [2.5, 3.0]}


def test_several_inputs_and_outputs(server: RunningServer) -> None:
    path = "/v1/models/two_by_two:predict"
    rows = '{"instances": [{"weight": 0.5, "count": 4}, {"count": 20, "weight": 0.25}]}'
    assert server.post(path, rows).json == {
        "predictions": [{"product": 2.0, "large": False}, {"product": 5.0, "large": True}]
    }
    columns = '{"inputs": {"weight": [0.5, 0.25], "count": [4, 20]}}'
    assert server.post(path, columns).json == {
        "outputs": {"product": [2.0, 5.0], "large": [False, True]}
    }


def test_columns_need_not_be_batches(server: RunningServer) -> None:
    scalars = '{"inputs": {"weight": 2, "count": 3}}'
    assert server.post("/v1/models/two_by_two:predict", scalars).json == {
        "outputs": {"product": 6.0, "large": False}
    }


def test_texts_and_binary_values(server: RunningServer) -> None:
    path = "/v1/models/strings:predict"
    rows = '{"instances": ["ab", {"b64": "w6Q="}, "\\u00e9"]}'
    assert server.post(path, rows).json == {"predictions": ["abab", "ää", "éé"]}
    assert server.post(path, '{"inputs": {"text": [{"b64": "/w=="}]}}').json == {
        "outputs": [{"b64": "//8="}]
    }


def test_numbers_that_json_does_not_have(server: RunningServer) -> None:
    reply = server.post(f"{HALF}:predict", '{"instances": [NaN, Infinity, -Infinity, 1.0]}')
    assert reply.body == b'{"predictions": [NaN,Infinity,-Infinity,2.5]}'


def test_floats_have_no_more_digits_than_they_need(server: RunningServer) -> None:
    reply = server.post(f"{HALF}:predict", '{"instances": [0.2, 0.66, 1e30, 3e-5]}')
    assert reply.body == b'{"predictions": [2.1,2.33,5e+29,2.000015]}'


def test_regress(server: RunningServer) -> None:
    body = '{"signature_name": "regress_x_to_y", "examples": [{"x": 80.0}, {"x": [2.0]}]}'
    reply = server.post(f"{HALF}:regress", body)
    assert (reply.status, reply.body) == (200, b'{"results": [42.0,3.0]}')


def test_classify(server: RunningServer) -> None:
    body = '{"signature_name": "classify_x_to_y", "examples": [{"x": 20.0}, {"x": 10.0}]}'
    reply = server.post(f"{HALF}/versions/1:classify", body)
    assert (reply.status, reply.body) == (200, b'{"results": [[["",12.0]],[["",7.0]]]}')
    body = '{"signature_name": "classify_x_to_classes", "examples": [{"x": 1.4}]}'
    reply = server.post(f"{HALF}:classify", body)
    assert reply.body == b'{"results": [[["small",7.3],["large",2.7]]]}'


def test_context_is_part_of_every_example(server: RunningServer) -> None:
    body = '{"signature_name": "regress_x_to_y", "context": {"x": 4.0}, "examples": [{}, {}]}'
    assert server.post(f"{HALF}:regress", body).json == {"results": [4.0, 4.0]}


def test_results_that_json_does_not_have(server: RunningServer) -> None:
    body = '{"signature_name": "%s", "examples": [{"x": Infinity}, {"x": NaN}]}'
    reply = server.post(f"{HALF}:regress", body % "regress_x_to_y")
    assert reply.body == b'{"results": [Infinity,NaN]}'
    reply = server.post(f"{HALF}:classify", body % "classify_x_to_y")
    assert reply.body == b'{"results": [[["",Infinity]],[["",NaN]]]}'


def test_paths_are_in_any_case_and_names_may_be_escaped(server: RunningServer) -> None:
    assert server.get("/V1/Models/half%5Fplus%5ftwo").json == AVAILABLE


def test_a_gzipped_request(server: RunningServer) -> None:
    reply = server.request(
        "POST",
        f"{HALF}:predict",
        gzip.compress(b'{"instances": [2.0]}'),
        {"Content-Encoding": "gzip", "Accept-Encoding": "gzip"},
    )
    assert (reply.status, reply.body) == (200, b'{"predictions": [3.0]}')


def test_metrics(server: RunningServer) -> None:
    server.post(f"{HALF}:predict", '{"instances": [2.0]}')
    page = server.get("/monitoring/prometheus/metrics")
    assert page.status == 200
    assert page.headers["content-type"] == "text/plain"
    counts = {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
        for line in page.body.decode().splitlines()
        if not line.startswith("#")
    }
    assert counts[':tensorflow:serving:request_count{model_name="half_plus_two",status="OK"}'] > 0
    labels = 'model_name="half_plus_two",API="predict",entrypoint="REST"'
    assert counts[f":tensorflow:serving:request_latency_count{{{labels}}}"] > 0
    queried = server.get("/monitoring/prometheus/metrics?x=1")
    assert (queried.status, queried.body) == (
        400,
        b"Unexpected path: /monitoring/prometheus/metrics?x=1."
        b" Should be /monitoring/prometheus/metrics",
    )


def test_a_large_request(server: RunningServer) -> None:
    numbers = [float(n) for n in range(100_000)]
    reply = server.post(f"{HALF}:predict", json.dumps({"instances": numbers}))
    assert reply.json["predictions"][-1] == 99_999 / 2 + 2


@pytest.fixture
def curl() -> str:
    found = shutil.which("curl")
    if found is None:
        pytest.skip("there is no curl on this machine")
    return found


def test_curl(server: RunningServer, curl: str) -> None:
    url = f"http://127.0.0.1:{server.port}{HALF}"

    def asked(*arguments: str, body: str = "") -> Any:
        command = [curl, "-sS", *arguments]
        done = subprocess.run(command, input=body.encode(), capture_output=True, check=True)
        return json.loads(done.stdout)

    assert asked(url) == AVAILABLE
    assert asked("-d", '{"instances": [1.0, 2.0, 5.0]}', f"{url}:predict") == {
        "predictions": [2.5, 3.0, 4.5]
    }
    nan = asked("-d", '{"instances": [NaN]}', f"{url}:predict")["predictions"][0]
    assert math.isnan(nan)
    # A body of more than a megabyte is sent only once the server says "100 Continue".
    large = json.dumps({"instances": [0.5] * 300_000})
    assert len(asked("-d", "@-", f"{url}:predict", body=large)["predictions"]) == 300_000
