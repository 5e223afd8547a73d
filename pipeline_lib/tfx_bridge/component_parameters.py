"""Parameters of a component object of TFX as those of a node of ours."""

from __future__ import annotations

from typing import Any

from tfx.dsl.placeholder.placeholder import Placeholder as TfxPlaceholder
from tfx.orchestration.data_types import RuntimeParameter as TfxRuntimeParameter
from tfx.orchestration.data_types_utils import set_parameter_value
from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.dsl.binding import BoundParameter
from pipeline_lib.dsl.placeholder import Placeholder
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.ir.expressions import Literal
from pipeline_lib.ir.frozen import thaw
from pipeline_lib.tfx_bridge.parameters import from_value, is_known_message, known_message
from pipeline_lib.tfx_bridge.placeholders import our_placeholder
from pipeline_lib.tfx_bridge.runtime_parameters import RuntimeParametersFromTfx
from pipeline_lib.tfx_bridge.unsupported import not_in_ours

_TYPES = {
    int: ir.ParameterType.INT,
    float: ir.ParameterType.FLOAT,
    str: ir.ParameterType.STRING,
    bool: ir.ParameterType.BOOL,
}


def bound_parameters(
    tfx_component: Any, where: str
) -> tuple[dict[str, BoundParameter], dict[str, str]]:
    """The parameters that were given, and how TFX reads those that hold messages.

    Raises:
        UnsupportedError: one is nothing that we have; the message begins with `where`.
    """
    bound: dict[str, BoundParameter] = {}
    schemas: dict[str, str] = {}
    for name, value in tfx_component.exec_properties.items():
        if value is None:
            continue
        place = f"{where}: parameter {name!r}"
        declared = tfx_component.spec.PARAMETERS[name].type
        given = given_value(value, place)
        if isinstance(given, RuntimeParameter):
            bound[name] = BoundParameter(_TYPES[given.ptype], given)
        elif isinstance(given, Placeholder):
            kind = _TYPES.get(declared, ir.ParameterType.JSON)
            bound[name] = BoundParameter(kind, given)
        else:
            bound[name], schema = _of_plain(given, place)
            if schema:
                schemas[name] = schema
    return bound, schemas


def given_value(value: Any, where: str) -> Any:
    """What was given for a parameter; runtime parameters and placeholders of TFX as ours.

    Raises:
        UnsupportedError: it is nothing that we have; the message begins with `where`.
    """
    match value:
        case TfxRuntimeParameter():
            return _runtime_parameter(value)
        case TfxPlaceholder():
            message = value.encode()
            is_known = is_known_message(message)
            return known_message(message) if is_known else our_placeholder(value, where)
    return value


def _runtime_parameter(given: Any) -> RuntimeParameter:
    return RuntimeParameter(given.name, given.ptype, given.default)


def _of_plain(value: Any, where: str) -> tuple[BoundParameter, str]:
    message = pipeline_pb2.Value()
    try:
        set_parameter_value(message, value)
    except ValueError:
        raise not_in_ours(where, f"is {value!r} of type {type(value).__name__}") from None
    found = from_value(message, {}, RuntimeParametersFromTfx(), where)
    held = found.parameter.value
    assert isinstance(held, Literal), "a plain value is known"
    return BoundParameter(found.parameter.type, thaw(held.value)), found.schema
