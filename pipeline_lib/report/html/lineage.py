"""What an artifact was made of, and what was made of it, across runs, as a page with a graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from pipeline_lib.metadata.lineage import Lineage, LineageArtifact, Link, LinkKind
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState
from pipeline_lib.render.render import in_words
from pipeline_lib.render.value_preview import NO_VALUE, value_preview
from pipeline_lib.render.wording import value
from pipeline_lib.report.html.graph import HEIGHT, WIDTH, Drawing, draw
from pipeline_lib.report.html.states import NodeFace
from pipeline_lib.report.html.template import page_environment
from pipeline_lib.report.run_levels import Box, Level
from pipeline_lib.report.wording import moment, state_mark, took

_MOST_BOXES = 1500
_ARTIFACT_MARK = "▤"


def lineage_html(lineage: Lineage, artifact_id: int) -> str:
    """The page of one artifact, as `plib ui` serves it."""
    links = [one for one in lineage.links if _is_drawn(one, lineage)]
    faces = _faces(links, lineage, artifact_id)
    too_many = len(faces) > _MOST_BOXES
    drawing = None if too_many else _drawing(links, faces)
    return (
        page_environment()
        .get_template("lineage.html")
        .render(
            artifact=lineage.artifacts[artifact_id],
            recorded=moment(lineage.artifacts[artifact_id].created),
            chosen=f"artifact {artifact_id}",
            drawing=drawing,
            box={"width": WIDTH, "height": HEIGHT},
            faces=list(faces.values()),
            reused=list(_reused(lineage, artifact_id)),
        )
    )


def _is_drawn(link: Link, lineage: Lineage) -> bool:
    """Whether something was made: what the cache gave stands at the node that made it."""
    is_cached = lineage.executions[link.execution_id].state is ExecutionState.CACHED
    return link.kind is LinkKind.WRITTEN or (link.kind is LinkKind.READ and not is_cached)


def _faces(links: Sequence[Link], lineage: Lineage, artifact_id: int) -> dict[str, NodeFace]:
    faces = {_artifact_name(artifact_id): _artifact_face(lineage.artifacts[artifact_id])}
    for link in links:
        artifact = lineage.artifacts[link.artifact_id]
        faces.setdefault(_artifact_name(link.artifact_id), _artifact_face(artifact))
        execution = lineage.executions[link.execution_id]
        faces.setdefault(_execution_name(link.execution_id), _execution_face(execution))
    return faces


def _drawing(links: Sequence[Link], faces: dict[str, NodeFace]) -> Drawing:
    places = {name: place for place, name in enumerate(faces)}
    edges = set()
    for link in links:
        ends = places[_execution_name(link.execution_id)], places[_artifact_name(link.artifact_id)]
        edges.add(ends if link.kind is LinkKind.WRITTEN else ends[::-1])
    boxes = [Box(name, face.label, None) for name, face in faces.items()]
    return draw(Level("", boxes, sorted(edges)), lambda box: faces[box.name], lambda _: "")


def _artifact_name(artifact_id: int) -> str:
    return f"artifact {artifact_id}"


def _execution_name(execution_id: int) -> str:
    return f"execution {execution_id}"


def _artifact_face(artifact: LineageArtifact) -> NodeFace:
    record = artifact.record
    shown = value_preview(record)
    return NodeFace(
        f"/artifacts/{record.id}",
        _artifact_name(record.id),
        record.type_name,
        record.type_name,
        "deleted" if artifact.is_deleted else "artifact",
        _ARTIFACT_MARK,
        str(record.id),
        (in_words(record) if shown is NO_VALUE else value(shown)) or record.uri,
    )


def _execution_face(execution: ExecutionRecord) -> NodeFace:
    name = execution.instance or execution.type_name
    run_id = execution.run_id
    return NodeFace(
        f"/runs/{quote(run_id)}#{quote(name)}" if run_id else "",
        _execution_name(execution.id),
        name,
        execution.type_name,
        execution.state.value,
        state_mark(execution.state)[0],
        took(execution),
        f"run {run_id}" if run_id else "",
    )


def _reused(lineage: Lineage, artifact_id: int) -> Iterator[tuple[NodeFace, str]]:
    """Who has it without having made it, and how."""
    how = {LinkKind.REUSED: "took it over", LinkKind.CHOSEN: "chose it"}
    for link in reversed(lineage.of_artifact(artifact_id, *how)):
        yield _execution_face(lineage.executions[link.execution_id]), how[link.kind]
