"""The type of what an expression gives, which TFX's format does not say."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline_lib import ir
from pipeline_lib.artifacts.artifact import PropertyType
from pipeline_lib.ir.expressions import (
    ArtifactProperty,
    ArtifactUri,
    ArtifactValue,
    EnvironmentVariable,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    MakeDict,
    MakeList,
    Operation,
    Operator,
    RunInformation,
    SplitUri,
)

_TEXT_OPERATORS = frozenset(
    {Operator.CONCAT, Operator.JOIN, Operator.JOIN_PATH, Operator.DIRNAME}
    | {Operator.BASE64, Operator.JSON}
)
_OF_VALUE_ARTIFACTS = {
    "Boolean": ir.ParameterType.BOOL,
    "Float": ir.ParameterType.FLOAT,
    "Integer": ir.ParameterType.INT,
    "JsonValue": ir.ParameterType.JSON,
    "String": ir.ParameterType.STRING,
}
_OF_PROPERTIES = {
    PropertyType.INT: ir.ParameterType.INT,
    PropertyType.FLOAT: ir.ParameterType.FLOAT,
    PropertyType.STRING: ir.ParameterType.STRING,
    PropertyType.BOOLEAN: ir.ParameterType.BOOL,
}
_OF_LITERALS: Mapping[type, ir.ParameterType] = {
    bool: ir.ParameterType.BOOL,
    int: ir.ParameterType.INT,
    float: ir.ParameterType.FLOAT,
    str: ir.ParameterType.STRING,
}


def value_type(expression: Expression, inputs: Mapping[str, ir.Input]) -> ir.ParameterType | None:
    """The type of the value; `None` where it cannot be told.

    Args:
        expression: what gives the value.
        inputs: of the node that evaluates it.
    """
    match expression:
        case Literal(value):
            return _OF_LITERALS.get(type(value), ir.ParameterType.JSON)
        case ArtifactValue(Index(InputArtifacts(key), _)) if key in inputs:
            return _OF_VALUE_ARTIFACTS.get(inputs[key].type.name)
        case ArtifactProperty(Index(InputArtifacts(key), _), name, False) if key in inputs:
            declared = inputs[key].type.properties.get(name)
            return _OF_PROPERTIES.get(declared) if declared else None
        case ArtifactUri() | SplitUri() | EnvironmentVariable() | RunInformation():
            return ir.ParameterType.STRING
        case MakeList() | MakeDict():
            return ir.ParameterType.JSON
        case Operation(operator, _):
            is_text = operator in _TEXT_OPERATORS
            return ir.ParameterType.STRING if is_text else ir.ParameterType.BOOL
    return None
