"""Parameters of a node as TFX's values, and back."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tfx.dsl.compiler.placeholder_utils import (
    empty_placeholder_context,
    resolve_placeholder_expression,
)
from tfx.orchestration import data_types_utils
from tfx.proto.orchestration import pipeline_pb2, placeholder_pb2

from pipeline_lib import ir
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.expressions import Literal, RuntimeParameterValue, SourceFile
from pipeline_lib.ir.frozen import thaw
from pipeline_lib.tfx_bridge.expressions_from_tfx import from_placeholder
from pipeline_lib.tfx_bridge.expressions_to_tfx import to_placeholder
from pipeline_lib.tfx_bridge.runtime_parameters import (
    RuntimeParametersFromTfx,
    RuntimeParametersToTfx,
    is_text_of_runtime_parameters,
)
from pipeline_lib.tfx_bridge.unsupported import not_in_ours, not_in_tfx
from pipeline_lib.tfx_bridge.value_types import value_type

Schema: TypeAlias = pipeline_pb2.Value.Schema


def to_value(
    parameter: ir.Parameter, runtime_parameters: RuntimeParametersToTfx, where: str
) -> pipeline_pb2.Value | None:
    """TFX's value; `None` for an optional parameter that is absent, which TFX leaves out.

    Raises:
        UnsupportedError: TFX cannot express it; the message begins with `where`.
    """
    value = pipeline_pb2.Value()
    match parameter.value:
        case Literal(None):
            return None
        case Literal(held):
            _set_literal(value, thaw(held), where)
        case RuntimeParameterValue(name):
            runtime_parameters.write(value.runtime_parameter, name, where)
        case text if is_text_of_runtime_parameters(text):
            runtime_parameters.write_text(value.structural_runtime_parameter, text)  # type: ignore[arg-type]
        case SourceFile(_, file):
            raise not_in_tfx(
                where,
                f"is the module {file!r}, which travels with the pipeline",
                "Name a directory for the modules: to_tfx(..., module_directory=...).",
            )
        case expression:
            value.placeholder.CopyFrom(to_placeholder(expression, where))
    return value


def _set_literal(value: pipeline_pb2.Value, plain: Any, where: str) -> None:
    try:
        data_types_utils.set_parameter_value(value, plain)
    except ValueError:
        raise not_in_tfx(where, f"is {plain!r}") from None


def json_text(parameter: ir.Parameter) -> ir.Parameter:
    """A list or dict as text: TFX's own form takes no lists and dicts of mixed elements."""
    match parameter:
        case ir.Parameter(kind, Literal(tuple() | Mapping() as held)) if kind.is_json:
            return ir.Parameter(ir.ParameterType.STRING, Literal(json.dumps(thaw(held))))
    return parameter


@dataclass(frozen=True)
class ParameterFromTfx:
    """A parameter, and what else has to be known to hand its value to a TFX executor.

    Attributes:
        schema: how TFX reads the text that the parameter holds, as `schema_text` has it.
    """

    parameter: ir.Parameter
    schema: str = ""


def from_value(
    value: pipeline_pb2.Value,
    inputs: Mapping[str, ir.Input],
    runtime_parameters: RuntimeParametersFromTfx,
    where: str,
) -> ParameterFromTfx:
    """Our parameter of TFX's value.

    Args:
        value: TFX's value.
        inputs: of the node that has the parameter.
        runtime_parameters: takes note of those that the value reads.
        where: what the value is, for a message.

    Raises:
        UnsupportedError: we have nothing like it; the message begins with `where`.
    """
    match value.WhichOneof("value"):
        case "runtime_parameter":
            expression = runtime_parameters.read(value.runtime_parameter, where)
            kind = _RUNTIME_TYPES[value.runtime_parameter.type]
            return ParameterFromTfx(ir.Parameter(kind, expression))
        case "structural_runtime_parameter":
            expression = runtime_parameters.read_text(value.structural_runtime_parameter, where)
        case "placeholder" if is_known_message(value.placeholder):
            known = pipeline_pb2.Value()
            data_types_utils.set_parameter_value(known, known_message(value.placeholder))
            return _known_parameter(known)
        case "placeholder":
            expression = from_placeholder(value.placeholder, where)
        case _:
            return _known_parameter(value)
    found = value_type(expression, inputs)
    if found is None:
        raise not_in_ours(where, f"is {describe(expression)}, a value of unknown type")
    return ParameterFromTfx(ir.Parameter(found, expression))


def _known_parameter(value: pipeline_pb2.Value) -> ParameterFromTfx:
    held = getattr(value.field_value, value.field_value.WhichOneof("value"))
    if not value.HasField("schema"):
        return ParameterFromTfx(ir.Parameter(_PYTHON_TYPES[type(held)], Literal(held)))
    if _holds_message(value.schema.value_type):
        text = ir.Parameter(ir.ParameterType.STRING, Literal(held))
        return ParameterFromTfx(text, schema_text(value.schema))
    plain = data_types_utils.get_parsed_value(value.field_value, value.schema)
    kind = ir.ParameterType.BOOL if isinstance(plain, bool) else ir.ParameterType.JSON
    return ParameterFromTfx(ir.Parameter(kind, Literal(plain)))


def is_known_message(placeholder: placeholder_pb2.PlaceholderExpression) -> bool:
    """Whether a placeholder makes a message of nothing that only the run can tell."""
    kind = placeholder.operator.WhichOneof("operator_type")
    return kind == "make_proto_op" and not placeholder.operator.make_proto_op.fields


def known_message(placeholder: placeholder_pb2.PlaceholderExpression) -> Any:
    """The message that such a placeholder makes."""
    return resolve_placeholder_expression(placeholder, empty_placeholder_context())


def schema_text(schema: Schema) -> str:
    """The schema as text."""
    return base64.b64encode(schema.SerializeToString(deterministic=True)).decode()


def schema_of(text: str) -> Schema:
    """The schema of `schema_text`."""
    return Schema.FromString(base64.b64decode(text))


def parse_with_schema(text: str, schema: str) -> Any:
    """The value that `text` holds, as TFX's components take it: a message, or a list of such."""
    value = pipeline_pb2.Value(schema=schema_of(schema))
    value.field_value.string_value = text
    return data_types_utils.get_parsed_value(value.field_value, value.schema)


def _holds_message(declared: Any) -> bool:
    match declared.WhichOneof("type"):
        case "proto_type":
            return True
        case "list_type" | "dict_type" as inner:
            return _holds_message(getattr(declared, inner))
    return False


_PYTHON_TYPES: Mapping[type, ir.ParameterType] = {
    int: ir.ParameterType.INT,
    float: ir.ParameterType.FLOAT,
    str: ir.ParameterType.STRING,
    bool: ir.ParameterType.BOOL,
}
_RUNTIME_TYPES: Mapping[int, ir.ParameterType] = {
    pipeline_pb2.RuntimeParameter.INT: ir.ParameterType.INT,
    pipeline_pb2.RuntimeParameter.DOUBLE: ir.ParameterType.FLOAT,
    pipeline_pb2.RuntimeParameter.STRING: ir.ParameterType.STRING,
}
