"""Whether values that are known only when a pipeline runs are of the declared types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline_lib.errors import AuthoringError, InvalidPipelineError, did_you_mean
from pipeline_lib.ir import evaluation
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.expressions import Literal, SourceFile
from pipeline_lib.ir.node import Node, Parameter, ParameterType
from pipeline_lib.ir.pipeline import Pipeline

_PYTHON_TYPES: Mapping[ParameterType, tuple[type, ...]] = {
    ParameterType.INT: (int,),
    ParameterType.FLOAT: (float, int),
    ParameterType.STRING: (str,),
    ParameterType.BOOL: (bool,),
    ParameterType.JSON: (list, dict),
    ParameterType.LIST: (list,),
    ParameterType.DICT: (dict,),
    ParameterType.PATH: (str,),
}


def runtime_parameters(pipeline: Pipeline, given: Mapping[str, Any]) -> dict[str, Any]:
    """The value of each runtime parameter: what was given, or its default.

    Raises:
        AuthoringError: one is missing, unknown or of the wrong type.
    """
    declared = {parameter.name: parameter for parameter in pipeline.runtime_parameters}
    for name in given:
        if name not in declared:
            raise AuthoringError(
                f"Pipeline {pipeline.name!r} has no runtime parameter {name!r}."
                f"{did_you_mean(name, declared)}"
            )
    values = {}
    for name, parameter in declared.items():
        if name in given:
            values[name] = _given(given[name], parameter.type, f"Runtime parameter {name!r}")
        elif parameter.default is not None:
            values[name] = evaluation.evaluate(parameter.default, evaluation.Scope())
        else:
            raise AuthoringError(
                f"Runtime parameter {name!r} of pipeline {pipeline.name!r} has no default: "
                f"give it, --param {name}=..."
            )
    return values


def still_declared(pipeline: Pipeline, earlier: Mapping[str, Any]) -> dict[str, Any]:
    """Of values that runtime parameters had earlier, those of parameters that are there now."""
    names = {parameter.name for parameter in pipeline.runtime_parameters}
    return {name: value for name, value in earlier.items() if name in names}


def _given(value: Any, declared: ParameterType, where: str) -> Any:
    checked = _checked(value, declared, where)
    try:
        Literal(checked)
    except InvalidPipelineError as error:
        raise AuthoringError(f"{where}: {error}") from error
    return checked


def parameter_values(node: Node, scope: evaluation.Scope) -> dict[str, Any]:
    """The value of each parameter of a node.

    Raises:
        EvaluationError: what a parameter reads is not there.
        AuthoringError: a value that the run gave is of the wrong type.
    """
    return {name: _value(node, name, one, scope) for name, one in node.parameters.items()}


def _value(node: Node, name: str, parameter: Parameter, scope: evaluation.Scope) -> Any:
    value = evaluation.evaluate(parameter.value, scope)
    # Literals and the user's files were checked when the pipeline was written.
    if value is None or isinstance(parameter.value, (Literal, SourceFile)):
        return value
    where = f"Node {node.id!r}: parameter {name!r}, which reads {describe(parameter.value)},"
    return _checked(_read_as(value, parameter.type), parameter.type, where)


def _read_as(value: Any, declared: ParameterType) -> Any:
    """Text as the JSON of a list or dict, and 0 and 1 as false and true, where such is declared."""
    match declared, value:
        case _, str() if declared.is_json:
            try:
                return json.loads(value)
            except ValueError:
                return value
        case ParameterType.BOOL, int(0 | 1):
            return bool(value)
    return value


def _checked(value: Any, declared: ParameterType, where: str) -> Any:
    fits = isinstance(value, _PYTHON_TYPES[declared])
    if not fits or (isinstance(value, bool) and declared is not ParameterType.BOOL):
        raise AuthoringError(
            f"{where} takes {declared.value}, got {value!r} of type {type(value).__name__}."
        )
    return float(value) if declared is ParameterType.FLOAT else value
