"""What `InteractiveContext.run` gives back: how a node, or a pipeline, has run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.text import Text

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.interactive.template import filled
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, RunRecord
from pipeline_lib.report.cache_reasons import Reason
from pipeline_lib.report.wording import duration, state_mark, value
from pipeline_lib.runners.local.log_tail import log_tail

_LOG_LINES = 40


@dataclass(frozen=True)
class ExecutionResult:
    """How one node ran.

    Attributes:
        component: the node.
        run_id: id of the run in the store.
        executions: its execution; of a node in a loop those for each element.
        reasons: why each of them ran, or did not.
        inputs: the artifacts that it read, by input key.
        outputs: the artifacts that it wrote or took over, by output key.
    """

    component: BaseNode
    run_id: str
    executions: Sequence[ExecutionRecord]
    reasons: Sequence[Reason] = field(repr=False)
    inputs: Mapping[str, list[Artifact]] = field(repr=False)
    outputs: Mapping[str, list[Artifact]] = field(repr=False)

    @property
    def execution_id(self) -> int:
        """The store's id of the execution; of several the last one's, of none 0."""
        return self.executions[-1].id if self.executions else 0

    @property
    def state(self) -> ExecutionState:
        """How it ended; a loop over no elements was skipped."""
        states = [one.state for one in self.executions]
        for state in (ExecutionState.FAILED, ExecutionState.CANCELED, ExecutionState.COMPLETE):
            if state in states:
                return state
        return states[0] if states else ExecutionState.SKIPPED

    @property
    def seconds(self) -> float:
        """How long it took."""
        return sum(one.ended - one.started for one in self.executions if one.ended)

    @property
    def cached(self) -> bool:
        """Whether nothing was executed, since earlier results served."""
        return self.state is ExecutionState.CACHED

    @property
    def reason(self) -> str:
        """Why it ran, or did not: what had changed, or where its result comes from."""
        texts = (
            "\n  ".join([reason.text, *(change.text for change in reason.changes)])
            for reason in self.reasons
        )
        return "\n".join(dict.fromkeys(texts))

    @property
    def log(self) -> str:
        """What it printed; of a long log the end."""
        logs = ("\n".join(log_tail(one.log_uri, 1000)) for one in self.executions)
        return "\n".join(filter(None, logs))

    def __repr__(self) -> str:
        return self.as_text().plain

    def as_text(self) -> Text:
        """The result for a terminal."""
        mark, colour = state_mark(self.state)
        text = Text.assemble((mark, colour), f" {self.component.id} {self.state.value}")
        text.append(f" in {duration(self.seconds)} (execution {self.execution_id})")
        if self.reason:
            text.append(f"\n  {self.reason}".replace("\n", "\n  ").rstrip())
        for key, artifacts in self.outputs.items():
            for artifact in artifacts:
                text.append(f"\n  {key}: {artifact.type_name} (artifact {artifact.id}) ")
                text.append(artifact.uri)
        return text

    def _repr_html_(self) -> str:
        last = self.executions[-1] if self.executions else None
        parameters = sorted(last.parameters.items()) if last else []
        return filled(
            "execution.html",
            result=self,
            parameters=[(name, value(given)) for name, given in parameters],
            log="\n".join(log_tail(last.log_uri, _LOG_LINES)) if last else "",
        )


@dataclass(frozen=True)
class PipelineResult:
    """How the nodes of a pipeline ran.

    Attributes:
        run: the run as it is recorded; `None` if nothing was to be run.
        nodes: the result of each node that was run, by its id.
    """

    run: RunRecord | None
    nodes: Mapping[str, ExecutionResult]

    @property
    def run_id(self) -> str:
        """Id of the run; empty if there was none."""
        return "" if self.run is None else self.run.run_id

    def __getitem__(self, node_id: str) -> ExecutionResult:
        """The result of a node."""
        return self.nodes[node_id]

    def __repr__(self) -> str:
        lines = [self._title()]
        for node_id, result in self.nodes.items():
            mark, _ = state_mark(result.state)
            lines.append(f"  {mark} {node_id} {result.state.value} in {duration(result.seconds)}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return filled("pipeline.html", title=self._title(), nodes=self.nodes)

    def _title(self) -> str:
        if self.run is None:
            return "Nothing was to be run: all is up to date."
        return f"Run {self.run_id} of pipeline {self.run.pipeline_name} {self.run.state.value}"
