"""Placeholders of TFX, in the text of a pipeline, as ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from tfx.types.channel_utils import encode_placeholder_with_channels, get_dependent_channels

from pipeline_lib.dsl.channel import RunChannel
from pipeline_lib.dsl.placeholder import Placeholder, Predicate
from pipeline_lib.dsl.placeholder_base import Build, Reader
from pipeline_lib.ir.expressions import Expression, InputArtifacts
from pipeline_lib.tfx_bridge.channels import our_channel
from pipeline_lib.tfx_bridge.expressions_from_tfx import from_placeholder
from pipeline_lib.tfx_bridge.unsupported import not_in_ours


def our_placeholder(placeholder: Any, where: str) -> Placeholder:
    """A placeholder of ours that has the same value.

    Raises:
        UnsupportedError: we have nothing like it; the message begins with `where`.
    """
    return Placeholder(*_parts(placeholder, where))


def our_predicate(predicate: Any, where: str) -> Predicate:
    """A predicate of ours that is true when TFX's is; raises as `our_placeholder`."""
    return Predicate(*_parts(predicate, where))


def _parts(placeholder: Any, where: str) -> tuple[Build, tuple[RunChannel, ...]]:
    read = dict.fromkeys(get_dependent_channels(placeholder))
    stand_ins = {channel: f"<{number}>" for number, channel in enumerate(read)}
    message = encode_placeholder_with_channels(placeholder, stand_ins.__getitem__)
    expression = from_placeholder(message, where)
    channels = {text: _run_channel(one, where) for one, text in stand_ins.items()}

    def build(reader: Reader) -> Expression:
        keys = {text: reader.input_key(channel) for text, channel in channels.items()}
        return _with_inputs(expression, keys)

    return build, tuple(channels.values())


def _run_channel(channel: Any, where: str) -> RunChannel:
    ours = our_channel(channel, where)
    if not isinstance(ours, RunChannel):
        raise not_in_ours(where, f"reads {ours!r}, which no node of the pipeline writes,")
    return ours


def _with_inputs(expression: Expression, keys: Mapping[str, str]) -> Expression:
    """The expression with the inputs that it reads under their names at the node."""
    if isinstance(expression, InputArtifacts):
        return InputArtifacts(keys.get(expression.key, expression.key))
    changed: dict[str, Any] = {}
    for part in fields(expression):
        value = getattr(expression, part.name)
        if isinstance(value, Expression):
            changed[part.name] = _with_inputs(value, keys)
        elif isinstance(value, tuple) and all(isinstance(one, Expression) for one in value):
            changed[part.name] = tuple(_with_inputs(one, keys) for one in value)
    return replace(expression, **changed)
