from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.classification_pb2 import (
    ClassificationRequest,
    ClassificationResponse,
)
from tensorflow_serving.apis.get_model_metadata_pb2 import (
    GetModelMetadataRequest,
    SignatureDefMap,
)
from tensorflow_serving.apis.inference_pb2 import MultiInferenceRequest
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub
from tensorflow_serving.apis.regression_pb2 import RegressionRequest, RegressionResponse

from pipeline_lib.serving.errors import StatusCode
from tests.serving.grpc_api.running_server import RunningServer

CLASSIFY = "tensorflow/serving/classify"
REGRESS = "tensorflow/serving/regress"
INVALID = grpc.StatusCode.INVALID_ARGUMENT


@pytest.fixture
def stub(server: RunningServer) -> PredictionServiceStub:
    return PredictionServiceStub(server.channel)


def refused(call: Callable[..., Any], request: Any, code: grpc.StatusCode, text: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        call(request, timeout=20)
    assert (caught.value.code(), caught.value.details()) == (code, text)


def predict_request(name: str = "half_plus_two", **inputs: Any) -> PredictRequest:
    request = PredictRequest()
    request.model_spec.name = name
    for key, value in inputs.items():
        request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
    return request


def example(x: float) -> tf.train.Example:
    value = tf.train.Feature(float_list=tf.train.FloatList(value=[x]))
    return tf.train.Example(features=tf.train.Features(feature={"x": value}))


def about_examples(kind: type[Any], signature: str, *values: float) -> Any:
    request = kind()
    request.model_spec.name = "half_plus_two"
    request.model_spec.signature_name = signature
    request.input.example_list.examples.extend(example(value) for value in values)
    return request


def test_predict_reads_content_and_writes_values(stub: PredictionServiceStub) -> None:
    response = stub.Predict(predict_request(x=np.array([1, 2], np.float32)), timeout=20)
    assert list(response.outputs) == ["y"]
    assert list(response.outputs["y"].float_val) == [2.5, 3.0]
    assert response.outputs["y"].tensor_content == b""
    assert tf.make_ndarray(response.outputs["y"]).tolist() == [2.5, 3.0]


def test_predict_reads_values(stub: PredictionServiceStub) -> None:
    request = predict_request()
    tensor = request.inputs["x"]
    tensor.dtype = 1
    tensor.tensor_shape.dim.add(size=3)
    tensor.float_val.extend([1, 2])
    assert list(stub.Predict(request, timeout=20).outputs["y"].float_val) == [2.5, 3.0, 3.0]


def test_predict_says_which_version_and_signature_answered(stub: PredictionServiceStub) -> None:
    spec = stub.Predict(predict_request(x=np.ones(1, np.float32)), timeout=20).model_spec
    assert (spec.name, spec.version.value, spec.signature_name) == (
        "half_plus_two",
        1,
        "serving_default",
    )


def test_predict_takes_a_version(stub: PredictionServiceStub) -> None:
    request = predict_request(x=np.ones(1, np.float32))
    request.model_spec.version.value = 1
    assert stub.Predict(request, timeout=20).model_spec.version.value == 1
    request.model_spec.version.value = 3
    refused(
        stub.Predict,
        request,
        grpc.StatusCode.NOT_FOUND,
        "Servable not found for request: Specific(half_plus_two, 3)",
    )


def test_predict_refuses_an_unknown_label(stub: PredictionServiceStub) -> None:
    request = predict_request(x=np.ones(1, np.float32))
    request.model_spec.version_label = "canary"
    refused(stub.Predict, request, INVALID, "Unrecognized servable version label: canary")


def test_strings_go_in_and_out(stub: PredictionServiceStub) -> None:
    request = predict_request("strings", text=np.array([b"a\xff", b""], object))
    assert list(stub.Predict(request, timeout=20).outputs["twice"].string_val) == [
        b"a\xffa\xff",
        b"",
    ]


def test_the_output_filter_chooses(stub: PredictionServiceStub) -> None:
    request = predict_request(
        "two_by_two", weight=np.ones(1, np.float32), count=np.array([20], np.int64)
    )
    assert set(stub.Predict(request, timeout=20).outputs) == {"product", "large"}
    request.output_filter.append("large")
    response = stub.Predict(request, timeout=20)
    assert {name: list(tensor.bool_val) for name, tensor in response.outputs.items()} == {
        "large": [True]
    }


def test_classify_tells_labels_and_scores(stub: PredictionServiceStub) -> None:
    request = about_examples(ClassificationRequest, "classify_x_to_classes", 2, 4)
    response: ClassificationResponse = stub.Classify(request, timeout=20)
    assert [
        [(each.label, each.score) for each in one.classes]
        for one in response.result.classifications
    ] == [[("small", 7.0), ("large", 3.0)], [("small", 6.0), ("large", 4.0)]]
    assert response.model_spec.signature_name == "classify_x_to_classes"
    assert response.model_spec.version.value == 1


def test_regress_tells_a_value_for_each_example(stub: PredictionServiceStub) -> None:
    request = about_examples(RegressionRequest, "regress_x_to_y", 2, 4)
    response: RegressionResponse = stub.Regress(request, timeout=20)
    assert [one.value for one in response.result.regressions] == [3.0, 4.0]
    assert response.model_spec.signature_name == "regress_x_to_y"


def test_examples_share_a_context(stub: PredictionServiceStub) -> None:
    request = about_examples(RegressionRequest, "regress_x_to_y")
    shared = request.input.example_list_with_context
    shared.context.CopyFrom(example(2))
    shared.examples.extend([tf.train.Example(), example(4)])
    response = stub.Regress(request, timeout=20)
    assert [one.value for one in response.result.regressions] == [3.0, 4.0]


def test_multi_inference_answers_all_tasks(stub: PredictionServiceStub) -> None:
    request = MultiInferenceRequest()
    for signature, method in (("regress_x_to_y2", REGRESS), ("classify_x_to_y", CLASSIFY)):
        task = request.tasks.add(method_name=method)
        task.model_spec.name = "half_plus_two"
        task.model_spec.signature_name = signature
    request.input.example_list.examples.append(example(2))
    first, second = stub.MultiInference(request, timeout=20).results
    assert first.model_spec.signature_name == "regress_x_to_y2"
    assert [one.value for one in first.regression_result.regressions] == [4.0]
    assert second.model_spec.version.value == 1
    assert [one.score for one in second.classification_result.classifications[0].classes] == [3.0]


def test_metadata_tells_the_signatures(stub: PredictionServiceStub) -> None:
    request = GetModelMetadataRequest(metadata_field=["signature_def"])
    request.model_spec.name = "half_plus_two"
    response = stub.GetModelMetadata(request, timeout=20)
    assert (response.model_spec.name, response.model_spec.version.value) == ("half_plus_two", 1)
    assert response.model_spec.signature_name == ""
    assert list(response.metadata) == ["signature_def"]
    signatures = SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(signatures)
    default = signatures.signature_def["serving_default"]
    assert default.method_name == "tensorflow/serving/predict"
    assert (default.inputs["x"].name, default.inputs["x"].dtype) == ("x:0", 1)
    assert [dim.size for dim in default.inputs["x"].tensor_shape.dim] == [-1]


def test_metadata_other_than_signatures_is_refused(stub: PredictionServiceStub) -> None:
    request = GetModelMetadataRequest()
    request.model_spec.name = "half_plus_two"
    refused(
        stub.GetModelMetadata,
        request,
        INVALID,
        "GetModelMetadataRequest must specify at least one metadata_field",
    )
    request.metadata_field.append("weights")
    refused(stub.GetModelMetadata, request, INVALID, "Metadata field weights is not supported")


@pytest.mark.parametrize(
    ("method", "request_type"),
    [
        ("Predict", PredictRequest),
        ("Classify", ClassificationRequest),
        ("Regress", RegressionRequest),
        ("GetModelMetadata", GetModelMetadataRequest),
    ],
)
def test_a_request_must_name_a_model(
    stub: PredictionServiceStub, method: str, request_type: Any
) -> None:
    request = request_type()
    refused(getattr(stub, method), request, INVALID, "Missing ModelSpec")
    request.model_spec.SetInParent()
    if method == "GetModelMetadata":
        request.metadata_field.append("signature_def")
    refused(getattr(stub, method), request, INVALID, "ModelSpec has no name specified.")


def test_multi_inference_must_name_a_model(stub: PredictionServiceStub) -> None:
    request = MultiInferenceRequest()
    refused(stub.MultiInference, request, INVALID, "ModelSpec has no name specified.")
    request.tasks.add(method_name=REGRESS)
    refused(stub.MultiInference, request, INVALID, "ModelSpec has no name specified.")
    request.tasks[0].model_spec.name = "half_plus_two"
    request.tasks[0].model_spec.signature_name = "regress_x_to_y"
    request.tasks.add(method_name=REGRESS)
    refused(stub.MultiInference, request, INVALID, "Found ModelSpec with an empty model name.")


def test_a_tensor_that_cannot_be_read_is_named(stub: PredictionServiceStub) -> None:
    request = predict_request(x=np.ones(1, np.float32))
    request.inputs["x"].tensor_content = b"123"
    request.inputs["x"].ClearField("float_val")
    refused(stub.Predict, request, INVALID, "tensor parsing error: x")


def test_what_the_model_is_not_made_for_is_refused(stub: PredictionServiceStub) -> None:
    refused(
        stub.Predict,
        predict_request(x=np.ones(1)),
        INVALID,
        "Expects arg[0] to be float but double is provided",
    )
    refused(
        stub.Predict,
        predict_request(z=np.ones(1, np.float32)),
        INVALID,
        "Signature input alias: x(feed name: x:0) not found in request and no default value"
        " provided. Inputs expected to be in the request {z}, or default input alias set: ",
    )
    request = predict_request(x=np.ones(1, np.float32))
    request.model_spec.signature_name = "nothing"
    refused(
        stub.Predict,
        request,
        grpc.StatusCode.FAILED_PRECONDITION,
        'Serving signature key "nothing" not found.',
    )
    refused(
        stub.Predict,
        predict_request("nobody"),
        grpc.StatusCode.NOT_FOUND,
        "Servable not found for request: Latest(nobody)",
    )


def test_long_texts_are_cut_as_tensorflow_serving_cuts_them(stub: PredictionServiceStub) -> None:
    request = predict_request()
    request.model_spec.signature_name = "é" * 2000
    refused(
        stub.Predict,
        request,
        grpc.StatusCode.FAILED_PRECONDITION,
        'Serving signature key "' + "é" * 500 + "...TRUNCATED",
    )


def test_bytes_that_are_no_message_are_refused(server: RunningServer) -> None:
    call = server.channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
    refused(
        call,
        b"\xff",
        INVALID,
        "The request is not a tensorflow.serving.PredictRequest: its bytes cannot be parsed",
    )


def test_requests_and_examples_are_counted(
    server: RunningServer, stub: PredictionServiceStub
) -> None:
    server.observed.requests.clear()
    server.observed.example_counts.clear()
    stub.Predict(predict_request(x=np.ones(1, np.float32)), timeout=20)
    stub.Regress(about_examples(RegressionRequest, "regress_x_to_y", 1, 2), timeout=20)
    with pytest.raises(grpc.RpcError):
        stub.Classify(about_examples(ClassificationRequest, "nothing", 1), timeout=20)
    assert server.observed.requests == [
        ("half_plus_two", "Predict", "GRPC", StatusCode.OK),
        ("half_plus_two", "Regress", "GRPC", StatusCode.OK),
        ("half_plus_two", "Classify", "GRPC", StatusCode.INVALID_ARGUMENT),
    ]
    assert server.observed.example_counts == [("half_plus_two", 2)]
