"""The seam between the two front ends and the models: one method for each kind of request.

Values are plain here: arrays by name, serialized `tf.train.Example`s, numbers. What a front end
adds is how they are spoken: `TensorProto` (gRPC) or JSON (REST).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from pipeline_lib.serving.servables.loader import Array, Signature
from pipeline_lib.serving.servables.servable import ModelReference, ServableId, VersionStatus

DEFAULT_SIGNATURE = "serving_default"
"""The signature that a request means which names none."""


class Prediction(NamedTuple):
    """The answer to `Predict`.

    Attributes:
        model: the version that answered.
        signature_name: the signature that was called.
        outputs: arrays by the name of the output.
    """

    model: ServableId
    signature_name: str
    outputs: Mapping[str, Array]


@dataclass(frozen=True)
class Classification:
    """The answer to `Classify`: for each example, pairs of label and score."""

    model: ServableId
    signature_name: str
    classes: Sequence[Sequence[tuple[str, float]]]


@dataclass(frozen=True)
class Regression:
    """The answer to `Regress`: a number for each example."""

    model: ServableId
    signature_name: str
    values: Sequence[float]


@dataclass(frozen=True)
class InferenceTask:
    """One of the questions of a `MultiInference`.

    Attributes:
        model: the model that is asked, the same for all tasks of a request.
        signature_name: the signature that is called.
        method_name: `tensorflow/serving/classify` or `tensorflow/serving/regress`.
    """

    model: ModelReference
    signature_name: str
    method_name: str


class Inference(Protocol):
    """Answers requests. An empty `signature_name` means `serving_default`.

    Every method raises `ServingError` with TensorFlow Serving's code and text.
    """

    def signature(self, reference: ModelReference, signature_name: str) -> Signature:
        """The signature that a request means; a front end that needs types reads them here."""

    async def predict(
        self,
        reference: ModelReference,
        signature_name: str,
        inputs: Mapping[str, Array],
        outputs: Sequence[str] = (),
    ) -> Prediction:
        """Call a signature with arrays; `outputs` names the wanted ones, all where it is empty."""

    async def classify(
        self, reference: ModelReference, signature_name: str, examples: Sequence[bytes]
    ) -> Classification:
        """Classify serialized examples."""

    async def regress(
        self, reference: ModelReference, signature_name: str, examples: Sequence[bytes]
    ) -> Regression:
        """Make a number of each serialized example."""

    async def multi_inference(
        self, tasks: Sequence[InferenceTask], examples: Sequence[bytes]
    ) -> tuple[Classification | Regression, ...]:
        """Answer several questions about the same serialized examples, by one version."""

    def signatures(self, reference: ModelReference) -> tuple[ServableId, Mapping[str, Signature]]:
        """The version that a request means, and all its signatures."""

    def statuses(self, name: str, version: int | None = None) -> tuple[VersionStatus, ...]:
        """How the versions of a model stand, the newest first."""
