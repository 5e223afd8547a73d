from __future__ import annotations

import asyncio
import shutil
from collections.abc import Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from pipeline_lib.serving.api.direct_calls import DirectCalls
from pipeline_lib.serving.api.inference import Inference, InferenceTask
from pipeline_lib.serving.api.model_inference import ModelInference
from pipeline_lib.serving.api.prediction import check_predict_signature
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.loader import Signature
from pipeline_lib.serving.servables.servable import ModelReference, ServableId, VersionState
from tests.serving.loaded_models import loaded

HALF = ModelReference("half_plus_two")
TWO = ModelReference("two_by_two")
CLASSIFY = "tensorflow/serving/classify"
REGRESS = "tensorflow/serving/regress"


def example(x: float) -> bytes:
    value = tf.train.Feature(float_list=tf.train.FloatList(value=[x]))
    features = tf.train.Features(feature={"x": value})
    return bytes(tf.train.Example(features=features).SerializeToString())


def refused(call: Coroutine[Any, Any, Any], code: StatusCode, text: str) -> None:
    with pytest.raises(ServingError) as caught:
        asyncio.run(call)
    assert (caught.value.code, caught.value.message) == (code, text)


def floats(*values: float) -> Any:
    return np.array(values, np.float32)


def test_predict_calls_the_default_signature(inference: Inference) -> None:
    answer = asyncio.run(inference.predict(HALF, "", {"x": floats(1, 2)}))
    assert answer.model == ServableId("half_plus_two", 1)
    assert answer.signature_name == "serving_default"
    assert {name: array.tolist() for name, array in answer.outputs.items()} == {"y": [2.5, 3.0]}


def test_predict_can_call_a_signature_that_classifies(inference: Inference) -> None:
    inputs = {"inputs": np.array([example(2)], object)}
    answer = asyncio.run(inference.predict(HALF, "classify_x_to_y", inputs))
    assert answer.signature_name == "classify_x_to_y"
    assert answer.outputs["scores"].tolist() == [[3.0]]


def test_predict_gives_the_wanted_outputs_only(inference: Inference) -> None:
    inputs = {"weight": floats(2), "count": np.array([20])}
    both = asyncio.run(inference.predict(TWO, "", inputs))
    one = asyncio.run(inference.predict(TWO, "", inputs, ["large"]))
    assert {name: array.tolist() for name, array in both.outputs.items()} == {
        "product": [40.0],
        "large": [True],
    }
    assert {name: array.tolist() for name, array in one.outputs.items()} == {"large": [True]}


def test_an_unknown_model_is_not_found(inference: Inference) -> None:
    refused(
        inference.predict(ModelReference("nobody"), "", {}),
        StatusCode.NOT_FOUND,
        "Servable not found for request: Latest(nobody)",
    )
    refused(
        inference.predict(ModelReference("half_plus_two", version=7), "", {}),
        StatusCode.NOT_FOUND,
        "Servable not found for request: Specific(half_plus_two, 7)",
    )


def test_an_unknown_signature_is_refused_in_the_words_of_each_method(inference: Inference) -> None:
    refused(
        inference.predict(HALF, "nothing", {}),
        StatusCode.FAILED_PRECONDITION,
        'Serving signature key "nothing" not found.',
    )
    refused(
        inference.classify(HALF, "nothing", [b""]),
        StatusCode.INVALID_ARGUMENT,
        "No signature was found with the name: nothing",
    )
    refused(
        inference.regress(HALF, "nothing", [b""]),
        StatusCode.INVALID_ARGUMENT,
        "No signature was found with the name: nothing",
    )
    with pytest.raises(ServingError, match=r'^Serving signature key "nothing" not found\.$'):
        inference.signature(HALF, "nothing")


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        (
            ("weight",),
            "input size does not match signature: 1!=2 len({weight}) != len({count,weight})."
            " Sent extra: {}. Missing but required: {count}.",
        ),
        (
            ("weight", "count", "more", "most"),
            "input size does not match signature: 4!=2 len({count,more,most,weight}) !="
            " len({count,weight}). Sent extra: {more,most}. Missing but required: {}.",
        ),
        (
            (),
            "input size does not match signature: 0!=2 len({}) != len({count,weight})."
            " Sent extra: {}. Missing but required: {count,weight}.",
        ),
        (
            ("weight", "counts"),
            "Signature input alias: count(feed name: serving_default_count:0) not found in request"
            " and no default value provided. Inputs expected to be in the request {counts,weight},"
            " or default input alias set: ",
        ),
    ],
)
def test_inputs_by_other_names_are_refused(
    inference: Inference, inputs: Sequence[str], text: str
) -> None:
    given = {name: floats(1) for name in inputs}
    refused(inference.predict(TWO, "", given), StatusCode.INVALID_ARGUMENT, text)


