"""Runs and executions as plain records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.ir.inputs import ArtifactType
from pipeline_lib.metadata.tracking import NoteRecord, RunEnvironment


class ExecutionState(Enum):
    """Where an execution stands. All but `RUNNING` are final."""

    RUNNING = "running"
    COMPLETE = "complete"
    CACHED = "cached"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELED = "canceled"

    @property
    def is_success(self) -> bool:
        """Whether the execution's outputs can be used."""
        return self in (ExecutionState.COMPLETE, ExecutionState.CACHED)


def instance_name(node_id: str, iteration: str) -> str:
    """Name of one execution in its run: `train_all.Trainer#2` of a node in a loop."""
    return f"{node_id}#{iteration}" if iteration else node_id


class RunState(Enum):
    """Where a run stands."""

    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELED = "canceled"


NESTED_FAILURE = "NestedNodeFailed"
"""Error type of a node that failed because one that it holds did."""


@dataclass(frozen=True)
class ErrorRecord:
    """Why an execution failed: exception type, message, traceback, and the author's line."""

    type: str
    message: str
    traceback: str = ""
    location: str = ""


@dataclass(frozen=True)
class ExecutionRecord:
    """One execution of one node in one run.

    Attributes:
        node_id: id of the node, with those of the nodes around it.
        iteration: position of each loop around it, outermost first, with dots between.
        type_name: the component's type.
        inputs: artifacts read, by input key.
        outputs: artifacts written or chosen, by output key.
        output_types: type of each output; needed to record an artifact of a new type.
        chosen: the outputs were found in the store (by a resolver), not made.
        parameters: values of the node's parameters.
        cache_key: executions with equal keys would give equal results; empty if none was computed.
        cache_leaves: the parts of the cache key by name.
        cached_from: id of the execution whose outputs were taken over, or 0.
        cache_note: why the cache did not serve it, where its leaves do not tell.
        reason: why it was skipped, canceled or served from the cache.
        log_uri: where the executor's output was written; empty if there was none.
        image: name and id of the container image that it ran in.
        started, ended: seconds since the epoch; 0 where it has not ended.
        id: the store's id, 0 before it is recorded.
    """

    pipeline_name: str
    run_id: str
    node_id: str
    type_name: str
    state: ExecutionState
    inputs: Mapping[str, Sequence[ArtifactRecord]] = field(default_factory=dict)
    outputs: Mapping[str, Sequence[ArtifactRecord]] = field(default_factory=dict)
    output_types: Mapping[str, ArtifactType] = field(default_factory=dict)
    chosen: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)
    cache_key: str = ""
    cache_leaves: Mapping[str, str] = field(default_factory=dict)
    cached_from: int = 0
    cache_note: str = ""
    reason: str = ""
    error: ErrorRecord | None = None
    log_uri: str = ""
    image: str = ""
    started: float = 0.0
    ended: float = 0.0
    id: int = 0
    iteration: str = ""

    @property
    def instance(self) -> str:
        """What is unique in a run: the node, and the iteration if there is a loop around it."""
        return instance_name(self.node_id, self.iteration)


@dataclass(frozen=True)
class RunRecord:
    """One run of a pipeline.

    Attributes:
        pipeline_digest: of the compiled pipeline, which is kept below the pipeline root.
        tags: words by which an author finds it again.
        only: ids of the nodes that are run, where these are not all.
        use_cache: whether cached results may be used at all.
        environments: what it was made with; more than one where it was resumed with another.
        notes: what was written about it, oldest first.
    """

    pipeline_name: str
    run_id: str
    state: RunState
    pipeline_root: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    pipeline_digest: str = ""
    tags: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    use_cache: bool = True
    started: float = 0.0
    ended: float = 0.0
    environments: tuple[RunEnvironment, ...] = ()
    notes: tuple[NoteRecord, ...] = ()
