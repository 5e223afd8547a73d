"""What a model server has answered, as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from tensorflow_serving.apis.classification_pb2 import ClassificationResponse
from tensorflow_serving.apis.predict_pb2 import PredictResponse

from pipeline_lib.serving.api.tensor_protos import to_array
from pipeline_lib.serving.servables.loader import Array


@dataclass(frozen=True)
class Answer:
    """The answer to a request.

    Attributes:
        version: the version of the model that answered.
        arrays: by the name of the output; `classes` and `scores` of a classification, `outputs` of
            a regression.
    """

    version: int
    arrays: Mapping[str, Array]

    def outputs_that_are_no_numbers(self) -> Iterator[tuple[str, str]]:
        """Names of outputs with a value that no number is, and that value: `NaN` or `Inf`."""
        for name, array in sorted(self.arrays.items()):
            if array.dtype == object or array.dtype.names or not array.size:
                continue
            values = array if np.iscomplexobj(array) else array.astype(np.float64)
            if np.isnan(values).any():
                yield name, "NaN"
            elif np.isinf(values).any():
                yield name, "Inf"


def answer_of(response: Any) -> Answer:
    """The answer in the response message of Predict, Classify or Regress.

    Raises:
        ServingError: an output is no tensor that can be read.
    """
    version = response.model_spec.version.value
    if isinstance(response, PredictResponse):
        arrays = {name: to_array(tensor) for name, tensor in response.outputs.items()}
    elif isinstance(response, ClassificationResponse):
        arrays = _classifications(response.result)
    else:
        values = [regression.value for regression in response.result.regressions]
        arrays = {"outputs": np.array(values, np.float32)}
    return Answer(version, arrays)


def _classifications(result: Any) -> dict[str, Array]:
    rows = [list(one.classes) for one in result.classifications]
    return {
        "classes": np.array([[c.label for c in row] for row in rows], object),
        "scores": np.array([[c.score for c in row] for row in rows], np.float32),
    }
