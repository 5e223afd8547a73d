"""The checks of `Predict`: the signature, names and types of the inputs, names of the outputs.

Source: tensorflow_serving/servables/tensorflow/predict_util.cc, and `GetInputValues` of
tensorflow/cc/saved_model/util.cc. Shapes are not compared with the signature's, as TensorFlow
Serving does not: the model says which it cannot use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipeline_lib.serving.api.classification import CLASSIFY
from pipeline_lib.serving.api.data_types import NUMPY_TYPES, data_type, type_name
from pipeline_lib.serving.api.regression import REGRESS
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.loader import Array, Signature

_METHODS = ("tensorflow/serving/predict", CLASSIFY, REGRESS)


def check_predict_signature(signature: Signature) -> None:
    """Check that a signature was exported to be called.

    Raises:
        ServingError: INTERNAL, it was not.
    """
    if signature.method_name not in _METHODS:
        raise ServingError(
            StatusCode.INTERNAL,
            f"Expected prediction signature method_name to be one of {{{', '.join(_METHODS)}}}."
            f" Was: {signature.method_name}",
        )


def checked_inputs(signature: Signature, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
    """The inputs of a signature: those of a request, and its defaults for those left out.

    Raises:
        ServingError: INVALID_ARGUMENT, some are missing, are others, or have another type.
    """
    wanted = signature.inputs
    if inputs.keys() != wanted.keys():
        inputs = _with_defaults(signature, inputs)
    for name, array in inputs.items():
        if array.dtype != NUMPY_TYPES.get(wanted[name].dtype):
            raise _wrong_type(signature, inputs)
    return inputs


def check_outputs(signature: Signature, outputs: Sequence[str]) -> None:
    """Check that the outputs which a request wants are those of the signature, each named once.

    Raises:
        ServingError: INVALID_ARGUMENT, they are not.
    """
    seen: set[str] = set()
    for name in outputs:
        if name not in signature.outputs:
            raise _invalid(
                f"output tensor alias not found in signature: {name}"
                f" Outputs expected to be in the set {{{_names(signature.outputs)}}}."
            )
        if name in seen:
            raise _invalid(f"duplicate output tensor alias: {name}")
        seen.add(name)


def _with_defaults(signature: Signature, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
    sent, wanted, defaults = inputs.keys(), signature.inputs.keys(), signature.defaults
    if len(sent) > len(wanted) or (len(sent) < len(wanted) and not defaults):
        raise _invalid(
            f"input size does not match signature: {len(sent)}!={len(wanted)}"
            f" len({{{_names(sent)}}}) != len({{{_names(wanted)}}})."
            f" Sent extra: {{{_names(sent - wanted)}}}."
            f" Missing but required: {{{_names(wanted - sent)}}}."
        )
    for missing in sorted(wanted - sent - defaults.keys()):
        raise _invalid(
            f"Signature input alias: {missing}(feed name: {signature.inputs[missing].name})"
            " not found in request and no default value provided."
            f" Inputs expected to be in the request {{{_names(sent)}}},"
            f" or default input alias set: {_names(defaults)}"
        )
    return {name: inputs[name] if name in inputs else defaults[name] for name in wanted}


def _wrong_type(signature: Signature, inputs: Mapping[str, Array]) -> ServingError:
    """The text of a TensorFlow session, which counts its inputs in the order of tensor names."""
    ordered = sorted(signature.inputs.items(), key=lambda item: item[1].name)
    index, sent, wanted = next(
        (index, data_type(inputs[name]), spec.dtype)
        for index, (name, spec) in enumerate(ordered)
        if inputs[name].dtype != NUMPY_TYPES.get(spec.dtype)
    )
    return _invalid(
        f"Expects arg[{index}] to be {type_name(wanted)} but {type_name(sent)} is provided"
    )


def _names(names: Iterable[str]) -> str:
    return ",".join(sorted(names))


def _invalid(text: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, text)
