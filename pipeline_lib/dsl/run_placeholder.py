"""What a node can read of itself, of its run and of the process that starts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline_lib.dsl.placeholder import ValuePlaceholder
from pipeline_lib.dsl.placeholder_base import UnknownFieldError, checked_key
from pipeline_lib.errors import AuthoringError, did_you_mean
from pipeline_lib.ir.expressions import (
    EnvironmentVariable,
    ExecutionParameterValue,
    RunField,
    RunInformation,
)


def exec_property(key: str) -> ValuePlaceholder:
    """A parameter of the node itself, for a container's command: `exec_property("steps")`.

    A field of a dict or message is an attribute: `exec_property("config").layers[0].units`.
    """
    checked = checked_key(key, "exec_property")
    return ValuePlaceholder(lambda _: ExecutionParameterValue(checked))


def environment_variable(key: str) -> ValuePlaceholder:
    """An environment variable of the process that starts the node."""
    checked = checked_key(key, "environment_variable")
    return ValuePlaceholder(lambda _: EnvironmentVariable(checked), value_type=str)


def runtime_info(key: str) -> ValuePlaceholder:
    """What is known of the run: `runtime_info("pipeline_run_id")`.

    Raises:
        AuthoringError: nothing is known under that key.
    """
    keys = {field.value: field for field in RunField}
    if key not in keys:
        raise AuthoringError(f"runtime_info has no key {key!r}.{did_you_mean(key, keys)}")
    return _run_information(keys[key])


def execution_invocation() -> ExecutionInvocation:
    """What is known of the execution: `execution_invocation().pipeline_run_id`."""
    return ExecutionInvocation("execution_invocation()", _INVOCATION)


class ExecutionInvocation:
    """Fields of TFX's message of that name, for which the run has a value.

    Raises:
        UnknownFieldError: a field is read for which it has none.
    """

    def __init__(self, path: str, fields: Mapping[str, Any]) -> None:
        self._path = path
        self._fields = fields

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # what Python itself asks for
            raise AttributeError(name)
        found = self._fields.get(name)
        if found is None:
            raise UnknownFieldError(
                f"{self._path} has no field {name!r}.{did_you_mean(name, self._fields)}"
            )
        if isinstance(found, RunField):
            return _run_information(found)
        return ExecutionInvocation(f"{self._path}.{name}", found)

    def __repr__(self) -> str:
        return self._path


def _run_information(field: RunField) -> ValuePlaceholder:
    return ValuePlaceholder(lambda _: RunInformation(field), value_type=str)


_INVOCATION: Mapping[str, Any] = {
    "pipeline_run_id": RunField.RUN_ID,
    "top_level_pipeline_run_id": RunField.RUN_ID,
    "stateful_working_dir": RunField.WORKING_DIRECTORY,
    "pipeline_info": {"id": RunField.PIPELINE_NAME},
    "pipeline_node": {"node_info": {"id": RunField.NODE_ID}},
}
"""Sub-pipelines are part of the run that they are in: it is their top-level run as well."""
