"""Events: which artifacts an execution read and wrote, and at which keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib.artifacts.artifact import ArtifactRecord

INPUT_EVENTS = (mlmd.Event.INPUT, mlmd.Event.DECLARED_INPUT, mlmd.Event.INTERNAL_INPUT)
OUTPUT_EVENTS = (mlmd.Event.OUTPUT, mlmd.Event.DECLARED_OUTPUT, mlmd.Event.INTERNAL_OUTPUT)

Place = tuple[str, int]
"""Key and index at which an artifact stands in an execution's inputs or outputs."""


@dataclass(frozen=True)
class Link:
    """An artifact and the event that links it to an execution."""

    record: ArtifactRecord
    event: mlmd.Event

    @property
    def places(self) -> list[Place]:
        """Where the artifact stands."""
        return event_places(self.event)


def links(kind: Any, artifacts: Mapping[str, Sequence[ArtifactRecord]]) -> list[Link]:
    """One link for each artifact.

    The store takes one event of a kind for an artifact and an execution. An artifact that stands
    at several places (a model that is compared with itself) has one event whose path names them
    all, as in TFX.
    """
    made: dict[int, Link] = {}
    for new, (key, index, record) in enumerate(_enumerated(artifacts), start=1):
        # Artifacts that are not recorded yet have no id to tell them by; each stands once.
        link = made.setdefault(record.id or -new, Link(record, mlmd.Event(type=kind)))
        link.event.path.steps.add().key = key
        link.event.path.steps.add().index = index
        if record.id:
            link.event.artifact_id = record.id
    return list(made.values())


def at_their_places(
    placed: Iterable[tuple[Iterable[Place], ArtifactRecord]],
) -> dict[str, list[ArtifactRecord]]:
    """Artifacts by key, in the order of their indices."""
    flat = [(key, index, record) for places, record in placed for key, index in places]
    by_key: dict[str, list[ArtifactRecord]] = {}
    for key, _, record in sorted(flat, key=lambda item: item[:2]):
        by_key.setdefault(key, []).append(record)
    return by_key


def event_places(event: mlmd.Event) -> list[Place]:
    """The places in an event's path; the path of another tool may be empty or have no index."""
    steps = list(event.path.steps)
    if not steps:
        return [("", 0)]
    indices = [step.index for step in steps[1::2]] or [0]
    return [(step.key, index) for step, index in zip(steps[::2], indices, strict=False)]


def _enumerated(
    artifacts: Mapping[str, Sequence[ArtifactRecord]],
) -> Iterator[tuple[str, int, ArtifactRecord]]:
    for key, records in artifacts.items():
        for index, record in enumerate(records):
            yield key, index, record
