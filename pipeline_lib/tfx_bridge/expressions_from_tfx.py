"""TFX's placeholder expressions as ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tfx.dsl.compiler.placeholder_utils import debug_str
from tfx.proto.orchestration import placeholder_pb2

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
    RunInformation,
    SplitUri,
)
from pipeline_lib.tfx_bridge.expressions_to_tfx import RUN_FIELD_PATHS
from pipeline_lib.tfx_bridge.unsupported import not_in_ours

Message: TypeAlias = placeholder_pb2.PlaceholderExpression
_Place = placeholder_pb2.Placeholder


def from_placeholder(message: Message, where: str) -> Expression:
    """Our expression that has the same value.

    Raises:
        UnsupportedError: we have nothing like it; the message begins with `where`.
    """
    return _Decoder(where).decode(message)


class _Decoder:
    def __init__(self, where: str) -> None:
        self._where = where

    def decode(self, message: Message) -> Expression:
        match message.WhichOneof("expression_type"):
            case "value":
                return Literal(getattr(message.value, message.value.WhichOneof("value")))
            case "placeholder" if message.placeholder.type in _LEAVES:
                return _LEAVES[message.placeholder.type](message.placeholder.key)
            case "operator":
                kind = message.operator.WhichOneof("operator_type")
                decoded = self._operator(kind, getattr(message.operator, kind))
                if decoded is not None:
                    return decoded
        raise not_in_ours(self._where, f"reads {debug_str(message)}")

    def _operator(self, kind: str, operator: Any) -> Expression | None:
        match kind:
            case "compare_op" | "binary_logical_op":
                operands = (self.decode(operator.lhs), self.decode(operator.rhs))
                return _two_operands(operator.Operation.Name(operator.op), *operands)
            case "unary_logical_op":
                return _opposite(self.decode(operator.expression))
            case "concat_op" | "join_path_op" | "list_concat_op":
                parts = tuple(map(self.decode, operator.expressions))
                return Operation(_MANY[kind], parts) if kind in _MANY else _make_list(parts)
            case "make_dict_op":
                return _make_dict(
                    tuple(self.decode(entry.key) for entry in operator.entries),
                    tuple(self.decode(entry.value) for entry in operator.entries),
                )
            case "proto_op":
                return _run_information(operator)
            case _:
                return self._one_operand(kind, operator)

    def _one_operand(self, kind: str, operator: Any) -> Expression | None:
        of = self.decode(operator.expression)
        match kind:
            case "index_op":
                return Member(of, operator.key) if operator.key else Index(of, operator.index)
            case "artifact_property_op":
                return ArtifactProperty(of, operator.key, operator.is_custom_property)
            case "artifact_value_op":
                return ArtifactValue(of)
            case "artifact_uri_op":
                return SplitUri(of, operator.split) if operator.split else ArtifactUri(of)
            case "dir_name_op":
                return Operation(Operator.DIRNAME, (of,))
            case "base64_encode_op" if not operator.is_standard_b64:
                return Operation(Operator.BASE64, (of,))
            case "list_serialization_op" if operator.serialization_format == operator.JSON:
                return Operation(Operator.JSON, (of,))
        return None


def _make_list(items: tuple[Expression, ...]) -> Expression:
    """A list; one literal where all of it is known."""
    if all(isinstance(item, Literal) for item in items):
        return Literal([item.value for item in items if isinstance(item, Literal)])
    return MakeList(items)


def _make_dict(keys: tuple[Expression, ...], values: tuple[Expression, ...]) -> Expression:
    known = {
        key.value: value.value
        for key, value in zip(keys, values, strict=True)
        if isinstance(key, Literal) and isinstance(value, Literal)
    }
    return Literal(known) if len(known) == len(keys) else MakeDict(keys, values)


def _two_operands(name: str, left: Expression, right: Expression) -> Expression:
    operator = _OPERATORS[name]
    match left:
        # Ours take any number of operands, TFX's two: `a and b and c` was split on the way there.
        case Operation(inner, operands) if inner is operator and name in ("AND", "OR"):
            return Operation(operator, (*operands, right))
    return Operation(operator, (left, right))


def _opposite(expression: Expression) -> Expression:
    """TFX says `a != b` as `not a == b`."""
    match expression:
        case Operation(operator, operands) if operator in _OPPOSITES:
            return Operation(_OPPOSITES[operator], operands)
    return Operation(Operator.NOT, (expression,))


def _run_information(operator: Any) -> Expression | None:
    if operator.expression.placeholder.type != _Place.EXEC_INVOCATION:
        return None
    path = tuple(operator.proto_field_path)
    found = [field for field, known in RUN_FIELD_PATHS.items() if known == path]
    return RunInformation(found[0]) if found else None


_LEAVES: Mapping[int, Callable[[str], Expression]] = {
    _Place.INPUT_ARTIFACT: InputArtifacts,
    _Place.OUTPUT_ARTIFACT: OutputArtifacts,
    _Place.EXEC_PROPERTY: ExecutionParameterValue,
    _Place.ENVIRONMENT_VARIABLE: EnvironmentVariable,
}
_OPERATORS = {
    "EQUAL": Operator.EQUAL,
    "LESS_THAN": Operator.LESS,
    "GREATER_THAN": Operator.GREATER,
    "AND": Operator.AND,
    "OR": Operator.OR,
}
_OPPOSITES = {
    Operator.EQUAL: Operator.NOT_EQUAL,
    Operator.LESS: Operator.GREATER_OR_EQUAL,
    Operator.GREATER: Operator.LESS_OR_EQUAL,
}
_MANY = {"concat_op": Operator.CONCAT, "join_path_op": Operator.JOIN_PATH}
