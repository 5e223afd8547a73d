"""What pipeline_lib asks of a metadata store.

A back end implements `MetadataStore`; `open_store` chooses it by the connection's settings. Runs,
executions and artifacts go in and out as the plain records below, so that nothing outside this
package knows the store's own messages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.ir.inputs import ArtifactType
from pipeline_lib.metadata.connection import MetadataConnectionConfig


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


class RunState(Enum):
    """Where a run stands."""

    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELED = "canceled"


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
        type_name: the component's type.
        inputs: artifacts read, by input key.
        outputs: artifacts written or chosen, by output key.
        output_types: type of each output; needed to record an artifact of a new type.
        chosen: the outputs were found in the store (by a resolver), not made.
        parameters: values of the node's parameters.
        cache_key: executions with equal keys would give equal results; empty if none was computed.
        cache_leaves: the parts of the cache key by name.
        cached_from: id of the execution whose outputs were taken over, or 0.
        reason: why it was skipped, canceled or served from the cache.
        log_uri: where the executor's output was written.
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
    reason: str = ""
    error: ErrorRecord | None = None
    log_uri: str = ""
    started: float = 0.0
    ended: float = 0.0
    id: int = 0


@dataclass(frozen=True)
class RunRecord:
    """One run of a pipeline."""

    pipeline_name: str
    run_id: str
    state: RunState
    pipeline_root: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    started: float = 0.0
    ended: float = 0.0


class MetadataStore(Protocol):
    """The store. Every method may raise `MetadataStoreError`; each write is one transaction.

    Implementations may be called from several threads.
    """

    def record_run(self, run: RunRecord) -> None:
        """Record a run, or its new state."""

    def record(self, execution: ExecutionRecord) -> ExecutionRecord:
        """Record an execution that has no id yet, or the new state of one that has.

        Inputs are linked when it is first recorded, outputs when it is successful.

        Returns:
            The execution with its id, and the ids of its outputs.
        """

    def execution(self, run_id: str, node_id: str) -> ExecutionRecord | None:
        """The latest execution of a node in a run, with inputs and outputs."""

    def executions(self, run_id: str) -> list[ExecutionRecord]:
        """All executions of a run with inputs and outputs, oldest first.

        Raises:
            RunNotFoundError: the store holds no such run.
        """

    def states(self, run_id: str) -> Mapping[str, ExecutionState]:
        """State of each node's latest execution in a run, without reading any artifact.

        Raises:
            RunNotFoundError: the store holds no such run.
        """

    def run(self, run_id: str) -> RunRecord:
        """A run by its id.

        Raises:
            RunNotFoundError: the store holds no such run.
        """

    def runs(self) -> list[RunRecord]:
        """All runs, newest first."""

    def cached(self, pipeline_name: str, cache_key: str) -> ExecutionRecord | None:
        """The latest completed execution with that cache key, with outputs."""

    def artifacts(
        self, type_name: str, pipeline_name: str, node_id: str = "", output_key: str = ""
    ) -> list[ArtifactRecord]:
        """Live artifacts of a type that runs of a pipeline wrote, newest first.

        With `node_id` those that this node wrote, with `output_key` at that output.
        """

    def artifacts_at(self, type_name: str, uri: str) -> list[ArtifactRecord]:
        """Live artifacts of a type at a URI, newest first."""

    def close(self) -> None:
        """Release the store's resources."""


def open_store(config: MetadataConnectionConfig) -> MetadataStore:
    """Open the store that `config` describes.

    Raises:
        MetadataStoreError: it cannot be opened.
    """
    # Imported here: ml_metadata brings gRPC, which authoring and compiling must not load.
    from pipeline_lib.metadata.mlmd_store import MlmdStore

    return MlmdStore(config)
