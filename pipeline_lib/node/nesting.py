"""A node that holds nodes of its own: the run as these see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.executors import PipelineExecutor
from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore
from pipeline_lib.node.due import Due
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
    """Record that the node is running, and give what it holds.

    Raises:
        UpstreamMissingError: what it loops over is missing because its source did not run.
        AuthoringError: it loops over a value that is no list.
    """
    runs = tuple(_inner_runs(due, store))
    return Nested(due.node, executor, store.record(due.execution), runs)


def _inner_runs(due: Due, store: MetadataStore) -> list[Run]:
    node, inputs = due.node, due.scope.inputs
    missing = {
        key: reason_missing(node.inputs[key], due.run, store)
        for key, artifacts in inputs.items()
        if not artifacts
    }
    if missing.get(node.loop):
        raise UpstreamMissingError(missing[node.loop])
    if not node.loop:
        return [due.run.inside(node.id, inputs, missing, due.parameters)]
    if node.loop in inputs:
        return [
            due.run.inside(
                node.id, {**inputs, node.loop: [artifact]}, missing, due.parameters, position
            )
            for position, artifact in enumerate(inputs[node.loop])
        ]
    return [
        due.run.inside(node.id, inputs, missing, {node.loop: value}, position)
        for position, value in enumerate(_values(due))
    ]


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
