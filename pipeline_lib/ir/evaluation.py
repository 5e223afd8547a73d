"""The one evaluator of expressions."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.artifacts.value_artifact import value_artifact_class
from pipeline_lib.errors import PipelineLibError, did_you_mean
from pipeline_lib.ir.expressions import (
    ArtifactProperty,
    ArtifactUri,
    ArtifactValue,
    ExecutionParameterValue,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    Operation,
    Operator,
    OutputArtifacts,
    RuntimeParameterValue,
    SourceFile,
    describe,
)
from pipeline_lib.ir.frozen import thaw


class EvaluationError(PipelineLibError):
    """An expression has no value: an artifact, a property or a parameter is not there."""


@dataclass(frozen=True)
class Scope:
    """What an expression may read.

    Attributes:
        inputs: artifacts by input key.
        outputs: artifacts by output key.
        parameters: values of the node's own parameters.
        runtime_parameters: values of the run's parameters.
        staged: path of each staged source bundle, by digest.
    """

    inputs: Mapping[str, Sequence[ArtifactRecord]] = field(default_factory=dict)
    outputs: Mapping[str, Sequence[ArtifactRecord]] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    runtime_parameters: Mapping[str, Any] = field(default_factory=dict)
    staged: Mapping[str, str] = field(default_factory=dict)


def evaluate(expression: Expression, scope: Scope) -> Any:
    """The value of `expression` in `scope`.

    Raises:
        EvaluationError: something that the expression reads is not there, or its types do not fit.
    """
    match expression:
        # Copies: what a component does to its list must not reach the pipeline or another node.
        case Literal(value):
            return thaw(value)
        case RuntimeParameterValue(name):
            return deepcopy(_look_up(expression, name, scope.runtime_parameters))
        case SourceFile(digest, file):
            return f"{_look_up(expression, digest, scope.staged)}/{file}"
        case InputArtifacts(key):
            return _look_up(expression, key, scope.inputs)
        case OutputArtifacts(key):
            return _look_up(expression, key, scope.outputs)
        case ExecutionParameterValue(name):
            return _look_up(expression, name, scope.parameters)
        case Index(of, position):
            return _element(expression, evaluate(of, scope), position)
        case ArtifactProperty(of, name, custom):
            artifact = _artifact(expression, of, scope)
            values = artifact.custom_properties if custom else artifact.properties
            return _look_up(expression, name, values)
        case ArtifactValue(of):
            return _value_of(expression, _artifact(expression, of, scope))
        case ArtifactUri(of):
            return _artifact(expression, of, scope).uri
        case Operation():
            return _operate(expression, scope)


def _look_up(expression: Expression, name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise EvaluationError(f"{describe(expression)} has no value.{did_you_mean(name, values)}")
    return values[name]


def _element(expression: Expression, elements: Any, position: int) -> Any:
    if not isinstance(elements, Sequence):
        raise EvaluationError(f"{describe(expression)} has no value: {elements!r} is no list.")
    try:
        return elements[position]
    except IndexError:
        raise EvaluationError(
            f"{describe(expression)} has no value: the list holds {len(elements)} elements."
        ) from None


def _artifact(expression: Expression, of: Expression, scope: Scope) -> ArtifactRecord:
    found = evaluate(of, scope)
    if not isinstance(found, ArtifactRecord):
        raise EvaluationError(
            f"{describe(expression)} has no value: {describe(of)} is no artifact."
        )
    return found


def _value_of(expression: Expression, artifact: ArtifactRecord) -> Any:
    artifact_class = value_artifact_class(artifact.type_name)
    if artifact_class is None:
        raise EvaluationError(
            f"{describe(expression)} has no value: "
            f"artifacts of type {artifact.type_name!r} hold no single value."
        )
    if not files.exists(artifact.uri):
        raise EvaluationError(
            f"{describe(expression)} has no value: nothing is at {artifact.uri!r}."
        )
    return artifact_class.from_record(artifact).value  # type: ignore[attr-defined]


def _operate(operation: Operation, scope: Scope) -> Any:
    # `and` and `or` stop early, as in Python: what stands to the right may have no value.
    match operation:
        case Operation(Operator.AND, operands):
            return all(evaluate(operand, scope) for operand in operands)
        case Operation(Operator.OR, operands):
            return any(evaluate(operand, scope) for operand in operands)
    values = [evaluate(operand, scope) for operand in operation.operands]
    try:
        return _FUNCTIONS[operation.operator](*values)
    except TypeError as error:
        raise EvaluationError(f"{describe(operation)} cannot be evaluated: {error}.") from None


_FUNCTIONS: Mapping[Operator, Callable[..., Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
    Operator.NOT: operator.not_,
    Operator.CONCAT: lambda *parts: "".join(map(str, parts)),
}
