"""The run's parameters as those of a Kubeflow pipeline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline_lib import ir
from pipeline_lib.errors import UnsupportedError
from pipeline_lib.ir.frozen import thaw
from pipeline_lib.runners.kubeflow.spec import cel

BOOLEAN, LIST, STRING, STRUCT = "BOOLEAN", "LIST", "STRING", "STRUCT"
_TYPES: Mapping[ir.ParameterType, str] = {
    ir.ParameterType.INT: "NUMBER_INTEGER",
    ir.ParameterType.FLOAT: "NUMBER_DOUBLE",
    ir.ParameterType.STRING: STRING,
    ir.ParameterType.PATH: STRING,
    ir.ParameterType.BOOL: BOOLEAN,
    ir.ParameterType.LIST: LIST,
    ir.ParameterType.DICT: STRUCT,
}


def kubeflow_type(declared: ir.ParameterType) -> str:
    """Kubeflow's type of a parameter, of which it is known whether it is a list or a dict."""
    return _TYPES[declared]


def input_definitions(pipeline: ir.Pipeline) -> dict[str, dict[str, Any]]:
    """The runtime parameters as inputs of the pipeline.

    Raises:
        UnsupportedError: Kubeflow has no type for one, or cannot hold its default.
    """
    return {one.name: _definition(one, pipeline) for one in pipeline.runtime_parameters}


def _definition(parameter: ir.RuntimeParameter, pipeline: ir.Pipeline) -> dict[str, Any]:
    definition: dict[str, Any] = {"parameterType": _type(parameter, pipeline)}
    if parameter.default is not None:
        value = thaw(parameter.default.value)
        _check_held(value, parameter, pipeline)
        definition |= {"defaultValue": value, "isOptional": True}
    if parameter.description:
        definition["description"] = parameter.description
    return definition


def _type(parameter: ir.RuntimeParameter, pipeline: ir.Pipeline) -> str:
    if parameter.type in _TYPES:
        return _TYPES[parameter.type]
    named = f"Runtime parameter {parameter.name!r} of pipeline {pipeline.name!r}"
    if parameter.type is not ir.ParameterType.JSON:
        raise UnsupportedError(
            f"{named} is the {parameter.type.value}, for which Kubeflow has no type: the file "
            "travels with the compiled pipeline. Give the node the file itself."
        )
    if parameter.default is None:
        raise UnsupportedError(
            f"{named} is a list or a dict, and Kubeflow has to know which. Give it a default: "
            "[] or {}."
        )
    return STRUCT if isinstance(parameter.default.value, Mapping) else LIST


def _check_held(value: object, parameter: ir.RuntimeParameter, pipeline: ir.Pipeline) -> None:
    """Refuse a default that would come to the nodes as another value."""
    for number in _numbers(value):
        if not cel.is_exact(number):
            raise UnsupportedError(
                f"Runtime parameter {parameter.name!r} of pipeline {pipeline.name!r} has a default "
                f"with {number!r}. All numbers of Kubeflow are doubles, and no infinite ones: "
                "pass it as text."
            )
    try:
        json.dumps(value)
    except TypeError:
        raise UnsupportedError(
            f"Runtime parameter {parameter.name!r} of pipeline {pipeline.name!r} has the default "
            f"{value!r}, which JSON cannot express, as Kubeflow's parameters are."
        ) from None


def _numbers(value: object) -> list[int | float]:
    match value:
        case bool():
            return []
        case int() | float():
            return [value]
        case list():
            return [number for one in value for number in _numbers(one)]
        case dict():
            return [number for one in value.values() for number in _numbers(one)]
    return []
