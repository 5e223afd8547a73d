"""The body of a `:predict` request: row form (`instances`) or column form (`inputs`).

Source: tensorflow_serving/util/json_tensor.cc (`FillPredictRequestFromJson`), g3doc/api_rest.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.rest_api import json_tensors, json_values
from pipeline_lib.serving.rest_api.json_text import value_text
from pipeline_lib.serving.servables.loader import Array, TensorSpec


def signature_name(document: Mapping[str, Any]) -> str:
    """The signature that a request names; empty if it names none.

    Raises:
        ServingError: INVALID_ARGUMENT, it is no text.
    """
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        raise _invalid(
            f"JSON Value: {value_text(document)} not formatted correctly."
            " 'signature_name' key must be a string value."
        )
    return name


def arrays(
    document: Mapping[str, Any], specs: Mapping[str, TensorSpec]
) -> tuple[dict[str, Array], bool]:
    """The inputs of a request by name, and whether it is in row form.

    Args:
        document: the request.
        specs: the inputs of the signature that it names.

    Raises:
        ServingError: INVALID_ARGUMENT, the document does not hold the inputs; UNIMPLEMENTED, an
            input has a type that JSON cannot express.
    """
    if not specs:
        name = signature_name(document) or "DEFAULT"
        raise _invalid(f"Failed to get input map for signature: {name}")
    if "instances" in document:
        _check_instances(document)
        return _rows(document["instances"], specs), True
    if "inputs" in document:
        return _columns(document["inputs"], specs), False
    raise _invalid("Missing 'inputs' or 'instances' key")


def _check_instances(document: Mapping[str, Any]) -> None:
    fault = ""
    if "inputs" in document:
        # The blank at the end is TensorFlow Serving's.
        fault = (
            "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist "
        )
    elif not isinstance(document["instances"], list):
        fault = "Excepting 'instances' to be an list/array"
    elif not document["instances"]:
        fault = "No values in 'instances' array"
    if fault:
        raise _invalid(f"JSON Value: {value_text(document)} {fault}")


def _columns(inputs: Any, specs: Mapping[str, TensorSpec]) -> dict[str, Array]:
    if not isinstance(inputs, dict) or json_values.is_base64(inputs):
        if len(specs) > 1:
            raise _invalid(
                "inputs is a plain value/list, but expecting an object as multiple input tensors"
                " required as per tensorinfo_map"
            )
        inputs = dict.fromkeys(specs, inputs)
    found = {}
    for name, spec in specs.items():
        if name not in inputs:
            raise _invalid(f"Missing named input: {name} in 'inputs' object.")
        found[name] = json_tensors.whole_tensor(inputs[name], spec.dtype)
    return found


def _rows(instances: list[Any], specs: Mapping[str, TensorSpec]) -> dict[str, Array]:
    first = instances[0]
    if not isinstance(first, dict) and len(specs) > 1:
        raise _invalid(
            "instances is a plain list, but expecting list of objects as multiple input tensors"
            " required as per tensorinfo_map"
        )
    if _is_object(first):
        columns = _object_columns(instances, specs)
    else:
        columns = {next(iter(specs)): instances}
    if columns is not None:
        try:
            return {
                name: json_tensors.whole_tensor(column, specs[name].dtype)
                for name, column in columns.items()
            }
        except ServingError:
            pass
    return _Rows(specs).read(instances)  # tells which instance is wrong, and how


def _object_columns(
    instances: list[Any], specs: Mapping[str, TensorSpec]
) -> dict[str, list[Any]] | None:
    """The values of each input, or `None` if an instance does not have exactly the inputs."""
    if all(isinstance(one, dict) and one.keys() == specs.keys() for one in instances):
        return {name: [one[name] for one in instances] for name in specs}
    return None


class _Rows:
    """Reads instances one by one, as TensorFlow Serving does, to say what is wrong with which."""

    def __init__(self, specs: Mapping[str, TensorSpec]) -> None:
        self._specs = specs
        self._values: dict[str, list[Any]] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._sizes: dict[str, int] = {}

    def read(self, instances: list[Any]) -> dict[str, Array]:
        of_objects = _is_object(instances[0])
        for number, instance in enumerate(instances):
            if of_objects:
                self._add_object(number, instance)
            elif _is_object(instance):
                raise _invalid(
                    f"Expecting value/list but got object at item {number} of input list"
                )
            else:
                place = f"Failed to process element: {number} of 'instances' list."
                self._add(place, next(iter(self._specs)), instance)
        return {
            name: json_tensors.joined(
                values, (len(instances), *self._shapes[name]), self._specs[name].dtype
            )
            for name, values in self._values.items()
        }

    def _add_object(self, number: int, instance: Any) -> None:
        if not _is_object(instance):
            raise _invalid(f"Expecting object but got list at item {number} of input list")
        for name, value in instance.items():
            place = f"Failed to process element: {number} key: {name} of 'instances' list."
            self._add(place, name, value)
        if instance.keys() != self._specs.keys():
            raise _invalid(
                f"Failed to process element: {number} of 'instances' list. JSON object:"
                f" {value_text(instance)} keys must be equal to: {','.join(sorted(self._specs))}"
            )

    def _add(self, place: str, name: str, value: Any) -> None:
        try:
            self._add_item(name, value)
        except ServingError as error:
            raise _invalid(f"{place} Error: {error.code.name}: {error.message}") from None

    def _add_item(self, name: str, value: Any) -> None:
        if name not in self._specs:
            raise _invalid(f"JSON object: does not have named input: {name}")
        shape = json_tensors.nested_shape(value, json_tensors.MOST_DIMENSIONS - 1)
        values = json_tensors.flat_values(value, shape, self._specs[name].dtype)
        size = self._sizes.setdefault(name, len(values))
        expected = self._shapes.setdefault(name, shape)
        if len(values) != size:
            raise _invalid(f"Expecting tensor size: {size} but got: {len(values)}")
        if shape != expected:
            raise _invalid(f"Expecting shape {_shape(expected)} but got: {_shape(shape)}")
        self._values.setdefault(name, []).extend(values)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and not json_values.is_base64(value)


def _shape(shape: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, shape))}]"


def _invalid(message: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, message)
