"""Whether the results that a context holds are those that the nodes would have now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import cast

from pipeline_lib.errors import PipelineLibError
from pipeline_lib.ir.executors import ImportExecutor
from pipeline_lib.ir.node import Node
from pipeline_lib.ir.node_set import NodeSet, in_running_order
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore
from pipeline_lib.node.caching import files_exist
from pipeline_lib.node.drive import decide
from pipeline_lib.node.due import Due
from pipeline_lib.node.nesting import Nested
from pipeline_lib.node.run import Run
from pipeline_lib.report.cache_changes import changes, writers_in
from pipeline_lib.runners.local.planned_node import in_words
from pipeline_lib.runners.local.planning_store import PlanningStore


class State(Enum):
    """How the last result of a node stands to what the node is now."""

    CURRENT = "up to date"
    STALE = "stale"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class NodeState:
    """The state of a node.

    Attributes:
        instance: the node, and the iteration if there is a loop around it.
        reasons: why it is not up to date.
        last: its last execution, if there is one.
    """

    instance: str
    state: State
    reasons: tuple[str, ...] = ()
    last: ExecutionRecord | None = None

    @property
    def node_id(self) -> str:
        """Id of the pipeline's own node that it is, or is inside of."""
        return self.instance.partition("#")[0].partition(".")[0]


def node_states(
    run: Run, last: Mapping[str, ExecutionRecord], store: MetadataStore
) -> list[NodeState]:
    """The state of each node in running order, found out without running anything.

    Args:
        run: a run as it would be made now.
        last: the last execution of each node, by instance.
        store: where they are recorded.
    """
    return list(_States(last, store).of_nodes(run, run.pipeline, "The pipeline"))


class _States:
    """Decides node by node, as a run does, on the last results of the nodes before."""

    def __init__(self, last: Mapping[str, ExecutionRecord], store: MetadataStore) -> None:
        self._last = last
        self._store = cast(MetadataStore, PlanningStore(store))
        self._writers = writers_in(last.values())

    def of_nodes(self, run: Run, nodes: NodeSet, where: str) -> Iterator[NodeState]:
        outdated: set[str] = set()
        for node in in_running_order(nodes, where):
            above = sorted(nodes.dependencies[node.id] & outdated)
            found = list(self._of_node(node, run, [run.instance(one) for one in above]))
            if any(one.state is not State.CURRENT for one in found):
                outdated.add(node.id)
            yield from found

    def _of_node(self, node: Node, run: Run, above: Sequence[str]) -> Iterator[NodeState]:
        instance = run.instance(node.id)
        last = self._last.get(instance)
        if last is None:
            yield NodeState(instance, State.NOT_RUN)
            return
        if not isinstance(node.executor, NodeSet) and last.state in _WITHOUT_RESULT:
            yield NodeState(instance, State.FAILED, (_why_it_failed(last),), last)
            return
        inside: list[NodeState] = []
        try:
            decided = decide(node, run, self._store)
        except PipelineLibError as error:
            reasons = [str(error)]
        else:
            reasons = self._differences(node, last, decided)
            if isinstance(decided, Nested):
                inside = [
                    one for inner in decided.runs for one in self._inside(node, decided, inner)
                ]
                reasons = _reasons_inside(inside)
        # What the nodes after it read; only now, since to decide on it has recorded something else.
        self._store.record(replace(last, run_id=run.run_id, pipeline_name=run.pipeline.name))
        if above:
            reasons.append(f"it comes after {in_words(above)}")
        yield NodeState(instance, State.STALE if reasons else State.CURRENT, tuple(reasons), last)
        yield from inside

    def _inside(self, node: Node, nested: Nested, inner: Run) -> Iterator[NodeState]:
        return self.of_nodes(inner, nested.executor, f"Node {node.id!r}")

    def _differences(
        self, node: Node, last: ExecutionRecord, decided: ExecutionRecord | Due | Nested
    ) -> list[str]:
        """What is not as it was when the node ran last."""
        now = decided.execution if isinstance(decided, (Due, Nested)) else decided
        was_skipped = last.state is ExecutionState.SKIPPED
        if was_skipped != (now.state is ExecutionState.SKIPPED):
            return ["it was skipped, and would run now" if was_skipped else now.reason]
        if was_skipped:
            return []
        different = [one.text for one in changes(last, now, self._writers)]
        if isinstance(node.executor, ImportExecutor):
            different = _other_data(last, now)
        if not different and not files_exist(last.outputs):
            different = ["the files of its outputs are gone"]
        return different


_WITHOUT_RESULT = (ExecutionState.FAILED, ExecutionState.CANCELED, ExecutionState.RUNNING)


def _why_it_failed(last: ExecutionRecord) -> str:
    return f"{last.error.type}: {last.error.message}" if last.error else last.reason


def _other_data(last: ExecutionRecord, now: ExecutionRecord) -> list[str]:
    """What an importer would register that it did not. What a resolver found, it has found."""
    return [
        f"output {key}: other data, or other properties"
        for key, (artifact,) in now.outputs.items()
        if [replace(one, id=0, name="") for one in last.outputs.get(key, ())]
        != [replace(artifact, id=0, name="")]
    ]


def _reasons_inside(inside: Sequence[NodeState]) -> list[str]:
    return [
        f"{one.instance}: {reason}"
        for one in inside
        if one.state is not State.CURRENT
        for reason in (one.reasons or (one.state.value,))
    ]