def test_inputs_of_another_type_are_refused_as_a_session_does(inference: Inference) -> None:
    refused(
        inference.predict(HALF, "", {"x": np.array([1.0])}),
        StatusCode.INVALID_ARGUMENT,
        "Expects arg[0] to be float but double is provided",
    )
    refused(
        inference.predict(TWO, "", {"weight": floats(1), "count": floats(1)}),
        StatusCode.INVALID_ARGUMENT,
        "Expects arg[0] to be int64 but float is provided",
    )
    refused(
        inference.predict(TWO, "", {"weight": np.array([b""], object), "count": np.array([1])}),
        StatusCode.INVALID_ARGUMENT,
        "Expects arg[1] to be float but string is provided",
    )


def test_a_shape_that_the_model_cannot_use_is_refused_in_its_own_words(
    inference: Inference,
) -> None:
    with pytest.raises(ServingError) as caught:
        asyncio.run(inference.predict(ModelReference("dense"), "", {"x": np.ones((1, 8), "f")}))
    assert caught.value.code is StatusCode.INVALID_ARGUMENT
    assert caught.value.message.startswith("Matrix size-incompatible: In[0]: [1,8], In[1]: [16,64]")


def test_outputs_that_are_not_there_or_named_twice_are_refused(inference: Inference) -> None:
    inputs = {"weight": floats(1), "count": np.array([1])}
    refused(
        inference.predict(TWO, "", inputs, ["small"]),
        StatusCode.INVALID_ARGUMENT,
        "output tensor alias not found in signature: small"
        " Outputs expected to be in the set {large,product}.",
    )
    refused(
        inference.predict(TWO, "", inputs, ["large", "large"]),
        StatusCode.INVALID_ARGUMENT,
        "duplicate output tensor alias: large",
    )


def test_classify_gives_labels_and_scores(inference: Inference) -> None:
    answer = asyncio.run(
        inference.classify(HALF, "classify_x_to_classes", [example(2), example(4)])
    )
    assert answer.model == ServableId("half_plus_two", 1)
    assert answer.signature_name == "classify_x_to_classes"
    assert answer.classes == (
        (("small", 7.0), ("large", 3.0)),
        (("small", 6.0), ("large", 4.0)),
    )


def test_classify_gives_scores_alone_if_there_are_no_labels(inference: Inference) -> None:
    answer = asyncio.run(inference.classify(HALF, "classify_x_to_y", [example(2)]))
    assert answer.classes == ((("", 3.0),),)


def test_regress_gives_a_number_for_each_example(inference: Inference) -> None:
    answer = asyncio.run(inference.regress(HALF, "regress_x_to_y", [example(2), example(3)]))
    assert answer.model == ServableId("half_plus_two", 1)
    assert answer.signature_name == "regress_x_to_y"
    assert list(answer.values) == [3.0, 3.5]


def test_no_examples_are_no_input(inference: Inference) -> None:
    for call in (
        inference.classify(HALF, "classify_x_to_y", []),
        inference.regress(HALF, "regress_x_to_y", []),
        inference.multi_inference([InferenceTask(HALF, "regress_x_to_y", REGRESS)], []),
    ):
        refused(call, StatusCode.INVALID_ARGUMENT, "Input is empty.")


def test_bytes_that_are_no_example_are_refused_by_the_model(inference: Inference) -> None:
    with pytest.raises(ServingError) as caught:
        asyncio.run(inference.regress(HALF, "regress_x_to_y", [b"no example"]))
    assert caught.value.code is StatusCode.INVALID_ARGUMENT
    assert caught.value.message.startswith("Could not parse example input, value: 'no example'")


