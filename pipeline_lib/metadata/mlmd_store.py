"""The metadata store on ML Metadata."""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import ml_metadata
from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.metadata.mlmd_annotations import (
    change_properties,
    note_property,
    note_value,
    tag_changes,
)
from pipeline_lib.metadata.mlmd_artifacts import in_batches
from pipeline_lib.metadata.mlmd_events import Link, at_their_places, links
from pipeline_lib.metadata.mlmd_exact import columns_of, keep_exact
from pipeline_lib.metadata.mlmd_known_ids import ContextName, KnownIds
from pipeline_lib.metadata.mlmd_reader import MlmdReader
from pipeline_lib.metadata.mlmd_records import (
    PREFIX,
    artifact_message,
    artifact_record,
    execution_message,
)
from pipeline_lib.metadata.mlmd_runs import ENDED, give_tags, own_names, run_context, run_record
from pipeline_lib.metadata.mlmd_session import Session, writing
from pipeline_lib.metadata.mlmd_written_already import written_already
from pipeline_lib.metadata.records import ExecutionRecord, ExecutionState, RunRecord
from pipeline_lib.metadata.tracking import NoteRecord


class MlmdStore(MlmdReader):
    """`MetadataStore` on ML Metadata: SQLite, MySQL, PostgreSQL or a gRPC server.

    What this process records is kept in memory as well, so that reading the outputs of an
    upstream node costs the same however many nodes and runs the store holds.
    """

    def __init__(self, config: MetadataConnectionConfig) -> None:
        super().__init__()
        self._ids = KnownIds()
        self._columns = columns_of(config)
        self._session = Session(config, self._ids.put_context_types)

    @writing
    def record_run(self, run: RunRecord) -> None:
        """Record a run, or its new state."""
        context = run_context(run, self._ids.context_type("pipeline_run"))
        keep_exact(context, self._columns)
        known = self._context("pipeline_run", run.run_id)
        if known is None:
            give_tags(context, run)
            self._put_new_run(context, run.pipeline_name)
            return
        change_properties(self._store, known, context.custom_properties, own_names(run))
        pipeline = self._context("pipeline", run.pipeline_name) if self._session.in_doubt else None
        if pipeline is not None:
            self._put_below(pipeline.id, known.id)

    @writing
    def change_tags(
        self, run_id: str, add: Collection[str] = (), remove: Collection[str] = ()
    ) -> RunRecord:
        """Give a run tags and take others from it."""
        return self._annotated(run_id, *tag_changes(add, remove))

    def add_note(self, run_id: str, note: NoteRecord) -> RunRecord:
        """Add a note to a run."""
        # Named once: a call that is repeated writes the same note again.
        return self._add_note(run_id, note, note_property())

    @writing
    def _add_note(self, run_id: str, note: NoteRecord, name: str) -> RunRecord:
        return self._annotated(run_id, {name: note_value(note, self._columns)}, [name])

    def _annotated(self, run_id: str, values: dict[str, mlmd.Value], names: list[str]) -> RunRecord:
        """Change properties of a run; the run as it is then."""
        known = self._run_context(run_id)
        ended = run_record(known).ended
        if ended and ENDED not in known.custom_properties:
            # It was the time of the last change, until now.
            values, names = {**values, ENDED: mlmd.Value(double_value=ended)}, [*names, ENDED]
        if names:
            change_properties(self._store, known, values, names)
        return self._run_record(self._run_context(run_id))

    def record(self, execution: ExecutionRecord) -> ExecutionRecord:
        """Record an execution or its new state."""
        # By its mark a new execution is found again if the connection is lost while it is written.
        return self._record(execution, "" if execution.id else f"{PREFIX}{uuid.uuid4().hex}")

    @writing
    def _record(self, execution: ExecutionRecord, mark: str) -> ExecutionRecord:
        type_id = self._ids.execution_type(self._store, execution.type_name)
        message = execution_message(execution, type_id)
        if mark:
            message.external_id = mark
        keep_exact(message, self._columns)
        inputs = [] if execution.id else links(mlmd.Event.INPUT, execution.inputs)
        kind = mlmd.Event.INTERNAL_OUTPUT if execution.chosen else mlmd.Event.OUTPUT
        outputs = links(kind, execution.outputs) if execution.state.is_success else []
        new_artifacts = [self._new_artifact(execution, link) for link in outputs]
        artifacts = [None] * len(inputs) + new_artifacts
        all_links = inputs + outputs
        in_doubt = self._session.in_doubt
        written = written_already(self._store, message, all_links) if in_doubt else None
        execution_id, artifact_ids = written or self._put_execution(
            execution, message, artifacts, all_links
        )
        # The store answers with one id for each link, in their order.
        output_ids = artifact_ids[len(inputs) :]
        recorded_outputs = at_their_places(
            (link.places, _recorded_artifact(link.record, artifact, artifact_id))
            for link, artifact, artifact_id in zip(outputs, new_artifacts, output_ids, strict=True)
        )
        recorded = _recorded_now(execution, execution_id, recorded_outputs)
        self._recorded[execution.run_id, execution.instance] = recorded
        return recorded

    def _put_execution(
        self,
        execution: ExecutionRecord,
        message: mlmd.Execution,
        artifacts: Iterable[mlmd.Artifact | None],
        links: Iterable[Link],
    ) -> tuple[int, list[int]]:
        """Write it in one transaction; the ids of the execution and of each link's artifact."""
        names = _context_names(execution)
        execution_id, artifact_ids, context_ids = self._store.put_execution(
            message,
            [(artifact, link.event) for artifact, link in zip(artifacts, links, strict=True)],
            [self._ids.context(*name) for name in names],
            reuse_context_if_already_exist=True,
            force_reuse_context=True,
        )
        self._ids.note_contexts(names, context_ids)
        return execution_id, artifact_ids

    @writing
    def mark_deleted(self, artifact_ids: Collection[int]) -> None:
        """Record that the files of artifacts are gone."""
        self._put_states(artifact_ids, mlmd.Artifact.DELETED)

    @writing
    def mark_live(self, artifact_ids: Collection[int]) -> None:
        """Record that artifacts which were marked as deleted are there."""
        self._put_states(artifact_ids, mlmd.Artifact.LIVE)

    def close(self) -> None:
        """Release the connection."""
        self._recorded.clear()
        self._session.close()

    def _put_states(self, artifact_ids: Collection[int], state: Any) -> None:
        for some in in_batches(sorted(artifact_ids)):
            artifacts = self._store.get_artifacts_by_id(some)
            for artifact in artifacts:
                artifact.state = state
            self._store.put_artifacts(artifacts)

    def _put_new_run(self, run: mlmd.Context, pipeline_name: str) -> None:
        """Record a run below its pipeline, as TFX does."""
        known = self._context("pipeline", pipeline_name)
        pipeline = known or mlmd.Context(
            type_id=self._ids.context_type("pipeline"), name=pipeline_name
        )
        pipeline_id, run_id = self._store.put_contexts([pipeline, run])
        self._ids.note_contexts([("pipeline", pipeline_name)], [pipeline_id])
        self._put_below(pipeline_id, run_id)

    def _put_below(self, parent_id: int, child_id: int) -> None:
        link = mlmd.ParentContext(parent_id=parent_id, child_id=child_id)
        try:
            self._store.put_parent_contexts([link])
        except ml_metadata.errors.AlreadyExistsError:
            pass  # written before the connection was lost

    def _new_artifact(self, execution: ExecutionRecord, link: Link) -> mlmd.Artifact | None:
        """The new artifact of a link; one that is recorded already is left as it is."""
        if link.record.id:
            return None
        declared = execution.output_types[link.places[0][0]]
        type_id = self._ids.artifact_type(self._store, declared)
        message = artifact_message(link.record, declared, type_id, execution.node_id)
        keep_exact(message, self._columns)
        return message


