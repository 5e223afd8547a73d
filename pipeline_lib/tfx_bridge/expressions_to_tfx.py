"""Our expressions as TFX's placeholder expressions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any, TypeAlias

from tfx.proto.orchestration import placeholder_pb2

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
    SplitUri,
)
from pipeline_lib.tfx_bridge.logic_to_tfx import COMPARISONS, both, compared, negated
from pipeline_lib.tfx_bridge.unsupported import not_in_tfx

Message: TypeAlias = placeholder_pb2.PlaceholderExpression
_Place = placeholder_pb2.Placeholder

RUN_FIELD_PATHS: Mapping[RunField, tuple[str, ...]] = {
    RunField.PIPELINE_NAME: (".pipeline_info", ".id"),
    RunField.RUN_ID: (".pipeline_run_id",),
    RunField.NODE_ID: (".pipeline_node", ".node_info", ".id"),
    RunField.WORKING_DIRECTORY: (".stateful_working_dir",),
}
"""Where TFX's description of an execution holds what we know of a run."""


def to_placeholder(expression: Expression, where: str) -> Message:
    """The placeholder expression that has the same value.

    Raises:
        UnsupportedError: TFX has nothing like it; the message begins with `where`.
    """
    return _Encoder(where).encode(expression)


class _Encoder:
    def __init__(self, where: str) -> None:
        self._where = where

    def encode(self, expression: Expression) -> Message:
        message = Message()
        match expression:
            case Literal(value):
                return self._literal(value)
            case InputArtifacts(name) | OutputArtifacts(name) | ExecutionParameterValue(name):
                message.placeholder.type = _PLACES[type(expression)]
                message.placeholder.key = name
            case EnvironmentVariable(name):
                message.placeholder.type = _Place.ENVIRONMENT_VARIABLE
                message.placeholder.key = name
            case RunInformation(field) if field in RUN_FIELD_PATHS:
                operator = message.operator.proto_op
                operator.expression.placeholder.type = _Place.EXEC_INVOCATION
                operator.proto_field_path.extend(RUN_FIELD_PATHS[field])
            case MakeList(items):
                # A message that holds nothing is not there until it is told to be.
                message.operator.list_concat_op.SetInParent()
                message.operator.list_concat_op.expressions.extend(map(self.encode, items))
            case MakeDict(keys, values):
                message.operator.make_dict_op.SetInParent()
                for key, value in zip(keys, values, strict=True):
                    message.operator.make_dict_op.entries.add(
                        key=self.encode(key), value=self.encode(value)
                    )
            case Operation():
                return self._operation(expression)
            case _:
                self._access(message.operator, expression)
        return message

    def _literal(self, value: Any) -> Message:
        message = Message()
        match value:
            case bool():
                message.value.bool_value = value
            case int():
                message.value.int_value = value
            case float():
                message.value.double_value = value
            case str():
                message.value.string_value = value
            case tuple():
                return self.encode(MakeList(tuple(map(Literal, value))))
            case Mapping():
                keys, values = tuple(map(Literal, value)), tuple(map(Literal, value.values()))
                return self.encode(MakeDict(keys, values))
            case _:
                raise self._refused(Literal(value))
        return message

    def _access(self, operator: Any, expression: Expression) -> None:
        """A part of something."""
        match expression:
            case Index(of, position):
                operator.index_op.expression.CopyFrom(self.encode(of))
                operator.index_op.index = position
            case Member(of, key) if key:
                operator.index_op.expression.CopyFrom(self.encode(of))
                operator.index_op.key = key
            case ArtifactProperty(of, name, custom):
                operator.artifact_property_op.expression.CopyFrom(self.encode(of))
                operator.artifact_property_op.key = name
                operator.artifact_property_op.is_custom_property = custom
            case ArtifactValue(of):
                operator.artifact_value_op.expression.CopyFrom(self.encode(of))
            case ArtifactUri(of):
                operator.artifact_uri_op.expression.CopyFrom(self.encode(of))
            case SplitUri(of, split) if split:
                operator.artifact_uri_op.expression.CopyFrom(self.encode(of))
                operator.artifact_uri_op.split = split
            case _:
                raise self._refused(expression)

    def _operation(self, operation: Operation) -> Message:
        operands = operation.operands
        match operation.operator:
            case Operator.JOIN:
                return self._join(operation)
            case Operator.CONCAT | Operator.JOIN_PATH as operator:
                message = Message()
                parts = getattr(message.operator, _MANY[operator])
                parts.expressions.extend(map(self.encode, operands))
                parts.SetInParent()
                return message
            case Operator.AND | Operator.OR as operator if len(operands) > 1:
                return reduce(both(operator), map(self.encode, operands))
            case operator if operator in COMPARISONS:
                left, right = map(self.encode, operands)
                return compared(operator, left, right)
            case Operator.NOT:
                return negated(self.encode(operands[0]))
            case operator if operator in _ONE and len(operands) == 1:
                message = Message()
                inner = getattr(message.operator, _ONE[operator])
                inner.expression.CopyFrom(self.encode(operands[0]))
                if operator is Operator.JSON:
                    inner.serialization_format = inner.JSON
                return message
        raise self._refused(operation)

    def _join(self, operation: Operation) -> Message:
        """Text between the elements, which have to be told apart when the pipeline is exported."""
        match operation.operands:
            case (separator, MakeList(items)):
                parts: list[Expression] = list(items)
            case (separator, Literal(tuple() as values)):
                parts = [Literal(value) for value in values]
            case _:
                raise self._refused(operation)
        between = [part for item in parts for part in (separator, item)][1:]
        return self._operation(Operation(Operator.CONCAT, tuple(between)))

    def _refused(self, expression: Expression) -> Exception:
        return not_in_tfx(self._where, f"reads {describe(expression)}")


_PLACES: Mapping[type, int] = {
    InputArtifacts: _Place.INPUT_ARTIFACT,
    OutputArtifacts: _Place.OUTPUT_ARTIFACT,
    ExecutionParameterValue: _Place.EXEC_PROPERTY,
}
_MANY = {Operator.CONCAT: "concat_op", Operator.JOIN_PATH: "join_path_op"}
_ONE = {
    Operator.DIRNAME: "dir_name_op",
    Operator.BASE64: "base64_encode_op",
    Operator.JSON: "list_serialization_op",
}