def test_multi_inference_answers_every_task(inference: Inference) -> None:
    tasks = [
        InferenceTask(HALF, "regress_x_to_y", REGRESS),
        InferenceTask(HALF, "classify_x_to_y", CLASSIFY),
        InferenceTask(HALF, "regress_x_to_y2", REGRESS),
    ]
    first, second, third = asyncio.run(inference.multi_inference(tasks, [example(2), example(4)]))
    assert [answer.signature_name for answer in (first, second, third)] == [
        "regress_x_to_y",
        "classify_x_to_y",
        "regress_x_to_y2",
    ]
    assert list(first.values) == [3.0, 4.0]  # type: ignore[union-attr]
    assert second.classes == ((("", 3.0),), (("", 4.0),))  # type: ignore[union-attr]
    assert list(third.values) == [4.0, 5.0]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("tasks", "code", "text"),
    [
        (
            [("half_plus_two", "regress_x_to_y", REGRESS), ("", "", REGRESS)],
            StatusCode.INVALID_ARGUMENT,
            "Found ModelSpec with an empty model name.",
        ),
        (
            [("half_plus_two", "regress_x_to_y", REGRESS), ("dense", "", REGRESS)],
            StatusCode.INVALID_ARGUMENT,
            "All ModelSpecs in a MultiInferenceRequest must access the same model name.",
        ),
        (
            [("half_plus_two", "regress_x_to_y", REGRESS)] * 2,
            StatusCode.INVALID_ARGUMENT,
            "Duplicate evaluation of signature: regress_x_to_y",
        ),
        (
            [("half_plus_two", "nothing", REGRESS)],
            StatusCode.INVALID_ARGUMENT,
            "Requested signature not found in model graph: nothing",
        ),
        (
            [("half_plus_two", "", "tensorflow/serving/predict")],
            StatusCode.UNIMPLEMENTED,
            "Unsupported signature method_name: tensorflow/serving/predict",
        ),
    ],
)
def test_tasks_that_do_not_go_together_are_refused(
    inference: Inference, tasks: list[tuple[str, str, str]], code: StatusCode, text: str
) -> None:
    made = [InferenceTask(ModelReference(name), *rest) for name, *rest in tasks]
    refused(inference.multi_inference(made, [example(1)]), code, text)


def test_signatures_and_statuses_are_told(inference: Inference) -> None:
    model, signatures = inference.signatures(TWO)
    assert model == ServableId("two_by_two", 1)
    assert set(signatures["serving_default"].inputs) == {"weight", "count"}
    assert inference.signature(TWO, "") == signatures["serving_default"]
    assert [status.state for status in inference.statuses("dense")] == [VersionState.AVAILABLE]


Calls = list[tuple[str, str]]


@pytest.fixture
def with_defaults(two_by_two: Path, tmp_path: Path) -> Iterator[tuple[Inference, Calls]]:
    """Two by two, whose `count` is 12 where a request leaves it out; and calls that are told."""
    shutil.copytree(two_by_two / "1", tmp_path / "two_by_two" / "1")
    file = tmp_path / "two_by_two" / "1" / "saved_model.pb"
    saved = SavedModel.FromString(file.read_bytes())
    signature = saved.meta_graphs[0].signature_def["serving_default"]
    signature.defaults["count"].CopyFrom(tf.make_tensor_proto(np.array([12])))
    file.write_bytes(saved.SerializeToString())
    told: Calls = []
    with loaded(tmp_path / "two_by_two") as servables:
        calls = DirectCalls()
        yield (
            ModelInference(servables, calls, observe=lambda *call: told.append(call[:2])),
            told,
        )
        calls.close()


def test_an_input_may_have_a_default(with_defaults: tuple[Inference, Calls]) -> None:
    inference, told = with_defaults
    answer = asyncio.run(inference.predict(TWO, "", {"weight": floats(2)}))
    assert answer.outputs["product"].tolist() == [24.0]
    given = {"weight": floats(2), "count": np.array([1])}
    assert asyncio.run(inference.predict(TWO, "", given)).outputs["product"].tolist() == [2.0]
    assert told == [("two_by_two", "Predict")] * 2
    refused(
        inference.predict(TWO, "", {"count": np.array([1])}),
        StatusCode.INVALID_ARGUMENT,
        "Signature input alias: weight(feed name: serving_default_weight:0) not found in request"
        " and no default value provided. Inputs expected to be in the request {count},"
        " or default input alias set: count",
    )


def test_a_signature_of_no_known_method_is_refused_where_methods_are_checked() -> None:
    check_predict_signature(Signature(CLASSIFY, {}, {}))
    with pytest.raises(ServingError) as caught:
        check_predict_signature(Signature("mine", {}, {}))
    assert caught.value.code is StatusCode.INTERNAL
    assert caught.value.message == (
        "Expected prediction signature method_name to be one of {tensorflow/serving/predict, "
        "tensorflow/serving/classify, tensorflow/serving/regress}. Was: mine"
    )
