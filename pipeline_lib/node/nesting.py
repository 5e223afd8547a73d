"""A node that holds nodes of its own: the run as these see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.executors import PipelineExecutor
from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore
from pipeline_lib.node.due import Due, due_again
from pipeline_lib.node.inputs import UpstreamMissingError, reason_missing
from pipeline_lib.node.run import Run


@dataclass(frozen=True)
class Nested:
    """The nodes that the node holds have to be run: its execution is recorded as running.

    Attributes:
        runs: the run as the inner nodes see it, once for each element of a loop.
    """

    node: Node
    executor: PipelineExecutor
    execution: ExecutionRecord
    runs: tuple[Run, ...]


def nested(due: Due, executor: PipelineExecutor, store: MetadataStore) -> Nested:
    """Record that the node is running, and give what it holds; raises what `inner_runs` does."""
    runs = inner_runs(due, store)
    return Nested(due.node, executor, store.record(due.execution), runs)


def nested_again(node: Node, run: Run, execution: ExecutionRecord, store: MetadataStore) -> Nested:
    """What `nested` gave when the execution was recorded, found again.

    Raises:
        PipelineLibError: what the node reads is not there any more.
    """
    assert isinstance(node.executor, PipelineExecutor), "no other holds nodes"
    due = due_again(node, run, execution, store)
    return Nested(node, node.executor, execution, inner_runs(due, store))


def inner_runs(due: Due, store: MetadataStore) -> tuple[Run, ...]:
    """The run as the nodes see it that a node holds, once for each element of a loop.

    The same in every process: it depends on the node's inputs and parameters alone.

    Raises:
        UpstreamMissingError: what it loops over is missing because its source did not run.
        AuthoringError: it loops over a value that is no list.
    """
    node, inputs = due.node, due.scope.inputs
    missing = {
        key: reason_missing(node.inputs[key], due.run, store)
        for key, artifacts in inputs.items()
        if not artifacts
    }
    if missing.get(node.loop):
        raise UpstreamMissingError(missing[node.loop])
    if not node.loop:
        return (due.run.inside(node.id, inputs, missing, due.parameters),)
    if node.loop in inputs:
        return tuple(
            due.run.inside(
                node.id, {**inputs, node.loop: [artifact]}, missing, due.parameters, position
            )
            for position, artifact in enumerate(inputs[node.loop])
        )
    return tuple(
        due.run.inside(node.id, inputs, missing, {node.loop: value}, position)
        for position, value in enumerate(_values(due))
    )


def _values(due: Due) -> list[Any]:
    """The values that the node loops over."""
    values = due.parameters[due.node.loop]
    if isinstance(values, list):
        return values
    read = describe(due.node.parameters[due.node.loop].value)
    raise AuthoringError(
        f"ForEach {due.node.id!r} takes a list, but {read} is {values!r} "
        f"of type {type(values).__name__}."
    )
