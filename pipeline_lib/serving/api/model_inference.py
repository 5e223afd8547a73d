"""What a request means: a version is found, names and types are checked, the model is called.

Source: tensorflow_serving/servables/tensorflow: predict_util.cc, classifier.cc, regressor.cc and
multi_inference.cc, for the order of the checks, their codes and their texts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from pipeline_lib.serving.api.calls import ModelCalls
from pipeline_lib.serving.api.classification import (
    CLASSIFY,
    check_classify_signature,
    classes_of,
)
from pipeline_lib.serving.api.examples import INPUTS, examples_tensor
from pipeline_lib.serving.api.inference import (
    DEFAULT_SIGNATURE,
    Classification,
    InferenceTask,
    Prediction,
    Regression,
)
from pipeline_lib.serving.api.multi_inference import check_tasks
from pipeline_lib.serving.api.prediction import (
    check_outputs,
    check_predict_signature,
    checked_inputs,
)
from pipeline_lib.serving.api.regression import check_regress_signature, values_of
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.handles import Handle, Servables
from pipeline_lib.serving.servables.loader import Array, Signature
from pipeline_lib.serving.servables.servable import ModelReference, ServableId, VersionStatus


class ModelInference:
    """Answers requests with the versions that are served; an `Inference`.

    Args:
        servables: the versions that are served.
        calls: how a model is called.
        check_method_names: refuse to classify or regress with a signature that was not exported
            for it (`--enable_signature_method_name_check`); without it, fitting inputs and outputs
            are enough, as native models of TensorFlow 2 need it.
        observe: told of each call of a model: its name, `Predict`, `Classify`, `Regress` or
            `MultiInference`, and the seconds that it took.
    """

    def __init__(
        self,
        servables: Servables,
        calls: ModelCalls,
        *,
        check_method_names: bool = False,
        observe: Callable[[str, str, float], None] | None = None,
    ) -> None:
        self._servables = servables
        self._calls = calls
        self._check_method_names = check_method_names
        self._observe = observe

    def signature(self, reference: ModelReference, signature_name: str) -> Signature:
        """See `Inference.signature`."""
        with self._servables.handle(reference) as handle:
            return _predict_signature(handle, signature_name or DEFAULT_SIGNATURE)

    async def predict(
        self,
        reference: ModelReference,
        signature_name: str,
        inputs: Mapping[str, Array],
        outputs: Sequence[str] = (),
    ) -> Prediction:
        """See `Inference.predict`."""
        name = signature_name or DEFAULT_SIGNATURE
        with self._servables.handle(reference) as handle:
            signature = _predict_signature(handle, name)
            if self._check_method_names:
                check_predict_signature(signature)
            inputs = checked_inputs(signature, inputs)
            if outputs:
                check_outputs(signature, outputs)
                outputs = sorted(outputs)  # one order for all, as models keep what they prepared
            answer = await self._run("Predict", handle, name, inputs, outputs)
            return Prediction(handle.id, name, answer)

    async def classify(
        self, reference: ModelReference, signature_name: str, examples: Sequence[bytes]
    ) -> Classification:
        """See `Inference.classify`."""
        with self._servables.handle(reference) as handle:
            name = signature_name or DEFAULT_SIGNATURE
            return await self._classify("Classify", handle, name, examples)

    async def regress(
        self, reference: ModelReference, signature_name: str, examples: Sequence[bytes]
    ) -> Regression:
        """See `Inference.regress`."""
        with self._servables.handle(reference) as handle:
            name = signature_name or DEFAULT_SIGNATURE
            return await self._regress("Regress", handle, name, examples)

    async def multi_inference(
        self, tasks: Sequence[InferenceTask], examples: Sequence[bytes]
    ) -> tuple[Classification | Regression, ...]:
        """See `Inference.multi_inference`."""
        with self._servables.handle(tasks[0].model if tasks else ModelReference("")) as handle:
            check_tasks(tasks, handle.servable.signatures, self._check_method_names)
            answers = []
            for task in tasks:
                answer = self._classify if task.method_name == CLASSIFY else self._regress
                name = task.signature_name or DEFAULT_SIGNATURE
                answers.append(await answer("MultiInference", handle, name, examples))
            return tuple(answers)

    def signatures(self, reference: ModelReference) -> tuple[ServableId, Mapping[str, Signature]]:
        """See `Inference.signatures`."""
        with self._servables.handle(reference) as handle:
            return handle.id, handle.servable.signatures

    def statuses(self, name: str, version: int | None = None) -> tuple[VersionStatus, ...]:
        """See `Inference.statuses`."""
        return self._servables.statuses(name, version)

    async def _classify(
        self, api: str, handle: Handle, name: str, examples: Sequence[bytes]
    ) -> Classification:
        signature = _example_signature(handle, name)
        wanted = check_classify_signature(signature, self._check_method_names)
        inputs = checked_inputs(signature, {INPUTS: examples_tensor(examples)})
        answer = await self._run(api, handle, name, inputs, wanted)
        return Classification(handle.id, name, classes_of(answer, len(examples)))

    async def _regress(
        self, api: str, handle: Handle, name: str, examples: Sequence[bytes]
    ) -> Regression:
        signature = _example_signature(handle, name)
        wanted = check_regress_signature(signature, self._check_method_names)
        inputs = checked_inputs(signature, {INPUTS: examples_tensor(examples)})
        answer = await self._run(api, handle, name, inputs, wanted)
        return Regression(handle.id, name, values_of(answer, len(examples)))

    async def _run(
        self,
        api: str,
        handle: Handle,
        name: str,
        inputs: Mapping[str, Array],
        outputs: Sequence[str],
    ) -> dict[str, Array]:
        start = time.perf_counter()
        answer = await self._calls.run(handle, name, inputs, outputs)
        if self._observe is not None:
            self._observe(handle.id.name, api, time.perf_counter() - start)
        return answer


def _predict_signature(handle: Handle, name: str) -> Signature:
    signature = handle.servable.signatures.get(name)
    if signature is None:
        raise ServingError(
            StatusCode.FAILED_PRECONDITION, f'Serving signature key "{name}" not found.'
        )
    return signature


def _example_signature(handle: Handle, name: str) -> Signature:
    signature = handle.servable.signatures.get(name)
    if signature is None:
        raise ServingError(
            StatusCode.INVALID_ARGUMENT, f"No signature was found with the name: {name}"
        )
    return signature
