"""`--param NAME=VALUE`: values of runtime parameters, typed by their declarations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click

from pipeline_lib.ir.node import ParameterType
from pipeline_lib.ir.pipeline import Pipeline

_BOOLEANS = {"true": True, "false": False}


def _names_and_values(
    ctx: click.Context, param: click.Parameter, given: Iterable[str]
) -> tuple[tuple[str, str], ...]:
    """Each `NAME=VALUE` as a pair, split at the first `=`."""
    pairs = []
    for text in given:
        name, sign, value = text.partition("=")
        if not name or not sign:
            raise click.BadParameter(f"expected NAME=VALUE, got {text!r}.")
        pairs.append((name, value))
    return tuple(pairs)


param_option = click.option(
    "--param",
    "given",
    multiple=True,
    callback=_names_and_values,
    metavar="NAME=VALUE",
    help="Value of a runtime parameter; repeat it for several. The parameter's declaration says "
    "how VALUE is read: a number, text, true or false, or JSON for a list or dict.",
)


def typed_parameters(given: Iterable[tuple[str, str]], pipeline: Pipeline) -> dict[str, Any]:
    """The values that were given, each of its parameter's type.

    A name that the pipeline does not declare is passed on as text: the runner refuses it.

    Raises:
        click.BadParameter: a value is not of the declared type, or a name was given twice.
    """
    declared = {parameter.name: parameter.type for parameter in pipeline.runtime_parameters}
    values: dict[str, Any] = {}
    for name, text in given:
        if name in values:
            raise _bad_parameter(f"{name!r} is given twice.")
        kind = declared.get(name, ParameterType.STRING)
        try:
            values[name] = _READERS.get(kind, str)(text)
        except (ValueError, KeyError) as error:
            detail = f": {error}" if kind.is_json else ""
            raise _bad_parameter(
                f"{name!r} takes {_EXPECTED[kind]}, got {text!r}{detail}."
            ) from error
    return values


def _json_of(*types: type) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = json.loads(text)
        if not isinstance(value, types):
            raise ValueError(f"it is of type {type(value).__name__}")
        return value

    return read


def _bad_parameter(message: str) -> click.BadParameter:
    return click.BadParameter(message, param_hint="'--param'")


_READERS: Mapping[ParameterType, Callable[[str], Any]] = {
    ParameterType.INT: int,
    ParameterType.FLOAT: float,
    ParameterType.BOOL: lambda text: _BOOLEANS[text.lower()],
    ParameterType.JSON: _json_of(list, dict),
    ParameterType.LIST: _json_of(list),
    ParameterType.DICT: _json_of(dict),
}
_EXPECTED = {
    ParameterType.INT: "an int",
    ParameterType.FLOAT: "a float",
    ParameterType.BOOL: "true or false",
    ParameterType.JSON: "a list or dict as JSON",
    ParameterType.LIST: "a list as JSON",
    ParameterType.DICT: "a dict as JSON",
}
