"""Finding artifacts: in the database as far as its filter goes, then in what it found."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import ml_metadata
from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib.artifacts.artifact import JsonValue
from pipeline_lib.metadata.mlmd_annotations import tag_property
from pipeline_lib.metadata.mlmd_events import OUTPUT_EVENTS, event_places
from pipeline_lib.metadata.mlmd_exact import Columns
from pipeline_lib.metadata.mlmd_records import artifact_record, execution_record
from pipeline_lib.metadata.mlmd_values import set_value
from pipeline_lib.metadata.queries import ArtifactQuery
from pipeline_lib.metadata.store import ExecutionRecord

WithNames = Callable[[ExecutionRecord], ExecutionRecord]
T = TypeVar("T")

_BATCH = 500
"""Ids in one question; a database bounds the length of a statement."""

_PLAIN = re.compile(r"[^\"'`\\\x00-\x1f]*")
"""Text that means the same in the filter's syntax and in every database."""


def find_artifacts(
    store: Any, query: ArtifactQuery, columns: Columns, with_names: WithNames
) -> list[mlmd.Artifact]:
    """Live artifacts that answer a query, newest first.

    Args:
        store: ML Metadata's store.
        query: what is asked.
        columns: what the database's columns take; it cannot filter by other values.
        with_names: completes an execution by the names of its pipeline, run and node.
    """
    conditions = [*_type_condition(query), *_value_conditions(query, columns)]
    runs = _tagged_runs(store, query.tag) if query.tag else None
    for number, context in enumerate(_named_contexts(query)):
        found = store.get_context_by_type_and_name(*context)
        if found is None:
            return []
        conditions.append(f"contexts_{number}.id = {found.id}")
    options = ml_metadata.ListOptions(filter_query=" AND ".join(conditions) or None)
    candidates = [
        artifact
        for artifact in live_newest_first(store.get_artifacts(options))
        if query.has_values(artifact_record(artifact))
    ]
    if not query.asks_who_wrote or not candidates:
        return candidates
    written = _written(store, candidates, query, runs, with_names)
    return [artifact for artifact in candidates if artifact.id in written]


def live_newest_first(artifacts: Iterable[mlmd.Artifact]) -> list[mlmd.Artifact]:
    """Without those whose files are gone."""
    live = [artifact for artifact in artifacts if artifact.state != mlmd.Artifact.DELETED]
    return sorted(live, key=lambda one: -one.id)


def in_batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in parts that are short enough for one question to the database."""
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))


def _named_contexts(query: ArtifactQuery) -> Iterator[tuple[str, str]]:
    if query.pipeline_name and query.node_id:
        yield "node", f"{query.pipeline_name}.{query.node_id}"
    elif query.pipeline_name:
        yield "pipeline", query.pipeline_name
    if query.run_id:
        yield "pipeline_run", query.run_id


def _type_condition(query: ArtifactQuery) -> Iterator[str]:
    if _PLAIN.fullmatch(query.type_name):
        yield f"type = {_quoted(query.type_name)}"


def _value_conditions(query: ArtifactQuery, columns: Columns) -> Iterator[str]:
    wanted = (("properties", query.properties), ("custom_properties", query.custom_properties))
    for field, values in wanted:
        for name, value in values.items():
            if _PLAIN.fullmatch(name):
                yield from _value_condition(f"{field}.`{name}`", value, columns)


def _value_condition(place: str, value: JsonValue, columns: Columns) -> Iterator[str]:
    """A condition that holds for the value; none where the database cannot tell."""
    message = mlmd.Value()
    set_value(message, value)
    if not columns.fit(message):
        return
    match value:
        case bool():
            yield f"{place}.bool_value = {str(value).lower()}"
        case int() | float():
            # A whole number may have been recorded as either.
            either = [f"{place}.double_value = {float(value)!r}"]
            if float(value).is_integer():
                either.append(f"{place}.int_value = {int(value)}")
            yield f"({' OR '.join(either)})"
        case str() if _PLAIN.fullmatch(value):
            yield f"{place}.string_value = {_quoted(value)}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _tagged_runs(store: Any, tag: str) -> set[str]:
    condition = 'type = "pipeline_run"'
    if _PLAIN.fullmatch(tag):
        condition += f" AND custom_properties.`{tag_property(tag)}`.int_value = 1"
    runs = store.get_contexts(ml_metadata.ListOptions(filter_query=condition))
    return {run.name for run in runs if tag_property(tag) in run.custom_properties}


def _written(
    store: Any,
    candidates: Sequence[mlmd.Artifact],
    query: ArtifactQuery,
    runs: Collection[str] | None,
    with_names: WithNames,
) -> set[int]:
    """Ids of those that were written as the query says: a context holds what was read as well."""
    kinds = OUTPUT_EVENTS if query.node_id else (mlmd.Event.OUTPUT, mlmd.Event.DECLARED_OUTPUT)
    events = [
        event
        for some in in_batches([artifact.id for artifact in candidates])
        for event in store.get_events_by_artifact_ids(some)
        if event.type in kinds
        and (not query.output_key or query.output_key in dict(event_places(event)))
    ]
    writers = {
        execution.id
        for some in in_batches(sorted({event.execution_id for event in events}))
        for execution in map(execution_record, store.get_executions_by_id(some))
        if _is_asked_for(with_names(execution), query, runs)
    }
    return {event.artifact_id for event in events if event.execution_id in writers}


def _is_asked_for(
    execution: ExecutionRecord, query: ArtifactQuery, runs: Collection[str] | None
) -> bool:
    return (
        query.pipeline_name in ("", execution.pipeline_name)
        and query.node_id in ("", execution.node_id)
        and query.run_id in ("", execution.run_id)
        and (runs is None or execution.run_id in runs)
    )
