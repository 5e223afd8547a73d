"""What a `@component` function reads, writes and returns, taken from its annotations."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Union

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.value_artifact import ValueArtifact
from pipeline_lib.dsl.annotations import Role
from pipeline_lib.dsl.channel import is_artifact_class
from pipeline_lib.dsl.declarations import ChannelParameter
from pipeline_lib.dsl.json_values import annotated_value_type
from pipeline_lib.dsl.message_parameter import checked_held_value, held_type
from pipeline_lib.dsl.parameter_types import parameter_type
from pipeline_lib.errors import AuthoringError

REQUIRED = inspect.Parameter.empty
"""Stands where an argument has no default."""


@dataclass
class FunctionSignature:
    """The arguments of a component function by their role.

    Attributes:
        inputs: every input, artifacts and plain values.
        value_inputs: names of the inputs that reach the function as plain values.
        list_inputs: names of the inputs that reach the function as lists of artifacts.
        defaulted: names of the arguments for which the function itself has a default.
        outputs: artifact type of each output, those of returned values included.
        returned: names of the outputs that the function returns.
        optional_returned: names of those that may be `None`.
        parameters: declared type of each parameter.
        defaults: default of each parameter that has one.
    """

    name: str
    inputs: dict[str, ChannelParameter] = field(default_factory=dict)
    value_inputs: set[str] = field(default_factory=set)
    list_inputs: set[str] = field(default_factory=set)
    defaulted: set[str] = field(default_factory=set)
    outputs: dict[str, type[Artifact]] = field(default_factory=dict)
    returned: set[str] = field(default_factory=set)
    optional_returned: set[str] = field(default_factory=set)
    parameters: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, function: Callable[..., Any]) -> FunctionSignature:
        """The signature of `function`.

        Raises:
            AuthoringError: an argument lacks an annotation or has one that does not fit.
        """
        signature = cls(function.__name__)
        hints = _type_hints(function)
        for name, argument in inspect.signature(function).parameters.items():
            signature._add_argument(name, argument, hints)
        signature._add_returned(hints.get("return"))
        return signature

    def _add_argument(
        self, name: str, argument: inspect.Parameter, hints: Mapping[str, Any]
    ) -> None:
        where = f"Component function {self.name!r}: argument {name!r}"
        if argument.kind in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD):
            raise AuthoringError(f"{where} collects several values; name each argument.")
        if argument.kind is argument.POSITIONAL_ONLY:
            raise AuthoringError(f"{where} stands before '/', but a component is called by name.")
        if name not in hints:
            raise AuthoringError(
                f"{where} has no annotation. Annotate it with InputArtifact[...], "
                "OutputArtifact[...], Parameter[...] or a plain type such as float."
            )
        declared, is_optional = _without_none(hints[name])
        optional = is_optional or argument.default is not REQUIRED
        if argument.default is not REQUIRED:
            self.defaulted.add(name)
        match getattr(declared, "__metadata__", (None,))[0]:
            case Role.INPUT:
                self._add_input(name, declared.__origin__, optional, argument.default, where)
            case Role.OUTPUT:
                self._add_output(name, declared.__origin__, argument.default, where)
            case Role.PARAMETER:
                self._add_parameter(name, declared.__origin__, is_optional, argument.default, where)
            case _:
                self._add_value_input(name, declared, optional, where)

    def _add_input(
        self, name: str, artifact: Any, optional: bool, default: Any, where: str
    ) -> None:
        is_list = typing.get_origin(artifact) is list
        artifact_class = typing.get_args(artifact)[0] if is_list else artifact
        _check_artifact_class(artifact_class, Role.INPUT, where)
        if default not in (REQUIRED, None):
            raise AuthoringError(f"{where}: the default of an input can only be None.")
        if is_list:
            self.list_inputs.add(name)
        max_count = None if is_list else 1
        self.inputs[name] = ChannelParameter(artifact_class, optional, max_count=max_count)

    def _add_output(self, name: str, artifact_class: Any, default: Any, where: str) -> None:
        _check_artifact_class(artifact_class, Role.OUTPUT, where)
        if default is not REQUIRED:
            raise AuthoringError(f"{where}: an output takes no default.")
        self.outputs[name] = artifact_class

    def _add_parameter(
        self, name: str, declared: Any, is_optional: bool, default: Any, where: str
    ) -> None:
        declared, inner_optional = _without_none(declared)
        parameter_type(held_type(declared), where)
        self.parameters[name] = declared
        if default is not REQUIRED:
            self.defaults[name] = (
                default if default is None else checked_held_value(default, declared, where)
            )
        elif is_optional or inner_optional:
            self.defaults[name] = None

    def _add_value_input(self, name: str, declared: Any, optional: bool, where: str) -> None:
        if is_artifact_class(declared):
            raise AuthoringError(
                f"{where} is annotated with the artifact type {declared.__name__}. "
                f"Write InputArtifact[{declared.__name__}] or OutputArtifact[{declared.__name__}]."
            )
        self.inputs[name] = ChannelParameter(_value_type(declared, where), optional, max_count=1)
        self.value_inputs.add(name)

    def _add_returned(self, returned: Any) -> None:
        where = f"Component function {self.name!r}"
        if returned in (None, type(None)):
            return
        if not typing.is_typeddict(returned):
            raise AuthoringError(
                f"{where} is annotated to return {returned!r}. "
                "Values are returned by name: OutputDict(accuracy=float) or a TypedDict."
            )
        for name, declared in typing.get_type_hints(returned).items():
            value_type, is_optional = _without_none(declared)
            if name in self.outputs:
                raise AuthoringError(f"{where} returns {name!r}, which is also an OutputArtifact.")
            self.outputs[name] = _value_type(value_type, f"{where}: returned value {name!r}")
            self.returned.add(name)
            if is_optional:
                self.optional_returned.add(name)


def _type_hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception as error:
        raise AuthoringError(
            f"Component function {function.__name__!r} has an annotation that cannot be read: "
            f"{type(error).__name__}: {error}."
        ) from error


def _without_none(declared: Any) -> tuple[Any, bool]:
    """`X` and whether it was written as `Optional[X]`."""
    if typing.get_origin(declared) in (Union, types.UnionType):
        inner = [part for part in typing.get_args(declared) if part is not type(None)]
        if len(inner) == 1:
            return inner[0], True
    return declared, False


def _check_artifact_class(declared: Any, role: Role, where: str) -> None:
    if not is_artifact_class(declared):
        raise AuthoringError(
            f"{where}: {role.value}[...] takes an artifact type, got {declared!r}."
        )


def _value_type(declared: Any, where: str) -> type[ValueArtifact]:
    found = annotated_value_type(declared)
    if found is None:
        raise AuthoringError(
            f"{where} cannot be of type {declared!r}: "
            "int, float, str, bool, bytes, list and dict are allowed."
        )
    return found
