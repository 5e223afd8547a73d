"""Runtime parameters of a pipeline, which TFX declares wherever one is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from tfx.dsl.compiler import constants
from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.ir.expressions import (
    Expression,
    Literal,
    Operation,
    Operator,
    RunField,
    RunInformation,
    RuntimeParameterValue,
)
from pipeline_lib.tfx_bridge.unsupported import not_in_ours, not_in_tfx

_Message: TypeAlias = pipeline_pb2.RuntimeParameter
_FIELDS = {_Message.INT: "int_value", _Message.DOUBLE: "double_value"}
_TYPES: Mapping[ir.ParameterType, int] = {
    ir.ParameterType.INT: _Message.INT,
    ir.ParameterType.FLOAT: _Message.DOUBLE,
    ir.ParameterType.STRING: _Message.STRING,
    ir.ParameterType.PATH: _Message.STRING,
}
_TYPES_OF_OURS = {
    _Message.INT: ir.ParameterType.INT,
    _Message.DOUBLE: ir.ParameterType.FLOAT,
    _Message.STRING: ir.ParameterType.STRING,
}


class RuntimeParametersToTfx:
    """Writes the runtime parameters of a pipeline where TFX's messages read them."""

    def __init__(self, declared: Iterable[ir.RuntimeParameter]) -> None:
        self._declared = {parameter.name: parameter for parameter in declared}

    def write(self, message: _Message, name: str, where: str) -> None:
        """Fill `message` with the runtime parameter `name`.

        Raises:
            UnsupportedError: it is of a type that TFX's runtime parameters cannot have.
        """
        parameter = self._declared[name]
        if parameter.type not in _TYPES:
            raise not_in_tfx(
                where,
                f"reads runtime parameter {name!r} of type {parameter.type.value!r}",
                "Use one of type int, float or str.",
            )
        message.name = name
        message.type = _TYPES[parameter.type]
        if parameter.default is not None:
            field = _FIELDS.get(message.type, "string_value")
            setattr(message.default_value, field, parameter.default.value)

    def write_text(
        self, message: pipeline_pb2.StructuralRuntimeParameter, value: Operation
    ) -> None:
        """Fill `message` with text that runtime parameters are part of."""
        for part in value.operands:
            match part:
                case Literal(text):
                    message.parts.add(constant_value=text)
                case RuntimeParameterValue(name):
                    self.write(message.parts.add().runtime_parameter, name, "")


class RuntimeParametersFromTfx:
    """Collects the runtime parameters that TFX's messages read."""

    def __init__(self) -> None:
        self._declared: dict[str, ir.RuntimeParameter] = {}

    def read(self, message: _Message, where: str) -> Expression:
        """The value of the runtime parameter.

        Raises:
            UnsupportedError: it has two defaults or two types in one pipeline.
        """
        if message.name == constants.PIPELINE_RUN_ID_PARAMETER_NAME:
            return RunInformation(RunField.RUN_ID)
        default = None
        if message.HasField("default_value"):
            held = message.default_value
            default = Literal(getattr(held, held.WhichOneof("value")))
        parameter = ir.RuntimeParameter(message.name, _TYPES_OF_OURS[message.type], default)
        known = self._declared.setdefault(message.name, parameter)
        if known != parameter:
            raise not_in_ours(
                where, f"gives runtime parameter {message.name!r} a second type or default"
            )
        return RuntimeParameterValue(message.name)

    def read_text(self, message: pipeline_pb2.StructuralRuntimeParameter, where: str) -> Expression:
        """Text that runtime parameters are part of."""
        return Operation(
            Operator.CONCAT,
            tuple(
                self.read(part.runtime_parameter, where)
                if part.HasField("runtime_parameter")
                else Literal(part.constant_value)
                for part in message.parts
            ),
        )

    def declared(self) -> tuple[ir.RuntimeParameter, ...]:
        """All that were read, in the order of their names."""
        return tuple(self._declared[name] for name in sorted(self._declared))


def is_text_of_runtime_parameters(expression: Expression) -> bool:
    """Whether it is constant text and runtime parameters, one after the other."""
    match expression:
        case Operation(Operator.CONCAT, operands):
            return all(_is_text(operand) for operand in operands) and any(
                isinstance(operand, RuntimeParameterValue) for operand in operands
            )
    return False


def _is_text(expression: Expression) -> bool:
    match expression:
        case Literal(str()) | RuntimeParameterValue():
            return True
    return False
