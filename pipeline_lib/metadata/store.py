"""What pipeline_lib asks of a metadata store.

A back end implements `MetadataStore`; `open_store` chooses it by the connection's settings. Runs,
executions and artifacts go in and out as plain records, so that nothing outside this
package knows the store's own messages.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.metadata.lineage import Direction, Lineage
from pipeline_lib.metadata.queries import ArtifactQuery
from pipeline_lib.metadata.records import NESTED_FAILURE as NESTED_FAILURE
from pipeline_lib.metadata.records import ErrorRecord as ErrorRecord
from pipeline_lib.metadata.records import ExecutionRecord as ExecutionRecord
from pipeline_lib.metadata.records import ExecutionState as ExecutionState
from pipeline_lib.metadata.records import RunRecord as RunRecord
from pipeline_lib.metadata.records import RunState as RunState
from pipeline_lib.metadata.records import instance_name as instance_name
from pipeline_lib.metadata.tracking import CodeVersion as CodeVersion
from pipeline_lib.metadata.tracking import NoteRecord as NoteRecord
from pipeline_lib.metadata.tracking import RunEnvironment as RunEnvironment


class MetadataStore(Protocol):
    """The store. Every method may raise `MetadataStoreError`; each write is one transaction.

    Implementations may be called from several threads.
    """

    def record_run(self, run: RunRecord) -> None:
        """Record a run, or its new state.

        Tags and notes are taken of a new run only: those of a known one are changed by
        `change_tags` and `add_note`, at any time, also while the run goes on.
        """

    def change_tags(
        self, run_id: str, add: Collection[str] = (), remove: Collection[str] = ()
    ) -> RunRecord:
        """Give a run tags and take others from it; the run as it is then.

        What other processes change at the same time is kept. A tag that is there already, or is
        not there to be removed, is no error.

        Raises:
            RunNotFoundError: the store holds no such run.
        """

    def add_note(self, run_id: str, note: NoteRecord) -> RunRecord:
        """Add a note to a run; the run as it is then.

        Raises:
            RunNotFoundError: the store holds no such run.
        """

    def record(self, execution: ExecutionRecord) -> ExecutionRecord:
        """Record an execution that has no id yet, or the new state of one that has.

        Inputs are linked when it is first recorded, outputs when it is successful.

        Returns:
            The execution with its id, and the ids of its outputs.
        """

    def execution(self, run_id: str, instance: str) -> ExecutionRecord | None:
        """The latest execution of that `instance` in a run, with inputs and outputs."""

    def executions(self, run_id: str) -> list[ExecutionRecord]:
        """All executions of a run with inputs and outputs, oldest first.

        Raises:
            RunNotFoundError: the store holds no such run.
        """

    def states(self, run_id: str) -> Mapping[str, ExecutionState]:
        """State of each instance's latest execution in a run, without reading any artifact.

        Raises:
            RunNotFoundError: the store holds no such run.
        """

    def seconds(self, run_id: str) -> Mapping[str, float]:
        """How long each instance that is complete took, without reading any artifact.

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

    def cached(self, cache_key: str) -> ExecutionRecord | None:
        """The latest completed execution of any pipeline with that cache key, with outputs.

        None of its outputs is marked as deleted.
        """

    def node_executions(
        self, pipeline_name: str, node_id: str, iteration: str = "", before_id: int = 0
    ) -> list[ExecutionRecord]:
        """The last twenty executions of a node in all runs of a pipeline, newest first.

        With inputs and outputs. Where there is a loop around the node, those of one `iteration`;
        with `before_id` those that were recorded before the execution of that id.
        """

    def artifacts(self, query: ArtifactQuery) -> list[ArtifactRecord]:
        """Live artifacts that answer a query, newest first."""

    def artifacts_at(self, type_name: str, uri: str) -> list[ArtifactRecord]:
        """Live artifacts of a type at a URI, newest first."""

    def artifact_ids(self, uri: str) -> list[int]:
        """Ids of all artifacts at a URI, newest first, with those whose files are gone."""

    def lineage(
        self,
        artifact_ids: Collection[int],
        directions: Collection[Direction] = tuple(Direction),
        depth: int | None = None,
        as_of: float | None = None,
    ) -> Lineage:
        """What artifacts were made of, and what was made of them.

        Args:
            artifact_ids: where to start; an id that the store does not hold is left out.
            directions: where to go.
            depth: over how many executions to go at most.
            as_of: the store as it was then, in seconds since the epoch.
        """

    def deleted(self, artifact_ids: Collection[int]) -> set[int]:
        """Those of the artifacts that are marked as deleted."""

    def mark_deleted(self, artifact_ids: Collection[int]) -> None:
        """Record that artifacts are not to be used again: their files are gone, or about to go."""

    def mark_live(self, artifact_ids: Collection[int]) -> None:
        """Record that artifacts may be used after all."""

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
