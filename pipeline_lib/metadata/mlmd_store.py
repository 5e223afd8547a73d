"""The metadata store on ML Metadata."""

from __future__ import annotations

import functools
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

import ml_metadata
from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import MetadataStoreError, RunNotFoundError
from pipeline_lib.ir.inputs import ArtifactType
from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.metadata.mlmd_connection import connection_message, opened_by_one_process
from pipeline_lib.metadata.mlmd_events import (
    OUTPUT_EVENTS,
    Link,
    Place,
    at_their_places,
    event_places,
    links,
)
from pipeline_lib.metadata.mlmd_records import (
    artifact_message,
    artifact_record,
    artifact_type_message,
    execution_message,
    execution_record,
)
from pipeline_lib.metadata.mlmd_runs import run_context, run_record
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, RunRecord

_CONTEXT_TYPES = ("pipeline", "pipeline_run", "node", "execution_cache")
"""TFX's context types: a pipeline, one run, a node across runs, executions with one cache key."""

F = TypeVar("F", bound=Callable[..., Any])


def _one_at_a_time(method: F) -> F:
    """Serialise the calls of one process and turn the library's errors into ours."""

    @functools.wraps(method)
    def call(self: MlmdStore, *args: Any, **kwargs: Any) -> Any:
        with self._lock:
            try:
                try:
                    return method(self, *args, **kwargs)
                except ml_metadata.errors.AlreadyExistsError:
                    # Another process has just recorded the same context: now it will be found.
                    return method(self, *args, **kwargs)
            except ml_metadata.errors.StatusError as error:
                raise MetadataStoreError(
                    f"The metadata store failed in {method.__name__!r}: {error}."
                ) from error

    return call  # type: ignore[return-value]


