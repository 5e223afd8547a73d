"""The metadata store on ML Metadata."""

from __future__ import annotations

import functools
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import ml_metadata
from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import MetadataStoreError, RunNotFoundError
from pipeline_lib.ir.pipeline import ArtifactType
from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.metadata.mlmd_connection import connection_message
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

_OUTPUT_EVENTS = (mlmd.Event.OUTPUT, mlmd.Event.DECLARED_OUTPUT, mlmd.Event.INTERNAL_OUTPUT)

F = TypeVar("F", bound=Callable[..., Any])


def _one_at_a_time(method: F) -> F:
    """Serialise the calls of one process and turn the library's errors into ours."""

    @functools.wraps(method)
    def call(self: MlmdStore, *args: Any, **kwargs: Any) -> Any:
        with self._lock:
            try:
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
            self._store = ml_metadata.metadata_store.MetadataStore(message)
            self._context_types = {
                name: self._store.put_context_type(mlmd.ContextType(name=name))
                for name in _CONTEXT_TYPES
            }
        except (ml_metadata.errors.StatusError, RuntimeError) as error:
            raise MetadataStoreError(
                f"The metadata store {config} cannot be opened: {error}."
            ) from error
        self._type_ids: dict[tuple[str, str], int] = {}
        self._recorded: dict[tuple[str, str], ExecutionRecord] = {}

    @_one_at_a_time
    def record_run(self, run: RunRecord) -> None:
        """Record a run, or its new state."""
        context = run_context(run, self._context_types["pipeline_run"])
        known = self._context("pipeline_run", run.run_id)
        if known is not None:
            context.id = known.id
        self._store.put_contexts([context])

    @_one_at_a_time
    def record(self, execution: ExecutionRecord) -> ExecutionRecord:
        """Record an execution or its new state."""
        message = execution_message(execution, self._execution_type(execution.type_name))
        new_artifacts = list(self._outputs_to_link(execution))
        pairs = [
            *self._input_events(execution),
            *((artifact, event) for _, artifact, event in new_artifacts),
        ]
        execution_id, artifact_ids, _ = self._store.put_execution(
            message,
            pairs,
            self._contexts_of(execution),
            reuse_context_if_already_exist=True,
            force_reuse_context=True,
        )
        # The store answers with one id for each pair, in the order of the pairs.
        output_ids = artifact_ids[len(pairs) - len(new_artifacts) :]
        outputs = defaultdict(list)
        for (key, record), artifact_id in zip(
            ((key, record) for (key, record), _, _ in new_artifacts), output_ids, strict=True
        ):
            outputs[key].append(replace(record, id=artifact_id))
        recorded = replace(
            execution, id=execution_id, outputs=dict(outputs) or execution.outputs
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
            execution
            for execution in map(execution_record, self._executions_in(context))
            if execution.node_id == node_id
        ]
        return self._with_artifacts(found)[-1] if found else None

    @_one_at_a_time
    def executions(self, run_id: str) -> list[ExecutionRecord]:
        """All executions of a run, oldest first."""
        context = self._run_context(run_id)
        return self._with_artifacts(list(map(execution_record, self._executions_in(context))))

    @_one_at_a_time
    def run(self, run_id: str) -> RunRecord:
        """A run by its id."""
        return run_record(self._run_context(run_id))

    @_one_at_a_time
    def runs(self) -> list[RunRecord]:
        """All runs, newest first."""
        contexts = self._store.get_contexts_by_type("pipeline_run")
        newest_first = sorted(contexts, key=lambda context: context.id, reverse=True)
        return list(map(run_record, newest_first))

    @_one_at_a_time
    def cached(self, pipeline_name: str, cache_key: str) -> ExecutionRecord | None:
        """The latest completed execution with that cache key."""
        context = self._context("execution_cache", cache_key)
        if context is None:
            return None
        completed = [
            execution
            for execution in map(execution_record, self._executions_in(context))
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
        found = _newest_first(self._store.get_artifacts_by_context(context.id), type_name)
        if not output_key:
            return found
        events = self._store.get_events_by_artifact_ids([artifact.id for artifact in found])
        at_output = {
            event.artifact_id
            for event in events
            if event.type in _OUTPUT_EVENTS and event.path.steps[0].key == output_key
        }
        return [artifact for artifact in found if artifact.id in at_output]

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

    def _contexts_of(self, execution: ExecutionRecord) -> list[mlmd.Context]:
        names = {
            "pipeline": execution.pipeline_name,
            "pipeline_run": execution.run_id,
            "node": f"{execution.pipeline_name}.{execution.node_id}",
        }
        if execution.cache_key and execution.state is ExecutionState.COMPLETE:
            # Executions served from the cache stay out: a look-up costs the same on the 100th run.
            names["execution_cache"] = execution.cache_key
        return [self._known_or_new_context(*item) for item in names.items()]

    def _known_or_new_context(self, type_name: str, name: str) -> mlmd.Context:
        known = self._context(type_name, name)
        return known or mlmd.Context(type_id=self._context_types[type_name], name=name)

    def _executions_in(self, context: mlmd.Context) -> list[mlmd.Execution]:
        found = self._store.get_executions_by_context(context.id)
        return sorted(found, key=lambda execution: int(execution.id))

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

    def _input_events(self, execution: ExecutionRecord) -> list[tuple[None, mlmd.Event]]:
        if execution.id:
            return []
        return [
            (None, _event(mlmd.Event.INPUT, key, index, artifact.id))
            for key, index, artifact in _enumerated(execution.inputs)
        ]

    def _outputs_to_link(
        self, execution: ExecutionRecord
    ) -> Iterable[tuple[tuple[str, ArtifactRecord], mlmd.Artifact | None, mlmd.Event]]:
        if not execution.state.is_success:
            return
        kind = mlmd.Event.INTERNAL_OUTPUT if execution.chosen else mlmd.Event.OUTPUT
        for key, index, record in _enumerated(execution.outputs):
            event = _event(kind, key, index, record.id)
            artifact = None if record.id else self._new_artifact(execution, key, record)
            yield (key, record), artifact, event

    def _new_artifact(
        self, execution: ExecutionRecord, key: str, record: ArtifactRecord
    ) -> mlmd.Artifact:
        type_id = self._artifact_type(execution.output_types[key])
        return artifact_message(record, type_id, execution.node_id)

    def _with_artifacts(self, executions: list[ExecutionRecord]) -> list[ExecutionRecord]:
        """The executions with their inputs and outputs."""
        events = self._store.get_events_by_execution_ids([one.id for one in executions])
        artifacts = {
            artifact.id: artifact_record(artifact)
            for artifact in self._store.get_artifacts_by_id(
                sorted({event.artifact_id for event in events})
            )
        }
        linked: dict[tuple[int, bool], dict[str, list[ArtifactRecord]]] = defaultdict(dict)
        for event in sorted(events, key=_event_order):
            is_output = event.type in _OUTPUT_EVENTS
            by_key = linked[event.execution_id, is_output]
            key = event.path.steps[0].key if event.path.steps else ""
            by_key.setdefault(key, []).append(artifacts[event.artifact_id])
        return [
            replace(one, inputs=linked[one.id, False], outputs=linked[one.id, True])
            for one in executions
        ]


def _event(kind: Any, key: str, index: int, artifact_id: int) -> mlmd.Event:
    event = mlmd.Event(type=kind)
    event.path.steps.add().key = key
    event.path.steps.add().index = index
    if artifact_id:
        event.artifact_id = artifact_id
    return event


def _event_order(event: mlmd.Event) -> tuple[int, int]:
    steps = event.path.steps
    return event.execution_id, steps[1].index if len(steps) > 1 else 0


def _enumerated(
    artifacts: Mapping[str, Sequence[ArtifactRecord]],
) -> Iterable[tuple[str, int, ArtifactRecord]]:
    for key, records in artifacts.items():
        for index, record in enumerate(records):
            yield key, index, record


def _newest_first(artifacts: Iterable[mlmd.Artifact], type_name: str) -> list[ArtifactRecord]:
    live = [
        artifact
        for artifact in artifacts
        if artifact.type == type_name and artifact.state != mlmd.Artifact.DELETED
    ]
    return [artifact_record(one) for one in sorted(live, key=lambda one: -one.id)]
