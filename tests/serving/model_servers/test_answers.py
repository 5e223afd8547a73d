"""Answers as arrays, and which of them hold what no number is."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest
from tensorflow_serving.apis.classification_pb2 import ClassificationResponse
from tensorflow_serving.apis.regression_pb2 import RegressionResponse

from pipeline_lib.serving.model_servers.answers import Answer, answer_of


@pytest.mark.parametrize(
    ("array", "found"),
    [
        (np.array([1.0, np.nan]), "NaN"),
        (np.array([1.0, -np.inf], np.float16), "Inf"),
        (np.array([np.inf], ml_dtypes.bfloat16), "Inf"),
        (np.array([complex(0, np.nan)]), "NaN"),
        (np.array([np.inf, np.nan]), "NaN"),
        (np.array([3e38], np.float32), None),
        (np.array([2**62]), None),
        (np.array([True]), None),
        (np.array([b"NaN"], object), None),
        (np.array([]), None),
    ],
)
def test_what_is_no_number(array: np.ndarray, found: str | None) -> None:  # type: ignore[type-arg]
    answer = Answer(1, {"y": array, "z": np.zeros(2)})
    assert list(answer.outputs_that_are_no_numbers()) == ([("y", found)] if found else [])


def test_classifications() -> None:
    response = ClassificationResponse()
    response.model_spec.version.value = 3
    for score in (0.25, float("nan")):
        row = response.result.classifications.add()
        row.classes.add(label="yes", score=score)
        row.classes.add(label="no", score=0.5)
    answer = answer_of(response)
    assert answer.version == 3
    assert answer.arrays["classes"].tolist() == [["yes", "no"]] * 2
    assert answer.arrays["scores"][0].tolist() == [0.25, 0.5]
    assert list(answer.outputs_that_are_no_numbers()) == [("scores", "NaN")]


def test_regressions() -> None:
    response = RegressionResponse()
    response.result.regressions.add(value=float("inf"))
    assert list(answer_of(response).outputs_that_are_no_numbers()) == [("outputs", "Inf")]
