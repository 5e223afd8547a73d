"""Finding the pipeline that a module defines."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

from pipeline_lib.cli.author_code import author_code
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.errors import UserModuleError, did_you_mean

_USUAL_NAME = "create_pipeline"


def pipeline_in_module(module: ModuleType, name: str, target: str) -> Pipeline:
    """The pipeline of a module.

    Args:
        module: the author's module.
        name: the function that makes the pipeline, or the pipeline itself. If empty: the function
            `create_pipeline`, else the one pipeline object, else the one function that is
            annotated to return a `Pipeline`.
        target: how the user wrote it, for messages.

    Raises:
        UserModuleError: there is no such pipeline, more than one, or the function fails.
    """
    name = name or _only_pipeline_name(module, target)
    found = getattr(module, name, None)
    if found is None:
        existing = [*_functions(module), *_pipeline_objects(module)]
        raise UserModuleError(f"{target!r} has no {name!r}.{did_you_mean(name, existing)}")
    if isinstance(found, Pipeline):
        return found
    if not callable(found):
        raise UserModuleError(
            f"{name!r} in {target!r} is a {type(found).__name__}, "
            "neither a Pipeline nor a function that returns one."
        )
    return _called(found, name, target)


def _only_pipeline_name(module: ModuleType, target: str) -> str:
    if hasattr(module, _USUAL_NAME):
        return _USUAL_NAME
    for names in (_pipeline_objects(module), _pipeline_functions(module)):
        if len(names) == 1:
            return names[0]
        if names:
            raise UserModuleError(
                f"{target!r} has several pipelines: {', '.join(map(repr, names))}. "
                f"Say which: {target}:{names[0]}"
            )
    raise UserModuleError(
        f"{target!r} has no function {_USUAL_NAME!r}, no Pipeline object and no function that is "
        f"annotated '-> Pipeline'. {_advice(_functions(module), target)}"
    )


def _advice(functions: list[str], target: str) -> str:
    if functions:
        return (
            f"Say which function makes the pipeline: {target}:FUNCTION."
            f"{did_you_mean(_USUAL_NAME, functions)}"
        )
    return f"It defines no function at all: write {_USUAL_NAME}(), or name another file."


def _pipeline_objects(module: ModuleType) -> list[str]:
    return [name for name, value in vars(module).items() if isinstance(value, Pipeline)]


def _functions(module: ModuleType) -> list[str]:
    """The functions that the module itself defines, in their order."""
    return [
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    ]


def _pipeline_functions(module: ModuleType) -> list[str]:
    return [name for name in _functions(module) if _returns_pipeline(getattr(module, name))]


def _returns_pipeline(function: Callable[..., Any]) -> bool:
    annotation = function.__annotations__.get("return")
    # With postponed annotations it is text, which may name what cannot be imported here.
    if isinstance(annotation, str):
        return annotation.rpartition(".")[2] == Pipeline.__name__
    return annotation is Pipeline


def _called(function: Callable[..., Any], name: str, target: str) -> Pipeline:
    missing = _required_arguments(function)
    if missing:
        have, them = ("has", "it a default") if len(missing) == 1 else ("have", "them defaults")
        raise UserModuleError(
            f"{name}() in {target!r} cannot be called without arguments: "
            f"{', '.join(map(repr, missing))} {have} no default. Give {them}; "
            "what changes from run to run can be a RuntimeParameter, given with --param."
        )
    with author_code(f"{name}() in {target!r} failed"):
        made = function()
    if not isinstance(made, Pipeline):
        raise UserModuleError(
            f"{name}() in {target!r} returned {made!r} of type {type(made).__name__}, "
            "expected a Pipeline."
        )
    return made


def _required_arguments(function: Callable[..., Any]) -> list[str]:
    return [
        argument.name
        for argument in inspect.signature(function).parameters.values()
        if argument.default is argument.empty
        and argument.kind not in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD)
    ]
