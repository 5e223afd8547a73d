from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline_lib.serving.api.classification import check_classify_signature, classes_of
from pipeline_lib.serving.api.inference import InferenceTask
from pipeline_lib.serving.api.multi_inference import check_tasks
from pipeline_lib.serving.api.regression import check_regress_signature, values_of
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.loader import Signature, TensorSpec
from pipeline_lib.serving.servables.servable import ModelReference
from tests.whole_message import raises

PREDICT = "tensorflow/serving/predict"
TEXTS = TensorSpec("in:0", 7, (-1,))
NUMBERS = TensorSpec("out:0", 1, (-1,))


def signature(
    inputs: tuple[str, ...], outputs: tuple[str, ...], method: str = PREDICT
) -> Signature:
    return Signature(method, dict.fromkeys(inputs, TEXTS), dict.fromkeys(outputs, NUMBERS))


def floats(*shape: int) -> Any:
    return np.zeros(shape, np.float32)


def labels(*shape: int) -> Any:
    return np.full(shape, b"a", object)


def test_a_signature_that_fits_can_classify_whatever_its_method() -> None:
    assert check_classify_signature(signature(("inputs",), ("scores",)), False) == ("scores",)
    assert check_classify_signature(signature(("inputs",), ("scores", "classes")), False) == (
        "classes",
        "scores",
    )


def test_a_signature_that_fits_can_regress_whatever_its_method() -> None:
    assert check_regress_signature(signature(("inputs",), ("outputs",)), False) == ("outputs",)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (signature(("a", "b"), ("scores",)), "Expected one input Tensor."),
        (
            signature(("inputs",), ("a", "b", "c")),
            "Expected one or two output Tensors, found 3",
        ),
        (
            signature(("a",), ("scores",)),
            "No classification inputs found in SignatureDef: ",
        ),
        (
            signature(("inputs",), ("a",)),
            "Expected classification signature outputs to contain at least one of"
            ' "classes" or "scores". Signature was: ',
        ),
    ],
)
def test_other_signatures_cannot_classify(wrong: Signature, text: str) -> None:
    with pytest.raises(ServingError) as caught:
        check_classify_signature(wrong, False)
    assert caught.value.code is StatusCode.INVALID_ARGUMENT
    assert caught.value.message == text + (_shown(wrong) if text.endswith(": ") else "")


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (signature(("a", "b"), ("outputs",)), "Expected one input Tensor."),
        (signature(("inputs",), ("a", "b")), "Expected one output Tensor."),
        (signature(("a",), ("outputs",)), "No regression inputs found in SignatureDef: "),
        (signature(("inputs",), ("a",)), "No regression outputs found in SignatureDef: "),
    ],
)
def test_other_signatures_cannot_regress(wrong: Signature, text: str) -> None:
    with pytest.raises(ServingError) as caught:
        check_regress_signature(wrong, False)
    assert caught.value.code is StatusCode.INVALID_ARGUMENT
    assert caught.value.message == text + (_shown(wrong) if text.endswith(": ") else "")


def _shown(of: Signature) -> str:
    """The message of a signature with one input and one output."""
    (input_name,), (output_name,) = of.inputs, of.outputs

    def field(kind: str, name: str, tensor: str, dtype: str) -> str:
        return (
            f'{kind} {{\n  key: "{name}"\n  value {{\n    name: "{tensor}"\n    dtype: {dtype}\n'
            "    tensor_shape {\n      dim {\n        size: -1\n      }\n    }\n  }\n}\n"
        )

    return (
        field("inputs", input_name, "in:0", "DT_STRING")
        + field("outputs", output_name, "out:0", "DT_FLOAT")
        + f'method_name: "{of.method_name}"\n'
    )


def test_the_method_is_checked_if_the_server_is_told_so() -> None:
    with raises(
        ServingError,
        "Expected classification signature method_name to be tensorflow/serving/classify."
        " Was: tensorflow/serving/predict",
    ):
        check_classify_signature(signature(("inputs",), ("scores",)), True)
    with raises(
        ServingError,
        "Expected regression signature method_name to be tensorflow/serving/regress."
        " Was: tensorflow/serving/predict",
    ):
        check_regress_signature(signature(("inputs",), ("outputs",)), True)


@pytest.mark.parametrize(
    ("outputs", "text"),
    [
        (
            {"scores": floats(2)},
            "Expected Tensor shape: [batch_size num_classes] but got [2]",
        ),
        (
            {"classes": labels(2, 1, 3)},
            "Expected Tensor shape: [batch_size num_classes] but got [2,1,3]",
        ),
        (
            {"scores": floats(2, 1).astype(int)},
            "Expected scores Tensor of DT_FLOAT. Got: DT_INT64",
        ),
        ({"classes": floats(2, 1)}, "Expected classes Tensor of DT_STRING. Got: DT_FLOAT"),
        ({"scores": floats(3, 1)}, "Expected scores output batch size of 2. Got: 3"),
        ({"classes": labels(1, 1)}, "Expected classes output batch size of 2. Got: 1"),
        (
            {"classes": labels(2, 2), "scores": floats(2, 3)},
            "Tensors class and score should match in dim_size(1). Got 2 vs. 3",
        ),
    ],
)
def test_outputs_that_are_no_classes_are_refused(outputs: dict[str, Any], text: str) -> None:
    with pytest.raises(ServingError) as caught:
        classes_of(outputs, 2)
    assert (caught.value.code, caught.value.message) == (StatusCode.INVALID_ARGUMENT, text)


def test_labels_alone_have_no_scores() -> None:
    assert classes_of({"classes": labels(1, 2)}, 1) == ((("a", 0.0), ("a", 0.0)),)


def test_a_label_that_is_no_text_is_shown_as_far_as_it_goes() -> None:
    assert classes_of({"classes": np.array([[b"a\xff"]], object)}, 1) == ((("a\ufffd", 0.0),),)


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (
            floats(2, 3),
            "Expected output Tensor shape to be either [batch_size] or [batch_size, 1]"
            " but got [2,3]",
        ),
        (
            floats(),
            "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got []",
        ),
        (floats(3), "Input batch size did not match output batch size: 2 vs. 3"),
        (
            floats(2).astype(np.float64),
            "Expected output Tensor of DT_FLOAT.  Got: DT_DOUBLE",
        ),
    ],
)
def test_outputs_that_are_no_numbers_of_examples_are_refused(array: Any, text: str) -> None:
    with pytest.raises(ServingError) as caught:
        values_of({"outputs": array}, 2)
    assert (caught.value.code, caught.value.message) == (StatusCode.INVALID_ARGUMENT, text)


def test_tasks_must_read_the_same_tensor() -> None:
    other = TensorSpec("other:0", 7, (-1,))
    signatures = {
        "one": Signature(PREDICT, {"inputs": TEXTS}, {"outputs": NUMBERS}),
        "two": Signature(PREDICT, {"inputs": other}, {"outputs": NUMBERS}),
    }
    tasks = [
        InferenceTask(ModelReference("m"), name, "tensorflow/serving/regress")
        for name in signatures
    ]
    with raises(ServingError, "Input tensor must be the same for all Signatures."):
        check_tasks(tasks, signatures, False)
