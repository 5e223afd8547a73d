"""Collects the runtime parameters that a pipeline uses."""

from __future__ import annotations

from pipeline_lib import ir
from pipeline_lib.dsl.parameter_types import parameter_type
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.expressions import Literal, RuntimeParameterValue


class RuntimeParameters:
    """Declares each runtime parameter once, however many nodes use it."""

    def __init__(self) -> None:
        self._declared: dict[str, RuntimeParameter] = {}

    def use(self, parameter: RuntimeParameter) -> RuntimeParameterValue:
        """The expression that reads `parameter`.

        Raises:
            AuthoringError: another parameter of that name has another type or default.
        """
        known = self._declared.setdefault(parameter.name, parameter)
        if known != parameter:
            raise AuthoringError(
                f"Runtime parameter {parameter.name!r} is declared in two ways: "
                f"{known!r} and {parameter!r}. Make one object and use it everywhere."
            )
        return RuntimeParameterValue(parameter.name)

    def declared(self) -> tuple[ir.RuntimeParameter, ...]:
        """The declarations, by name."""
        return tuple(_declaration(self._declared[name]) for name in sorted(self._declared))


def _declaration(parameter: RuntimeParameter) -> ir.RuntimeParameter:
    return ir.RuntimeParameter(
        name=parameter.name,
        type=parameter_type(parameter.ptype, f"Runtime parameter {parameter.name!r}"),
        default=None if parameter.default is None else Literal(parameter.default),
        description=parameter.description,
    )
