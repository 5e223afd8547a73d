"""The one evaluator of expressions."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact, ArtifactRecord
from pipeline_lib.artifacts.splits import decode_split_names, split_uri
from pipeline_lib.artifacts.value_artifact import value_artifact_class
from pipeline_lib.errors import PipelineLibError, did_you_mean
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.expressions import (
    ArtifactProperty,
    ArtifactUri,
    ArtifactValue,
    EnvironmentVariable,
    ExecutionParameterValue,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    MakeDict,
    MakeList,
    Member,
    Operation,
    Operator,
    OutputArtifacts,
    RunField,
    RunInformation,
    RuntimeParameterValue,
    SourceFile,
    SplitUri,
    walk,
)
from pipeline_lib.ir.frozen import thaw
from pipeline_lib.ir.operators import FUNCTIONS, truth


class EvaluationError(PipelineLibError):
    """An expression has no value: what it reads is not there, or does not fit."""


@dataclass(frozen=True)
class Scope:
    """What an expression may read.

    Attributes:
        inputs: artifacts by input key.
        outputs: artifacts by output key.
        parameters: values of the node's own parameters.
        runtime_parameters: values of the run's parameters.
        staged: path of each staged source bundle, by digest.
        information: what is known of the run.
        places: where the work finds what is at a URI, if that is at another place.
    """

    inputs: Mapping[str, Sequence[ArtifactRecord]] = field(default_factory=dict)
    outputs: Mapping[str, Sequence[ArtifactRecord]] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    runtime_parameters: Mapping[str, Any] = field(default_factory=dict)
    staged: Mapping[str, str] = field(default_factory=dict)
    information: Mapping[RunField, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


def evaluate(expression: Expression, scope: Scope) -> Any:
    """The value of `expression` in `scope`.

    Raises:
        EvaluationError: something that the expression reads is not there, or its types do not fit.
    """
    match expression:
        case MakeList(items):
            return [evaluate(item, scope) for item in items]
        case MakeDict(keys, values):
            texts = [_key(expression, evaluate(key, scope)) for key in keys]
            return dict(zip(texts, (evaluate(value, scope) for value in values), strict=True))
        case Index(of, position):
            return _element(expression, evaluate(of, scope), position)
        case Member(of, key):
            return _member(expression, evaluate(of, scope), key)
        case ArtifactProperty(of) | ArtifactValue(of):
            return _told_by(expression, _artifact(expression, of, scope))
        case ArtifactUri(of) | SplitUri(of):
            artifact = _artifact(expression, of, scope)
            place = scope.places.get(artifact.uri, artifact.uri)
            return _told_by(expression, replace(artifact, uri=place))
        case Operation():
            return _operate(expression, scope)
        case leaf:
            return _read(leaf, scope)


def reads_environment(expression: Expression) -> bool:
    """Whether the value depends on, and so may tell, an environment variable."""
    return any(isinstance(one, EnvironmentVariable) for one in walk(expression))


def _read(expression: Expression, scope: Scope) -> Any:
    """What a leaf reads."""
    match expression:
        # Copies: what a component does to its list must not reach the pipeline or another node.
        case Literal(value):
            return thaw(value)
        case RuntimeParameterValue(name):
            return deepcopy(_look_up(expression, name, scope.runtime_parameters))
        case ExecutionParameterValue(name):
            return deepcopy(_look_up(expression, name, scope.parameters))
        case SourceFile(digest, file):
            return f"{_look_up(expression, digest, scope.staged)}/{file}"
        case InputArtifacts(key):
            return _look_up(expression, key, scope.inputs)
        case OutputArtifacts(key):
            return _look_up(expression, key, scope.outputs)
        case RunInformation(known):
            information = {one.value: text for one, text in scope.information.items()}
            return _look_up(expression, known.value, information)
        case EnvironmentVariable(name):
            return _environment_variable(expression, name)
    raise TypeError(f"{expression!r} is no expression.")


def _told_by(expression: Expression, artifact: ArtifactRecord) -> Any:
    """What an artifact itself tells."""
    match expression:
        case ArtifactProperty(_, name, custom=True):
            # Any component may set it, or not, as in TFX: without it a comparison is false.
            return deepcopy(artifact.custom_properties.get(name))
        case ArtifactProperty(_, name):
            return deepcopy(_look_up(expression, name, artifact.properties))
        case ArtifactValue():
            return _value_of(expression, artifact)
        case SplitUri(_, split):
            return _split_uri(expression, artifact, split)
    return artifact.uri


def _look_up(expression: Expression, name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise EvaluationError(f"{describe(expression)} has no value.{did_you_mean(name, values)}")
    return values[name]


def _environment_variable(expression: Expression, name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise EvaluationError(
            f"{describe(expression)} has no value: it is not set where the node is started."
        )
    return value


def _key(expression: Expression, key: Any) -> str:
    if not isinstance(key, str):
        raise EvaluationError(f"{describe(expression)} has no value: its key {key!r} is no text.")
    return key


def _member(expression: Expression, entries: Any, key: str) -> Any:
    if not isinstance(entries, Mapping):
        raise EvaluationError(f"{describe(expression)} has no value: {entries!r} is no dict.")
    return _look_up(expression, key, entries)


def _element(expression: Expression, elements: Any, position: int) -> Any:
    if not isinstance(elements, Sequence) or isinstance(elements, (str, bytes)):
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
    try:
        return artifact_class.from_record(artifact).value  # type: ignore[attr-defined]
    except (ValueError, OSError) as error:
        raise EvaluationError(
            f"{describe(expression)} has no value: "
            f"what is at {artifact.uri!r} cannot be read as {artifact.type_name!r}: {error}."
        ) from error


def _split_uri(expression: Expression, artifact: ArtifactRecord, split: str) -> str:
    try:
        existing = decode_split_names(str(artifact.properties.get("split_names", "")))
    except ValueError as error:
        raise EvaluationError(
            f"{describe(expression)} has no value: the artifact's split names cannot be read: "
            f"{error}."
        ) from error
    if existing and split not in existing:
        raise EvaluationError(
            f"{describe(expression)} has no value.{did_you_mean(split, existing)}"
        )
    return split_uri(Artifact.from_record(artifact), split)


def _operate(operation: Operation, scope: Scope) -> Any:
    try:
        # They stop early, as in Python: what stands to the right may have no value.
        match operation:
            case Operation(Operator.AND, operands):
                return all(truth(evaluate(operand, scope)) for operand in operands)
            case Operation(Operator.OR, operands):
                return any(truth(evaluate(operand, scope)) for operand in operands)
        values = [evaluate(operand, scope) for operand in operation.operands]
        return FUNCTIONS[operation.operator](*values)
    except TypeError as error:
        raise EvaluationError(f"{describe(operation)} cannot be evaluated: {error}.") from None
