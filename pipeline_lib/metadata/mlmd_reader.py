"""Reading the metadata store on ML Metadata."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import ml_metadata
from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import RunNotFoundError
from pipeline_lib.metadata.lineage import Direction, Lineage
from pipeline_lib.metadata.mlmd_artifacts import find_artifacts, in_batches, live_newest_first
from pipeline_lib.metadata.mlmd_events import OUTPUT_EVENTS, Place, at_their_places, event_places
from pipeline_lib.metadata.mlmd_exact import Columns
from pipeline_lib.metadata.mlmd_lineage import Tracer
from pipeline_lib.metadata.mlmd_records import PREFIX, artifact_record, execution_record
from pipeline_lib.metadata.mlmd_runs import run_record
from pipeline_lib.metadata.mlmd_session import Session, reading
from pipeline_lib.metadata.queries import ArtifactQuery
from pipeline_lib.metadata.records import ExecutionRecord, ExecutionState, RunRecord


class MlmdReader:
    """The half of `MetadataStore` that reads; what was read or recorded before is remembered."""

    _session: Session
    _columns: Columns

    def __init__(self) -> None:
        self._recorded: dict[tuple[str, str], ExecutionRecord] = {}

    @property
    def _store(self) -> Any:
        return self._session.store

    @reading
    def run(self, run_id: str) -> RunRecord:
        """A run by its id."""
        return self._run_record(self._run_context(run_id))

    @reading
    def runs(self) -> list[RunRecord]:
        """All runs, newest first."""
        contexts = self._store.get_contexts_by_type("pipeline_run")
        newest_first = sorted(contexts, key=lambda context: context.id, reverse=True)
        return list(map(self._run_record, newest_first))

    @reading
    def execution(self, run_id: str, instance: str) -> ExecutionRecord | None:
        """The latest execution of an instance of a node in a run."""
        recorded = self._recorded.get((run_id, instance))
        if recorded is not None:
            return recorded
        context = self._context("pipeline_run", run_id)
        if context is None:
            return None
        found = [
            execution
            for execution in self._executions_in(context)
            if execution.instance == instance
        ]
        return self._with_artifacts(found)[-1] if found else None

    @reading
    def executions(self, run_id: str) -> list[ExecutionRecord]:
        """All executions of a run, oldest first."""
        context = self._run_context(run_id)
        found = self._with_artifacts(self._executions_in(context))
        for execution in found:
            if execution.state.is_success:  # the others may have changed when they are asked for
                self._recorded[run_id, execution.instance] = execution
        return found

    @reading
    def states(self, run_id: str) -> dict[str, ExecutionState]:
        """State of each node's latest execution in a run."""
        executions = self._executions_in(self._run_context(run_id))
        return {one.instance: one.state for one in executions}

    @reading
    def seconds(self, run_id: str) -> dict[str, float]:
        """How long each node that is complete took."""
        executions = self._executions_in(self._run_context(run_id))
        return {
            one.instance: one.ended - one.started
            for one in executions
            if one.state is ExecutionState.COMPLETE
        }

    @reading
    def cached(self, cache_key: str) -> ExecutionRecord | None:
        """The latest completed execution of any pipeline with that cache key."""
        context = self._context("execution_cache", cache_key)
        if context is None:
            return None
        completed = [
            execution
            for execution in self._executions_in(context)
            if execution.state is ExecutionState.COMPLETE
        ]
        for execution in reversed(completed):
            (found,) = self._with_artifacts([execution])
            if not self._deleted([one.id for group in found.outputs.values() for one in group]):
                return found
        return None

    @reading
    def node_executions(
        self, pipeline_name: str, node_id: str, iteration: str = "", before_id: int = 0
    ) -> list[ExecutionRecord]:
        """The last twenty executions of a node in all runs of a pipeline, newest first."""
        context = self._context("node", f"{pipeline_name}.{node_id}")
        if context is None:
            return []
        query = f"contexts_c.id = {context.id}"
        if iteration:
            own_property = f"custom_properties.{PREFIX}iteration.string_value"
            query += f" AND {own_property} = {json.dumps(iteration)}"
        if before_id:
            query += f" AND id < {before_id}"
        options = ml_metadata.ListOptions(
            filter_query=query, limit=20, order_by=ml_metadata.OrderByField.ID, is_asc=False
        )
        found = map(execution_record, self._store.get_executions(options))
        return self._with_artifacts([self._with_names(one) for one in found])

    @reading
    def artifacts(self, query: ArtifactQuery) -> list[ArtifactRecord]:
        """Live artifacts that answer a query, newest first."""
        found = find_artifacts(self._store, query, self._columns, self._with_names)
        return list(map(artifact_record, found))

    @reading
    def artifacts_at(self, type_name: str, uri: str) -> list[ArtifactRecord]:
        """Live artifacts of a type at a URI, newest first."""
        return [
            artifact_record(artifact)
            for artifact in live_newest_first(self._store.get_artifacts_by_uri(uri))
            if artifact.type == type_name
        ]

    @reading
    def artifact_ids(self, uri: str) -> list[int]:
        """Ids of all artifacts at a URI, newest first."""
        return sorted((one.id for one in self._store.get_artifacts_by_uri(uri)), reverse=True)

    @reading
    def lineage(
        self,
        artifact_ids: Collection[int],
        directions: Collection[Direction] = tuple(Direction),
        depth: int | None = None,
        as_of: float | None = None,
    ) -> Lineage:
        """What artifacts were made of, and what was made of them."""
        tracer = Tracer(self._store, as_of, self._with_names)
        return tracer.trace(artifact_ids, directions, depth)

    @reading
    def deleted(self, artifact_ids: Collection[int]) -> set[int]:
        """Those of the artifacts that are marked as deleted."""
        return self._deleted(artifact_ids)

    def _context(self, type_name: str, name: str) -> mlmd.Context | None:
        context: mlmd.Context | None = self._store.get_context_by_type_and_name(type_name, name)
        return context

    def _run_context(self, run_id: str) -> mlmd.Context:
        context = self._context("pipeline_run", run_id)
        if context is None:
            raise RunNotFoundError(
                f"The store holds no run {run_id!r}. 'plib runs' lists those it holds."
            )
        return context

    def _run_record(self, context: mlmd.Context) -> RunRecord:
        """The run that a context stands for; TFX tells its pipeline by the context above only."""
        run = run_record(context)
        if run.pipeline_name:
            return run
        above = self._store.get_parent_contexts_by_context(context.id)
        return replace(run, pipeline_name=_names_by_type(above).get("pipeline", ""))

    def _executions_in(self, context: mlmd.Context) -> list[ExecutionRecord]:
        """The executions in a context, oldest first, without their inputs and outputs."""
        found = self._store.get_executions_by_context(context.id)
        oldest_first = sorted(found, key=lambda execution: int(execution.id))
        return [self._with_names(execution_record(execution)) for execution in oldest_first]

    def _with_names(self, execution: ExecutionRecord) -> ExecutionRecord:
        """The execution with the names that TFX gives to its contexts only."""
        if execution.node_id:
            return execution
        names = _names_by_type(self._store.get_contexts_by_execution(execution.id))
        pipeline_name = names.get("pipeline", "")
        return replace(
            execution,
            pipeline_name=pipeline_name,
            run_id=names.get("pipeline_run", ""),
            node_id=names.get("node", "").removeprefix(f"{pipeline_name}."),
        )

    def _with_artifacts(self, executions: list[ExecutionRecord]) -> list[ExecutionRecord]:
        """The executions with their inputs and outputs."""
        events = self._store.get_events_by_execution_ids([one.id for one in executions])
        artifacts = {
            artifact.id: artifact_record(artifact)
            for artifact in self._store.get_artifacts_by_id(
                sorted({event.artifact_id for event in events})
            )
        }
        placed: dict[tuple[int, bool], list[tuple[list[Place], ArtifactRecord]]] = defaultdict(list)
        for event in events:
            is_output = event.type in OUTPUT_EVENTS
            artifact = artifacts[event.artifact_id]
            placed[event.execution_id, is_output].append((event_places(event), artifact))
        return [
            replace(
                one,
                inputs=at_their_places(placed[one.id, False]),
                outputs=at_their_places(placed[one.id, True]),
            )
            for one in executions
        ]

    def _deleted(self, artifact_ids: Collection[int]) -> set[int]:
        return {
            artifact.id
            for some in in_batches(sorted(artifact_ids))
            for artifact in self._store.get_artifacts_by_id(some)
            if artifact.state == mlmd.Artifact.DELETED
        }


def _names_by_type(contexts: Iterable[mlmd.Context]) -> dict[str, str]:
    return {context.type: context.name for context in contexts}
