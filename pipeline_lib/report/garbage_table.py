"""What garbage collection would delete."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from pipeline_lib.metadata.garbage import GarbageArtifact
from pipeline_lib.report.columns import in_columns
from pipeline_lib.report.wording import byte_count

Sized = tuple[GarbageArtifact, int]
"""An artifact and its bytes."""


def garbage_table(
    artifacts: Sequence[Sized], leftovers: Sequence[tuple[str, int]]
) -> RenderableType:
    """A line for each artifact, and for each half-written output, with its size."""
    parts: list[RenderableType] = []
    if artifacts:
        parts += [Text("Artifacts", "bold"), in_columns([_row(*one) for one in artifacts], "  ")]
    if leftovers:
        rows = [[Text(byte_count(count)), Text(place)] for place, count in leftovers]
        parts += [Text("Leftovers of nodes that did not succeed", "bold"), in_columns(rows, "  ")]
    return Group(*parts)


def _row(artifact: GarbageArtifact, count: int) -> list[Text]:
    execution = artifact.execution
    return [
        Text(byte_count(count)),
        Text(artifact.record.type_name, "cyan"),
        Text(f"{execution.instance} in run {execution.run_id}"),
        Text(artifact.record.uri),
    ]
