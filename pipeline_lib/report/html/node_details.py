"""What the page tells of one node when it is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.render.render import fragment
from pipeline_lib.render.value_preview import NO_VALUE, value_preview
from pipeline_lib.render.wording import value
from pipeline_lib.report.cache_reasons import Reason
from pipeline_lib.report.html.states import Faces, NodeFace
from pipeline_lib.report.run_view import RunView, UseElsewhere
from pipeline_lib.report.wording import moment
from pipeline_lib.runners.local.log_tail import log_tail

_LOG_LINES = 25
_LOG_LINES_OF_FAILED = 100
_MOST_RENDERED = 400
"""Artifacts that are looked into; of those beyond, a page tells type, URI and value."""

Name = tuple[str, str]
"""A node's anchor on the page (empty where it is not there) and its name."""


@dataclass(frozen=True)
class ArtifactView:
    """An artifact at a node's input or output.

    Attributes:
        key: the node's name for it.
        text: its value, if it is a plain one.
        content: what is in it; empty for an input, which is shown where it was written.
        writer: which node wrote it, and the run if that is another one.
        readers: which nodes of this run read it.
        uses: what other runs did with it, of an output.
    """

    key: str
    record: ArtifactRecord
    text: str
    content: Markup
    writer: Name | None
    from_run: str
    readers: Sequence[Name]
    uses: Sequence[UseElsewhere] = ()


@dataclass(frozen=True)
class NodeDetails:
    """One node, as the template takes it."""

    face: NodeFace
    execution: ExecutionRecord
    reason: Reason | None
    started: str
    inputs: Sequence[ArtifactView]
    outputs: Sequence[ArtifactView]
    log: Sequence[str]


class Details:
    """Makes the details of a run's nodes."""

    def __init__(self, view: RunView, faces: Faces) -> None:
        self._view = view
        self._faces = faces
        self._rendered = 0
        self._writers: dict[int, str] = {}
        self._readers: dict[int, list[str]] = {}
        for name, execution in view.executions.items():
            for record in _records(execution.inputs):
                self._readers.setdefault(record.id, []).append(name)
            for record in _records(execution.outputs):
                # The innermost node, which comes later, is the one that made it.
                if not execution.chosen or record.id not in self._writers:
                    self._writers[record.id] = name

    def of(self, execution: ExecutionRecord) -> NodeDetails:
        """The details of one node."""
        lines = _LOG_LINES if execution.error is None else _LOG_LINES_OF_FAILED
        return NodeDetails(
            self._faces.of(execution),
            execution,
            self._view.reasons.get(execution.instance),
            moment(execution.started) if execution.started else "",
            list(self._artifacts(execution.inputs, execution, is_input=True)),
            list(self._artifacts(execution.outputs, execution, is_input=False)),
            log_tail(execution.log_uri, lines),
        )

    def _artifacts(
        self,
        by_key: Mapping[str, Sequence[ArtifactRecord]],
        execution: ExecutionRecord,
        is_input: bool,
    ) -> Iterator[ArtifactView]:
        for key, records in by_key.items():
            for index, record in enumerate(records):
                origin = self._view.origins.get(record.id)
                writer = self._writers.get(record.id)
                is_shown_here = not is_input and writer == execution.instance
                is_shown_here = is_shown_here or (is_input and writer is None)
                yield ArtifactView(
                    key if len(records) == 1 else f"{key}[{index}]",
                    record,
                    _text(record),
                    self._content(record) if is_shown_here else Markup(),
                    self._name(writer) if writer else (("", origin.instance) if origin else None),
                    origin.run_id if origin else "",
                    [] if is_input else [self._name(o) for o in self._readers.get(record.id, ())],
                    () if is_input else self._view.uses.get(record.id, ()),
                )

    def _name(self, instance: str) -> Name:
        return self._faces.anchor(instance), instance

    def _content(self, record: ArtifactRecord) -> Markup:
        self._rendered += 1
        return fragment(record) if self._rendered <= _MOST_RENDERED else Markup()


def _records(by_key: Mapping[str, Sequence[ArtifactRecord]]) -> Iterator[ArtifactRecord]:
    for records in by_key.values():
        yield from records


def _text(record: ArtifactRecord) -> str:
    shown = value_preview(record)
    return "" if shown is NO_VALUE else value(shown)
