"""Following lineage in ML Metadata: level by level, a few questions for each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib.metadata.lineage import Direction, Lineage, LineageArtifact, Link, LinkKind
from pipeline_lib.metadata.mlmd_artifacts import WithNames, in_batches
from pipeline_lib.metadata.mlmd_events import INPUT_EVENTS, OUTPUT_EVENTS, event_places
from pipeline_lib.metadata.mlmd_records import artifact_record, execution_record
from pipeline_lib.metadata.records import ExecutionRecord, ExecutionState

_WRITING_EVENTS = (mlmd.Event.OUTPUT, mlmd.Event.DECLARED_OUTPUT)


class Tracer:
    """Follows lineage in a store, as it was at a time."""

    def __init__(self, store: Any, as_of: float | None, with_names: WithNames) -> None:
        self._store = store
        self._until = None if as_of is None else round(as_of * 1000)
        self._with_names = with_names
        self._artifacts: dict[int, LineageArtifact] = {}
        self._executions: dict[int, ExecutionRecord] = {}
        self._events: dict[tuple[int, int, int], mlmd.Event] = {}

    def trace(
        self, artifact_ids: Collection[int], directions: Collection[Direction], depth: int | None
    ) -> Lineage:
        """The lineage of artifacts; see `MetadataStore.lineage`."""
        roots = self._read_artifacts(artifact_ids)
        if Direction.UPSTREAM in directions:
            self._follow(roots, OUTPUT_EVENTS, INPUT_EVENTS, depth)
        if Direction.DOWNSTREAM in directions:
            self._follow(roots, INPUT_EVENTS, OUTPUT_EVENTS, depth)
        self._read_outputs_of_others()
        return Lineage(self._artifacts, self._executions, self._links())

    def _follow(
        self, roots: Collection[int], near: Sequence[int], far: Sequence[int], depth: int | None
    ) -> None:
        """From artifacts over their `near` events to executions, and over the `far` ones on."""
        level, seen = set(roots), set(roots)
        steps = 0
        while level and steps != depth:
            events = [one for one in self._events_of(artifacts=level) if one.type in near]
            if near is OUTPUT_EVENTS:
                events = self._writing(events)
            executions = self._read_executions({one.execution_id for one in events})
            beyond = [one for one in self._events_of(executions=executions) if one.type in far]
            level = self._read_artifacts({one.artifact_id for one in beyond} - seen)
            seen |= level
            steps += 1

    def _writing(self, events: Iterable[mlmd.Event]) -> list[mlmd.Event]:
        """For each artifact the event of the execution that wrote it.

        Whoever has it as an output later has taken it over. A result from the cache has been.
        """
        first: dict[int, mlmd.Event] = {}
        for event in sorted(events, key=_time):
            if event.type in _WRITING_EVENTS:
                first.setdefault(event.artifact_id, event)
        return list(first.values())

    def _read_outputs_of_others(self) -> None:
        """Executions that have the artifacts as outputs as well, for whom they were reused."""
        found = self._events_of(artifacts=set(self._artifacts))
        writers = {one.execution_id for one in self._writing(found)}
        outputs = {one.execution_id for one in found if one.type in OUTPUT_EVENTS}
        self._read_executions(outputs - writers)

    def _events_of(
        self, *, artifacts: Collection[int] = (), executions: Collection[int] = ()
    ) -> list[mlmd.Event]:
        found = [
            event
            for read, ids in (
                (self._store.get_events_by_artifact_ids, sorted(artifacts)),
                (self._store.get_events_by_execution_ids, sorted(executions)),
            )
            for some in in_batches(ids)
            for event in read(some)
            if self._was_there(event.milliseconds_since_epoch)
        ]
        for event in found:
            self._events[event.artifact_id, event.execution_id, event.type] = event
        return found

    def _read_artifacts(self, ids: Collection[int]) -> set[int]:
        """Ids of those that were there."""
        for some in in_batches(sorted(set(ids) - set(self._artifacts))):
            for message in self._store.get_artifacts_by_id(some):
                if self._was_there(message.create_time_since_epoch):
                    self._artifacts[message.id] = self._artifact(message)
        return {one for one in ids if one in self._artifacts}

    def _read_executions(self, ids: Collection[int]) -> set[int]:
        """Ids of those that had begun."""
        for some in in_batches(sorted(set(ids) - set(self._executions))):
            for message in self._store.get_executions_by_id(some):
                if self._was_there(message.create_time_since_epoch):
                    self._executions[message.id] = self._execution(message)
        return {one for one in ids if one in self._executions}

    def _artifact(self, message: mlmd.Artifact) -> LineageArtifact:
        is_deleted = message.state == mlmd.Artifact.DELETED
        return LineageArtifact(
            artifact_record(message),
            message.create_time_since_epoch / 1000,
            is_deleted and self._was_there(message.last_update_time_since_epoch),
        )

    def _execution(self, message: mlmd.Execution) -> ExecutionRecord:
        execution = self._with_names(execution_record(message))
        if self._was_there(message.last_update_time_since_epoch):
            return execution
        return replace(
            execution, state=ExecutionState.RUNNING, ended=0.0, reason="", error=None, log_uri=""
        )

    def _was_there(self, milliseconds: int) -> bool:
        return self._until is None or milliseconds <= self._until

    def _links(self) -> tuple[Link, ...]:
        events = [
            event
            for event in sorted(self._events.values(), key=_time)
            if event.artifact_id in self._artifacts and event.execution_id in self._executions
        ]
        writing = {id(event) for event in self._writing(self._events.values())}
        return tuple(self._link(event, id(event) in writing) for event in events)

    def _link(self, event: mlmd.Event, is_first: bool) -> Link:
        key = event_places(event)[0][0]
        state = self._executions[event.execution_id].state
        if event.type in INPUT_EVENTS:
            kind = LinkKind.READ
        elif event.type == mlmd.Event.INTERNAL_OUTPUT:
            kind = LinkKind.CHOSEN
        elif is_first and state is not ExecutionState.CACHED:
            kind = LinkKind.WRITTEN
        else:
            kind = LinkKind.REUSED
        time = event.milliseconds_since_epoch / 1000
        return Link(event.artifact_id, event.execution_id, kind, key, time)


def _time(event: mlmd.Event) -> tuple[int, int]:
    return event.milliseconds_since_epoch, event.execution_id
