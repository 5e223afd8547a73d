"""How a node looks on a page: its state as word, mark and colour, its time, its reason."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState
from pipeline_lib.render.wording import cut
from pipeline_lib.report.run_levels import Box
from pipeline_lib.report.run_view import RunView
from pipeline_lib.report.wording import first_line, state_mark, took

_DID_NOTHING = (ExecutionState.CACHED, ExecutionState.SKIPPED)
_NOT_RUN = ("not run", "·")
_LONGEST_LABEL = 25
_LONGEST_REASON = 30


@dataclass(frozen=True)
class NodeFace:
    """What a page says of a node at first sight.

    Attributes:
        anchor: of the node's details on the page.
        state: the word for it; it also names the style.
        took: how long it ran, in words.
        why: why it ran, did not, or failed; on one line.
    """

    anchor: str
    name: str
    label: str
    type_name: str
    state: str
    mark: str
    took: str
    why: str

    @property
    def short_label(self) -> str:
        """The name as far as it fits into a box."""
        return cut(self.label, _LONGEST_LABEL)

    @property
    def short_why(self) -> str:
        """The reason as far as it fits into a box."""
        return cut(self.why, _LONGEST_REASON)


class Faces:
    """The faces of a run's nodes."""

    def __init__(self, view: RunView) -> None:
        self._view = view
        self._anchors = {name: f"n{place}" for place, name in enumerate(view.executions)}

    def anchor(self, name: str) -> str:
        """Anchor of a node's details; empty where the run has not got to it."""
        return self._anchors.get(name, "")

    def of_box(self, box: Box) -> NodeFace:
        """The face of a box in a graph."""
        if box.execution is None:
            return NodeFace("", box.name, box.label, "", *_NOT_RUN, "", "")
        return self.of(box.execution, box.label)

    def of(self, execution: ExecutionRecord, label: str = "") -> NodeFace:
        """The face of an execution."""
        name = execution.instance
        return NodeFace(
            self.anchor(name),
            name,
            label or name,
            execution.type_name,
            execution.state.value,
            state_mark(execution.state)[0],
            "" if execution.state in _DID_NOTHING else took(execution),
            self._why(execution),
        )

    def _why(self, execution: ExecutionRecord) -> str:
        if execution.error is not None:
            return first_line(f"{execution.error.type}: {execution.error.message}")
        if execution.reason:
            return execution.reason
        reason = self._view.reasons.get(execution.instance)
        if reason is None:
            return execution.cache_note
        return "; ".join(one.text for one in reason.changes) or reason.text