class MlmdStore:
    """`MetadataStore` on ML Metadata: SQLite, MySQL, PostgreSQL or a gRPC server.

    What this process records is kept in memory as well, so that reading the outputs of an
    upstream node costs the same however many nodes and runs the store holds.
    """

    def __init__(self, config: MetadataConnectionConfig) -> None:
        self._lock = threading.RLock()
        message = connection_message(config)
        try:
            with opened_by_one_process(config):
                self._open(message)
        except (ml_metadata.errors.StatusError, RuntimeError) as error:
            raise MetadataStoreError(
                f"The metadata store {config} cannot be opened: {error}."
            ) from error
        self._type_ids: dict[tuple[str, str], int] = {}
        self._context_ids: dict[tuple[str, str], int] = {}
        self._recorded: dict[tuple[str, str], ExecutionRecord] = {}

    def _open(self, message: Any) -> None:
        self._store = ml_metadata.metadata_store.MetadataStore(message)
        self._context_types = {
            name: self._store.put_context_type(mlmd.ContextType(name=name))
            for name in _CONTEXT_TYPES
        }

    @_one_at_a_time
    def record_run(self, run: RunRecord) -> None:
        """Record a run, or its new state."""
        context = run_context(run, self._context_types["pipeline_run"])
        known = self._context("pipeline_run", run.run_id)
        if known is not None:
            context.id = known.id
            self._store.put_contexts([context])
        else:
            self._put_new_run(context, run.pipeline_name)

    @_one_at_a_time
    def record(self, execution: ExecutionRecord) -> ExecutionRecord:
        """Record an execution or its new state."""
        message = execution_message(execution, self._execution_type(execution.type_name))
        inputs = [] if execution.id else links(mlmd.Event.INPUT, execution.inputs)
        kind = mlmd.Event.INTERNAL_OUTPUT if execution.chosen else mlmd.Event.OUTPUT
        outputs = links(kind, execution.outputs) if execution.state.is_success else []
        new_artifacts = [self._new_artifact(execution, link) for link in outputs]
        artifacts = [None] * len(inputs) + new_artifacts
        names = _context_names(execution)
        execution_id, artifact_ids, context_ids = self._store.put_execution(
            message,
            [
                (artifact, link.event)
                for artifact, link in zip(artifacts, inputs + outputs, strict=True)
            ],
            [self._known_or_new_context(*name) for name in names],
            reuse_context_if_already_exist=True,
            force_reuse_context=True,
        )
        self._context_ids.update(zip(names, context_ids, strict=True))
        # The store answers with one id for each link, in their order.
        output_ids = artifact_ids[len(inputs) :]
        recorded_outputs = at_their_places(
            (link.places, _recorded(link.record, artifact, artifact_id))
            for link, artifact, artifact_id in zip(outputs, new_artifacts, output_ids, strict=True)
        )
        now = time.time()
        recorded = replace(
            execution,
            id=execution_id,
            outputs=recorded_outputs or execution.outputs,
            started=execution.started or now,
            ended=0.0 if execution.state is ExecutionState.RUNNING else now,
        )
        self._recorded[execution.run_id, execution.node_id] = recorded
        return recorded

    @_one_at_a_time
    def execution(self, run_id: str, node_id: str) -> ExecutionRecord | None:
        """The latest execution of a node in a run."""
        recorded = self._recorded.get((run_id, node_id))
        if recorded is not None:
            return recorded
        context = self._context("pipeline_run", run_id)
        if context is None:
            return None
        found = [
            execution for execution in self._executions_in(context) if execution.node_id == node_id
        ]
        return self._with_artifacts(found)[-1] if found else None

    @_one_at_a_time
    def executions(self, run_id: str) -> list[ExecutionRecord]:
        """All executions of a run, oldest first."""
        context = self._run_context(run_id)
        return self._with_artifacts(self._executions_in(context))

    @_one_at_a_time
    def states(self, run_id: str) -> dict[str, ExecutionState]:
        """State of each node's latest execution in a run."""
        executions = self._executions_in(self._run_context(run_id))
        return {one.node_id: one.state for one in executions}

    @_one_at_a_time
    def run(self, run_id: str) -> RunRecord:
        """A run by its id."""
        return self._run_record(self._run_context(run_id))

    @_one_at_a_time
    def runs(self) -> list[RunRecord]:
        """All runs, newest first."""
        contexts = self._store.get_contexts_by_type("pipeline_run")
        newest_first = sorted(contexts, key=lambda context: context.id, reverse=True)
        return list(map(self._run_record, newest_first))

    @_one_at_a_time
    def cached(self, pipeline_name: str, cache_key: str) -> ExecutionRecord | None:
        """The latest completed execution with that cache key."""
        context = self._context("execution_cache", cache_key)
        if context is None:
            return None
        completed = [
            execution
            for execution in self._executions_in(context)
            if execution.state is ExecutionState.COMPLETE
            and execution.pipeline_name == pipeline_name
        ]
        return self._with_artifacts(completed[-1:])[0] if completed else None

    @_one_at_a_time
    def artifacts(
        self, type_name: str, pipeline_name: str, node_id: str = "", output_key: str = ""
    ) -> list[ArtifactRecord]:
        """Live artifacts of a type that runs of a pipeline wrote, newest first."""
        context = (
            self._context("node", f"{pipeline_name}.{node_id}")
            if node_id
            else self._context("pipeline", pipeline_name)
        )
        if context is None:
            return []
        # Filtered in the database: most of what a pipeline wrote is of other types.
        query = f"type = {json.dumps(type_name)} AND contexts_c.id = {context.id}"
        options = ml_metadata.ListOptions(filter_query=query)
        found = _newest_first(self._store.get_artifacts(options), type_name)
        if not node_id:
            return found
        # A context holds what its executions read as well.
        executions = {one.id for one in self._store.get_executions_by_context(context.id)}
        events = self._store.get_events_by_artifact_ids([artifact.id for artifact in found])
        written = {
            event.artifact_id
            for event in events
            if event.type in OUTPUT_EVENTS
            and event.execution_id in executions
            and (not output_key or output_key in dict(event_places(event)))
        }
        return [artifact for artifact in found if artifact.id in written]

    @_one_at_a_time
    def artifacts_at(self, type_name: str, uri: str) -> list[ArtifactRecord]:
        """Live artifacts of a type at a URI, newest first."""
        return _newest_first(self._store.get_artifacts_by_uri(uri), type_name)

    @_one_at_a_time
    def close(self) -> None:
        """Release the connection."""
        self._recorded.clear()
        del self._store

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

    def _known_or_new_context(self, type_name: str, name: str) -> mlmd.Context:
        """A context, with its id if it is known; else the store finds it by its name."""
        context = mlmd.Context(type_id=self._context_types[type_name], name=name)
        known = self._context_ids.get((type_name, name))
        if known is not None:
            context.id = known
        return context

    def _put_new_run(self, run: mlmd.Context, pipeline_name: str) -> None:
        """Record a run below its pipeline, as TFX does."""
        known = self._context("pipeline", pipeline_name)
        pipeline = known or mlmd.Context(
            type_id=self._context_types["pipeline"], name=pipeline_name
        )
        pipeline_id, run_id = self._store.put_contexts([pipeline, run])
        self._context_ids["pipeline", pipeline_name] = pipeline_id
        self._store.put_parent_contexts(
            [mlmd.ParentContext(parent_id=pipeline_id, child_id=run_id)]
        )

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

    def _execution_type(self, name: str) -> int:
        key = ("execution", name)
        if key not in self._type_ids:
            self._type_ids[key] = self._store.put_execution_type(
                mlmd.ExecutionType(name=name), can_add_fields=True, can_omit_fields=True
            )
        return self._type_ids[key]

    def _artifact_type(self, artifact_type: ArtifactType) -> int:
        key = ("artifact", artifact_type.name)
        if key not in self._type_ids:
            self._type_ids[key] = self._store.put_artifact_type(
                artifact_type_message(artifact_type), can_add_fields=True, can_omit_fields=True
            )
        return self._type_ids[key]

    def _new_artifact(self, execution: ExecutionRecord, link: Link) -> mlmd.Artifact | None:
        """The new artifact of a link; one that is recorded already is left as it is."""
        if link.record.id:
            return None
        declared = execution.output_types[link.places[0][0]]
        type_id = self._artifact_type(declared)
        return artifact_message(link.record, declared, type_id, execution.node_id)

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


def _names_by_type(contexts: Iterable[mlmd.Context]) -> dict[str, str]:
    return {context.type: context.name for context in contexts}


def _context_names(execution: ExecutionRecord) -> list[tuple[str, str]]:
    """Type and name of each context that an execution belongs to."""
    names = [
        ("pipeline", execution.pipeline_name),
        ("pipeline_run", execution.run_id),
        ("node", f"{execution.pipeline_name}.{execution.node_id}"),
    ]
    if execution.cache_key and execution.state is ExecutionState.COMPLETE:
        # Executions served from the cache stay out: a look-up costs the same on the 100th run.
        names.append(("execution_cache", execution.cache_key))
    return names


def _recorded(
    record: ArtifactRecord, new: mlmd.Artifact | None, artifact_id: int
) -> ArtifactRecord:
    """The record as it is when it is read from the store: a struct knows no integers."""
    if new is None:
        return record
    return replace(artifact_record(new), type_name=record.type_name, id=artifact_id)


def _newest_first(artifacts: Iterable[mlmd.Artifact], type_name: str) -> list[ArtifactRecord]:
    live = [
        artifact
        for artifact in artifacts
        if artifact.type == type_name and artifact.state != mlmd.Artifact.DELETED
    ]
    return [artifact_record(one) for one in sorted(live, key=lambda one: -one.id)]
