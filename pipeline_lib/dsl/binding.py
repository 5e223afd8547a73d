"""What an author gives for a component's declared inputs and parameters, checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline_lib.artifacts.value_artifact import value_artifact_class
from pipeline_lib.dsl.channel import Channel, RunChannel
from pipeline_lib.dsl.declarations import ChannelParameter, ExecutionParameter
from pipeline_lib.dsl.dynamic_parameter import checked_future_value
from pipeline_lib.dsl.foreign import adopted
from pipeline_lib.dsl.json_values import container_type
from pipeline_lib.dsl.message_parameter import checked_held_value
from pipeline_lib.dsl.parameter_types import (
    ModuleFile,
    can_be_read_as,
    checked_value,
    parameter_type,
    type_word,
)
from pipeline_lib.dsl.placeholder_base import Placeholder
from pipeline_lib.dsl.placeholder_collections import holds_placeholder
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError, did_you_mean
from pipeline_lib.ir.node import ParameterType


@dataclass(frozen=True)
class BoundInput:
    """A declared input with the channel that was given, if any."""

    declared: ChannelParameter
    channel: Channel | None

    @property
    def may_be_empty(self) -> bool:
        """Whether the node can run without an artifact here."""
        if self.channel is None or self.channel.is_optional:
            return True
        return self.declared.optional and self.declared.allow_empty is not False

    @classmethod
    def check(cls, declared: ChannelParameter, given: object, where: str) -> BoundInput:
        """The input with what was given for it.

        Raises:
            AuthoringError: a required channel is missing, or what was given is no channel of the
                declared type; the message begins with `where`.
        """
        expected = declared.type.TYPE_NAME
        given = adopted(given)
        if given is None:
            if not declared.optional:
                raise AuthoringError(f"{where} is required: pass a channel of {expected!r}.")
            return cls(declared, None)
        if not isinstance(given, Channel):
            raise AuthoringError(
                f"{where} takes a channel of {expected!r}, got {_describe_non_channel(given)}"
            )
        if given.type_name != expected:
            raise AuthoringError(
                f"{where} takes a channel of {expected!r}, got {given!r}, which is of "
                f"{given.type_name!r}."
            )
        wanted, known = container_type(declared.type), container_type(given.type)
        if wanted and known and wanted is not known:
            raise AuthoringError(
                f"{where} takes a {wanted.__name__}, got {given!r}, which is a {known.__name__}."
            )
        return cls(declared, given)


@dataclass(frozen=True)
class BoundParameter:
    """A parameter's type and what was given.

    That is a plain value, a `RuntimeParameter`, a value that the run makes, or `None`.
    `defines` names the functions that a module file must define.
    """

    type: ParameterType
    value: Any
    defines: tuple[str, ...] = ()

    @classmethod
    def check(cls, declared: ExecutionParameter, given: Any, where: str) -> BoundParameter:
        """The parameter with what was given for it; an optional one may be `None`.

        Raises:
            AuthoringError: a required value is missing, or it is not of the declared type; the
                message begins with `where`.
        """
        held = declared.held_type
        kind, word = parameter_type(held, where), type_word(held, where)
        if given is None:
            if not declared.optional:
                raise AuthoringError(f"{where} is required: pass {word}.")
            return cls(kind, None)
        if isinstance(given, RuntimeParameter):
            _check_runtime_parameter(given, held, where)
            return cls(kind, given)
        if isinstance(given, Channel):
            raise AuthoringError(
                f"{where} takes {word}, got the channel {given!r}. {_how_to_read(given)}"
            )
        if holds_placeholder(given):
            return cls(kind, checked_future_value(given, held, where))
        return cls(kind, checked_held_value(given, declared.type, where), declared.defines)


def refuse_unknown_arguments(
    component: str, arguments: Mapping[str, Any], known: Mapping[str, object]
) -> None:
    """Refuse an argument that is neither an input nor a parameter of a component.

    Raises:
        AuthoringError: there is one; the message names what exists.
    """
    for name in arguments:
        if name not in known:
            raise AuthoringError(
                f"Component {component!r} has no input or parameter {name!r}."
                f"{did_you_mean(name, known)}"
            )


def _describe_non_channel(given: Any) -> str:
    outputs = getattr(given, "outputs", None)
    if isinstance(outputs, Mapping) and outputs:
        keys = ", ".join(repr(key) for key in outputs)
        return f"the node {given.id!r}. Pass one of its outputs: {keys}."
    if isinstance(given, Placeholder) and given.channels:
        return f"{given!r}, which is read from a channel. Pass the channel: {given.channels[0]!r}."
    return f"{given!r} of type {type(given).__name__}."


def _check_runtime_parameter(given: RuntimeParameter, declared: object, where: str) -> None:
    if declared is ModuleFile:
        raise AuthoringError(
            f"{where} cannot be a RuntimeParameter: "
            "a user's module is read when the pipeline is compiled."
        )
    if not can_be_read_as(given.ptype, declared):
        raise AuthoringError(
            f"{where} takes {type_word(declared, where)}, but runtime parameter {given.name!r} is "
            f"{type_word(given.ptype, where)}."
        )
    if isinstance(given.default, str) and parameter_type(declared, where).is_json:
        _check_json_default(given, declared, where)


def _check_json_default(given: RuntimeParameter, declared: object, where: str) -> None:
    what = f"{where}: default of runtime parameter {given.name!r}"
    try:
        value = json.loads(given.default)
    except ValueError as error:
        raise AuthoringError(f"{what} is not JSON: {error}: {given.default!r}.") from None
    checked_value(value, declared, what)


def _how_to_read(channel: Channel) -> str:
    if not isinstance(channel, RunChannel):
        return "Declare an input to read a channel."
    holds_value = value_artifact_class(channel.type_name) is not None
    what = "value" if holds_value else "uri"
    return f"Write {channel!r}.future()[0].{what} to pass its {what}."
