"""Lineage as plain records: artifacts, the executions that wrote and read them, and the links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.metadata.records import ExecutionRecord


class Direction(Enum):
    """Where lineage is followed to: what an artifact was made of, or what was made of it."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"


class LinkKind(Enum):
    """What an execution did with an artifact.

    `REUSED` is an output that was there already: taken from the cache, or passed on by a node
    that holds the one which wrote it. `CHOSEN` is an output that a resolver found.
    """

    WRITTEN = "written"
    READ = "read"
    REUSED = "reused"
    CHOSEN = "chosen"


@dataclass(frozen=True)
class LineageArtifact:
    """An artifact, when it was recorded (seconds since the epoch), and whether it is deleted."""

    record: ArtifactRecord
    created: float
    is_deleted: bool


@dataclass(frozen=True)
class Link:
    """What one execution did with one artifact, at which of its keys, and when."""

    artifact_id: int
    execution_id: int
    kind: LinkKind
    key: str
    time: float


@dataclass(frozen=True)
class Lineage:
    """A part of the store's graph.

    Attributes:
        artifacts: by id.
        executions: by id, without inputs and outputs.
        links: between them, in the order in which they were made.
    """

    artifacts: Mapping[int, LineageArtifact]
    executions: Mapping[int, ExecutionRecord]
    links: tuple[Link, ...]

    def of_artifact(self, artifact_id: int, *kinds: LinkKind) -> list[Link]:
        """The links of an artifact that are of these kinds."""
        return [one for one in self._by_artifact.get(artifact_id, ()) if one.kind in kinds]

    def of_execution(self, execution_id: int, *kinds: LinkKind) -> list[Link]:
        """The links of an execution that are of these kinds."""
        return [one for one in self._by_execution.get(execution_id, ()) if one.kind in kinds]

    @cached_property
    def _by_artifact(self) -> Mapping[int, list[Link]]:
        return _grouped(self.links, lambda link: link.artifact_id)

    @cached_property
    def _by_execution(self) -> Mapping[int, list[Link]]:
        return _grouped(self.links, lambda link: link.execution_id)


def _grouped(links: Iterable[Link], key: Callable[[Link], int]) -> Mapping[int, list[Link]]:
    groups: dict[int, list[Link]] = {}
    for link in links:
        groups.setdefault(key(link), []).append(link)
    return groups
