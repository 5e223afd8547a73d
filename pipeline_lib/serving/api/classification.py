"""`Classify`: which signatures can do it, and what their outputs mean.

Source: tensorflow_serving/servables/tensorflow/classifier.cc.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline_lib.serving.api.data_types import FLOAT, STRING, data_type, enum_name
from pipeline_lib.serving.api.examples import INPUTS
from pipeline_lib.serving.api.model_metadata import signature_def
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.loader import Array, Signature

CLASSIFY = "tensorflow/serving/classify"
"""The method name of a signature that was exported to classify."""

CLASSES = "classes"
SCORES = "scores"

Classes = tuple[tuple[tuple[str, float], ...], ...]
"""For each example, pairs of label and score."""


def check_classify_signature(signature: Signature, check_method_name: bool) -> tuple[str, ...]:
    """Check that a signature can classify.

    Returns:
        The outputs to ask it for: `classes`, `scores` or both.

    Raises:
        ServingError: INVALID_ARGUMENT, it cannot.
    """
    if check_method_name and signature.method_name != CLASSIFY:
        raise _invalid(
            f"Expected classification signature method_name to be {CLASSIFY}."
            f" Was: {signature.method_name}"
        )
    if len(signature.inputs) != 1:
        raise _invalid("Expected one input Tensor.")
    if len(signature.outputs) not in (1, 2):
        raise _invalid(f"Expected one or two output Tensors, found {len(signature.outputs)}")
    if INPUTS not in signature.inputs:
        raise _invalid(
            f"No classification inputs found in SignatureDef: {signature_def(signature)}"
        )
    wanted = tuple(name for name in (CLASSES, SCORES) if name in signature.outputs)
    if not wanted:
        raise _invalid(
            "Expected classification signature outputs to contain at least one of"
            f' "{CLASSES}" or "{SCORES}". Signature was: {signature_def(signature)}'
        )
    return wanted


def classes_of(outputs: Mapping[str, Array], num_examples: int) -> Classes:
    """What the outputs of a signature that classifies say of each example.

    Raises:
        ServingError: INVALID_ARGUMENT, the outputs are not `[batch_size num_classes]`.
    """
    labels, scores = outputs.get(CLASSES), outputs.get(SCORES)
    if labels is not None:
        _check_output(CLASSES, labels, STRING, num_examples)
    if scores is not None:
        _check_output(SCORES, scores, FLOAT, num_examples)
    if labels is not None and scores is not None and labels.shape[1] != scores.shape[1]:
        raise _invalid(
            "Tensors class and score should match in dim_size(1)."
            f" Got {labels.shape[1]} vs. {scores.shape[1]}"
        )
    some = labels if labels is not None else scores
    assert some is not None  # one of them at least is an output, or it would not have been called
    texts = [[""] * some.shape[1]] * num_examples if labels is None else _texts(labels)
    numbers = [[0.0] * some.shape[1]] * num_examples if scores is None else scores.tolist()
    return tuple(tuple(zip(*row, strict=True)) for row in zip(texts, numbers, strict=True))


def _texts(labels: Array) -> list[list[str]]:
    return [[label.decode(errors="replace") for label in row] for row in labels.tolist()]


def _check_output(name: str, array: Array, number: int, num_examples: int) -> None:
    if array.ndim != 2:
        shape = ",".join(map(str, array.shape))
        raise _invalid(f"Expected Tensor shape: [batch_size num_classes] but got [{shape}]")
    if data_type(array) != number:
        raise _invalid(
            f"Expected {name} Tensor of {enum_name(number)}. Got: {enum_name(data_type(array))}"
        )
    if len(array) != num_examples:
        raise _invalid(f"Expected {name} output batch size of {num_examples}. Got: {len(array)}")


def _invalid(text: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, text)
