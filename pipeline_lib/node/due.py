"""A node that is due: its condition holds, and all that it reads is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.ir.evaluation import Scope
from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore
from pipeline_lib.node.inputs import resolve_inputs
from pipeline_lib.node.parameter_values import parameter_values
from pipeline_lib.node.request import Image
from pipeline_lib.node.run import Run


@dataclass(frozen=True)
class Due:
    """A node that is due.

    Attributes:
        execution: its record, as far as it is known before the work begins.
        parameters: their values; the record has no secrets.
        scope: what its expressions read.
        image: what it runs in, if it does.
    """

    node: Node
    run: Run
    execution: ExecutionRecord
    parameters: Mapping[str, Any]
    scope: Scope
    image: Image | None = None


def scope_of(node: Node, run: Run, inputs: Mapping[str, Sequence[ArtifactRecord]]) -> Scope:
    """What a node's expressions read, where these are its inputs."""
    return Scope(
        inputs=inputs,
        runtime_parameters=run.runtime_parameters,
        staged=run.staged,
        information=run.information(node.id),
    )


def due_again(node: Node, run: Run, execution: ExecutionRecord, store: MetadataStore) -> Due:
    """What was due when an execution of a node was recorded as running, found again.

    Another process may have recorded it. The inputs that the record has are not asked for again:
    the store may have an answer to a query that is newer.

    Raises:
        PipelineLibError: what it reads is not there any more.
    """
    inputs = resolve_inputs(node, run, store, known=execution.inputs)
    scope = scope_of(node, run, inputs)
    return Due(node, run, execution, parameter_values(node, scope), scope)
