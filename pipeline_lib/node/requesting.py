"""Asking for the execution of a node: what a run and a replay have in common."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import DataError
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.evaluation import Scope, evaluate
from pipeline_lib.ir.executors import ClassExecutor, ContainerExecutor, FunctionExecutor
from pipeline_lib.ir.expressions import Expression, RunField, RunInformation, SourceFile
from pipeline_lib.ir.node import Node, ParameterType
from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.node.environment import environment_of
from pipeline_lib.node.output_files import uri_to_write
from pipeline_lib.node.request import ExecutionRequest, Image, OutputSlot
from pipeline_lib.node.staging import local_places


def request_of(
    node: Node,
    execution: ExecutionRecord,
    parameters: Mapping[str, Any],
    scope: Scope,
    outputs: Mapping[str, OutputSlot],
    system_dir: str,
    image: Image | None = None,
) -> ExecutionRequest:
    """What is needed to execute a node whose executor is Python code, or a container's command.

    Args:
        node: the node.
        execution: its record, with what it reads.
        parameters: their values; the record has no secrets.
        scope: what Beam's arguments and a command read.
        outputs: where each output is written.
        system_dir: directory for the log and temporary files.
        image: what it runs in, if it does.

    Raises:
        PipelineLibError: a command or an argument has no value, or a secret is not set.
    """
    executor = node.executor
    assert isinstance(executor, (FunctionExecutor, ClassExecutor, ContainerExecutor))
    beam_arguments = executor.beam_pipeline_args if isinstance(executor, ClassExecutor) else ()
    command = executor.command if isinstance(executor, ContainerExecutor) else ()
    seen = command_scope(scope, parameters, execution, outputs, system_dir) if command else scope
    return ExecutionRequest(
        executor=executor,
        pipeline_name=execution.pipeline_name,
        run_id=execution.run_id,
        node_id=execution.node_id,
        execution_id=execution.id,
        types={key: declared.type for key, declared in node.inputs.items()},
        inputs=execution.inputs,
        outputs=outputs,
        parameters=parameters,
        beam_pipeline_args=tuple(str(evaluate(one, scope)) for one in beam_arguments),
        system_dir=system_dir,
        options=node.options,
        environment=environment_of(node.options),
        image=image,
        command=command_line(command, seen),
        reads=tuple(_paths_read(node, parameters, scope)) if image else (),
        writes=tuple(_directories_of_run(node, scope)) if image else (),
    )


def command_scope(
    scope: Scope,
    parameters: Mapping[str, Any],
    execution: ExecutionRecord,
    outputs: Mapping[str, OutputSlot],
    system_dir: str,
) -> Scope:
    """What a container's command reads; arguments as in `request_of`."""
    return replace(
        scope,
        parameters=parameters,
        outputs={key: [_to_be_written(slot)] for key, slot in outputs.items()},
        places=local_places(execution.inputs, outputs, system_dir),
    )


def command_line(command: tuple[Expression, ...], scope: Scope) -> tuple[str, ...]:
    """Program and arguments as texts, as `scope` has the places of inputs and outputs.

    Raises:
        EvaluationError: a part has no value.
        DataError: the value of a part is no text, number or bool.
    """
    return tuple(_text(part, evaluate(part, scope)) for part in command)


def _text(part: Expression, value: Any) -> str:
    if not isinstance(value, (str, bool, int, float)):
        raise DataError(
            f"{describe(part)} cannot be part of a command: it is {value!r} of type "
            f"{type(value).__name__}. Use a text, number or bool, or write it as JSON."
        )
    return str(value)


def _to_be_written(slot: OutputSlot) -> ArtifactRecord:
    return ArtifactRecord(type_name=slot.type.name, uri=uri_to_write(slot))


def _paths_read(node: Node, parameters: Mapping[str, Any], scope: Scope) -> Iterator[str]:
    """Local paths that a node's parameters name: of data, and of the user's modules."""
    for name, declared in node.parameters.items():
        value = parameters[name]
        if isinstance(declared.value, SourceFile):
            yield scope.staged[declared.value.digest]
        elif declared.type in (ParameterType.PATH, ParameterType.MODULE) and _is_here(value):
            yield os.path.abspath(value)


def _is_here(value: Any) -> bool:
    return value is not None and files.is_local(value) and os.path.exists(value)


def _directories_of_run(node: Node, scope: Scope) -> Iterator[str]:
    """The directory that a node has in a run for itself, if it reads where that is."""
    working = RunInformation(RunField.WORKING_DIRECTORY)
    directory = scope.information.get(RunField.WORKING_DIRECTORY, "")
    if working in node.expressions() and files.is_local(directory):
        yield directory
