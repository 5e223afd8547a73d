"""Expressions as an author would write them."""

from __future__ import annotations

from pipeline_lib.ir.expressions import (
    LOOP_VALUE,
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
    RunInformation,
    RuntimeParameterValue,
    SourceFile,
    SplitUri,
)
from pipeline_lib.ir.frozen import thaw

_CALLS = frozenset(
    {Operator.CONCAT, Operator.JOIN, Operator.JOIN_PATH, Operator.DIRNAME}
    | {Operator.BASE64, Operator.JSON}
)
"""Operators that are written as calls."""


def describe(expression: Expression) -> str:
    """The expression as an author would write it, for messages and reports."""
    match expression:
        case Index(of, position):
            return f"{describe(of)}[{position}]"
        case ArtifactProperty(of, name, custom):
            return f"{describe(of)}.{'custom_' if custom else ''}property({name!r})"
        case ArtifactValue(of):
            return f"{describe(of)}.value"
        case ArtifactUri(of):
            return f"{describe(of)}.uri"
        case SplitUri(of, split):
            return f"{describe(of)}.split_uri({split!r})"
        case Member(of, key):
            return f"{describe(of)}[{key!r}]"
        case MakeList(items):
            return "[" + ", ".join(map(describe, items)) + "]"
        case MakeDict(keys, values):
            pairs = zip(map(describe, keys), map(describe, values), strict=True)
            return "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        case Operation(Operator.NOT, (operand,)):
            return f"not {describe(operand)}"
        case Operation(operator, operands) if operator in _CALLS:
            return f"{operator.value}({', '.join(map(describe, operands))})"
        case Operation(operator, operands):
            return "(" + f" {operator.value} ".join(map(describe, operands)) + ")"
        case leaf:
            return _describe_leaf(leaf)


def _describe_leaf(expression: Expression) -> str:
    match expression:
        case Literal(value):
            return repr(thaw(value))
        case RuntimeParameterValue(name) if name.endswith(LOOP_VALUE):
            return name
        case RuntimeParameterValue(name):
            return f"runtime_parameter({name!r})"
        case SourceFile(_, file):
            return f"source({file!r})"
        case RunInformation(field):
            return f"runtime_info({field.value!r})"
        case EnvironmentVariable(name):
            return f"environment_variable({name!r})"
        case InputArtifacts(key) if "." in key:
            node_id, _, output_key = key.removeprefix("_").rpartition(".")
            return f"{node_id}.outputs[{output_key!r}]"
        case InputArtifacts(key):
            return f"input({key!r})"
        case OutputArtifacts(key):
            return f"output({key!r})"
        case ExecutionParameterValue(name):
            return f"exec_property({name!r})"
        case _:
            raise TypeError(f"{expression!r} is no leaf of an expression.")
