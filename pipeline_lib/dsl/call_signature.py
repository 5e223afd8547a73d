"""How a component function is called, as notebooks and `help` show it."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable
from typing import Annotated, Any, Union

from pipeline_lib.dsl.annotations import Role
from pipeline_lib.dsl.function_signature import REQUIRED, FunctionSignature


def call_signature(function: Callable[..., Any], known: FunctionSignature) -> inspect.Signature:
    """The signature of a call: by name, without the outputs, with a node as the result."""
    called = inspect.signature(function)
    arguments = [
        argument.replace(
            kind=argument.KEYWORD_ONLY,
            default=_default(argument, known),
            annotation=_AsWritten(_words(argument.annotation)),
        )
        for name, argument in called.parameters.items()
        if name in known.inputs or name in known.parameters
    ]
    return called.replace(parameters=arguments, return_annotation=_AsWritten("BaseNode"))


class _AsWritten(str):
    """Stands in a signature without quotation marks."""

    def __repr__(self) -> str:
        return str(self)


def _default(argument: inspect.Parameter, known: FunctionSignature) -> Any:
    """The function's own, or `None` where a call may leave the argument out without one."""
    name = argument.name
    is_optional = name in known.inputs and known.inputs[name].optional
    if argument.default is REQUIRED and (is_optional or name in known.defaults):
        return None
    return argument.default


def _words(annotation: Any) -> str:
    """An annotation as its author writes it: names without their modules."""
    if isinstance(annotation, str):
        return annotation
    if annotation is types.NoneType:
        return "None"
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated and isinstance(parts[1], Role):
        return f"{parts[1].value}[{_words(parts[0])}]"
    if origin in (Union, types.UnionType):
        return " | ".join(map(_words, parts))
    if isinstance(origin, type) and parts:
        return f"{origin.__name__}[{', '.join(map(_words, parts))}]"
    return getattr(annotation, "__name__", None) or inspect.formatannotation(annotation)
