"""What a call has written before its connection was lost, so that it is not written twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ml_metadata
from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib.metadata.mlmd_events import Link, event_places


def written_already(
    store: Any, message: mlmd.Execution, links: Sequence[Link]
) -> tuple[int, list[int]] | None:
    """The ids of an execution and of each link's artifact, if they were written in this state."""
    found = _found_again(store, message)
    if found is None or found.last_known_state != message.last_known_state:
        return None
    events = store.get_events_by_execution_ids([found.id])
    ids = {(one.type, *event_places(one)): int(one.artifact_id) for one in events}
    keys = [(link.event.type, *link.places) for link in links]
    return (found.id, [ids[key] for key in keys]) if set(keys) <= set(ids) else None


def _found_again(store: Any, message: mlmd.Execution) -> mlmd.Execution | None:
    """The execution in the store: by its id, or a new one by its mark."""
    try:
        (found,) = (
            store.get_executions_by_id([message.id])
            if message.id
            else store.get_executions_by_external_ids([message.external_id])
        )
    except ml_metadata.errors.NotFoundError:
        return None
    return found