def _context_names(execution: ExecutionRecord) -> list[ContextName]:
    """Type and name of each context that an execution belongs to."""
    names = [
        ("pipeline", execution.pipeline_name),
        ("pipeline_run", execution.run_id),
        ("node", f"{execution.pipeline_name}.{execution.node_id}"),
    ]
    if execution.cache_key and execution.state is not ExecutionState.CACHED:
        # From its beginning on, when the database's pages of contexts are written anyway: to join
        # when it has ended would cost a third of that transaction. Executions served from the
        # cache stay out, so that a look-up costs the same on the 100th run.
        names.append(("execution_cache", execution.cache_key))
    return names


def _recorded_now(
    execution: ExecutionRecord, execution_id: int, outputs: dict[str, list[ArtifactRecord]]
) -> ExecutionRecord:
    now = time.time()
    return replace(
        execution,
        id=execution_id,
        outputs=outputs or execution.outputs,
        started=execution.started or now,
        ended=0.0 if execution.state is ExecutionState.RUNNING else now,
    )


def _recorded_artifact(
    record: ArtifactRecord, new: mlmd.Artifact | None, artifact_id: int
) -> ArtifactRecord:
    """The record as it is when it is read from the store: a struct knows no integers."""
    if new is None:
        return record
    return replace(artifact_record(new), type_name=record.type_name, id=artifact_id)
