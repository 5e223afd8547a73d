"""`Regress`: which signatures can do it, and what their output means.

Source: tensorflow_serving/servables/tensorflow/regressor.cc.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline_lib.serving.api.data_types import FLOAT, data_type, enum_name
from pipeline_lib.serving.api.examples import INPUTS
from pipeline_lib.serving.api.model_metadata import signature_def
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.loader import Array, Signature

REGRESS = "tensorflow/serving/regress"
"""The method name of a signature that was exported to make numbers."""

OUTPUTS = "outputs"


def check_regress_signature(signature: Signature, check_method_name: bool) -> tuple[str, ...]:
    """Check that a signature makes one number of each example.

    Returns:
        The output to ask it for.

    Raises:
        ServingError: INVALID_ARGUMENT, it does not.
    """
    if check_method_name and signature.method_name != REGRESS:
        raise _invalid(
            f"Expected regression signature method_name to be {REGRESS}."
            f" Was: {signature.method_name}"
        )
    if len(signature.inputs) != 1:
        raise _invalid("Expected one input Tensor.")
    if len(signature.outputs) != 1:
        raise _invalid("Expected one output Tensor.")
    if INPUTS not in signature.inputs:
        raise _invalid(f"No regression inputs found in SignatureDef: {signature_def(signature)}")
    if OUTPUTS not in signature.outputs:
        raise _invalid(f"No regression outputs found in SignatureDef: {signature_def(signature)}")
    return (OUTPUTS,)


def values_of(outputs: Mapping[str, Array], num_examples: int) -> tuple[float, ...]:
    """The number that the output says of each example.

    Raises:
        ServingError: INVALID_ARGUMENT, the output is not `[batch_size]` or `[batch_size, 1]`.
    """
    array = outputs[OUTPUTS]
    if not (array.ndim == 1 or (array.ndim == 2 and array.shape[1] == 1)):
        shape = ",".join(map(str, array.shape))
        raise _invalid(
            "Expected output Tensor shape to be either [batch_size] or [batch_size, 1]"
            f" but got [{shape}]"
        )
    if len(array) != num_examples:
        raise _invalid(
            f"Input batch size did not match output batch size: {num_examples} vs. {len(array)}"
        )
    if data_type(array) != FLOAT:
        raise _invalid(f"Expected output Tensor of DT_FLOAT.  Got: {enum_name(data_type(array))}")
    return tuple(array.ravel().tolist())


def _invalid(text: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, text)
