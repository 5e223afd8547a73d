"""`MultiInference`: several signatures are asked about the same examples.

Source: tensorflow_serving/servables/tensorflow/multi_inference.cc.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline_lib.serving.api.classification import CLASSIFY, check_classify_signature
from pipeline_lib.serving.api.inference import DEFAULT_SIGNATURE, InferenceTask
from pipeline_lib.serving.api.regression import REGRESS, check_regress_signature
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.loader import Signature


def check_tasks(
    tasks: Sequence[InferenceTask], signatures: Mapping[str, Signature], check_method_names: bool
) -> None:
    """Check that the tasks can be answered together by one version of one model.

    Raises:
        ServingError: INVALID_ARGUMENT, they cannot; UNIMPLEMENTED, a task neither classifies nor
            regresses.
    """
    seen: set[str] = set()
    input_tensors: set[str] = set()
    for task in tasks:
        _check_model(task, tasks[0])
        name = task.signature_name or DEFAULT_SIGNATURE
        if name in seen:
            raise _invalid(f"Duplicate evaluation of signature: {name}")
        seen.add(name)
        if name not in signatures:
            raise _invalid(f"Requested signature not found in model graph: {name}")
        _check_signature(task, signatures[name], check_method_names)
        input_tensors.update(spec.name for spec in signatures[name].inputs.values())
        if len(input_tensors) > 1:
            raise _invalid("Input tensor must be the same for all Signatures.")


def _check_model(task: InferenceTask, first: InferenceTask) -> None:
    if not task.model.name:
        raise _invalid("Found ModelSpec with an empty model name.")
    if task.model.name != first.model.name:
        raise _invalid("All ModelSpecs in a MultiInferenceRequest must access the same model name.")


def _check_signature(task: InferenceTask, signature: Signature, check_method_name: bool) -> None:
    if task.method_name == CLASSIFY:
        check_classify_signature(signature, check_method_name)
    elif task.method_name == REGRESS:
        check_regress_signature(signature, check_method_name)
    else:
        raise ServingError(
            StatusCode.UNIMPLEMENTED, f"Unsupported signature method_name: {task.method_name}"
        )


def _invalid(text: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, text)
