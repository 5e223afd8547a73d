"""What a run would do, found out without running or recording anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from pipeline_lib.errors import PipelineLibError
from pipeline_lib.ir.executors import ImportExecutor, ResolveExecutor
from pipeline_lib.ir.node import Node
from pipeline_lib.ir.node_set import NodeSet, in_running_order
from pipeline_lib.metadata.history import last_to_compare_with
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore
from pipeline_lib.node.caching import cache_off
from pipeline_lib.node.drive import decide, new_execution
from pipeline_lib.node.due import Due
from pipeline_lib.node.nesting import Nested
from pipeline_lib.node.publish import publish_nested
from pipeline_lib.node.run import Run
from pipeline_lib.runners.local.partial_run import PartialRun, base_run_id, reuse, select
from pipeline_lib.runners.local.planned_node import PlannedNode, Verdict, came_to_nothing
from pipeline_lib.runners.local.planning_store import PlanningStore
from pipeline_lib.runners.local.run_options import RunOptions
from pipeline_lib.runners.local.unknown_results import UnknownResults

_WITHOUT_WORK = (Verdict.IMPORT, Verdict.RESOLVE, Verdict.NESTED)


def plan_run(
    run: Run, store: MetadataStore, options: RunOptions | None = None
) -> list[PlannedNode]:
    """What would become of each node that is run or whose result is taken over, in running order.

    Of a node whose input will be known in the run only, it is told what would become of it if
    that came out as the last time.

    Args:
        run: the run.
        store: where earlier runs are recorded.
        options: which part of the pipeline is run; by default all.

    Raises:
        AuthoringError: there is no such part, or no run has what is to be taken over.
        RunNotFoundError: the store holds no run of the id that `options` names.
    """
    planner = _Planner(store)
    nodes: Sequence[Node] = run.pipeline.nodes
    if options is not None and options.is_partial:
        partial = select(run.pipeline, options.from_nodes, options.to_nodes)
        planner.take_over(partial, options.base_run, run)
        nodes = [node for node in nodes if node.id in partial.selected]
    planner.plan_nodes(run, run.pipeline, nodes)
    if run.pipeline.exit_handler is not None:
        planner.plan_exit_handler(run.pipeline.exit_handler, run)
    return planner.planned


class _Planner:
    """Decides node by node, as a run does, on what the nodes before would give.

    Attributes:
        planned: what is decided.
    """

    def __init__(self, store: MetadataStore) -> None:
        self.planned: list[PlannedNode] = []
        self._store = cast(MetadataStore, PlanningStore(store))
        self._results = UnknownResults()

    def plan_nodes(self, run: Run, nodes: NodeSet, in_order: Sequence[Node]) -> None:
        """Plan nodes that wait for each other."""
        for node in in_order:
            above = {run.instance(one) for one in nodes.dependencies[node.id]}
            failed = sorted(above & self._results.failed)
            if failed and not node.options.ignore_upstream_failure:
                self._results.failed.add(run.instance(node.id))
                self._add(node, run, Verdict.SKIP, f"{failed[0]} would not run")
            else:
                self._plan(node, run)

    def take_over(self, partial: PartialRun, base_run: str | None, run: Run) -> None:
        """Plan the nodes whose results are those of an earlier run."""
        base = base_run_id(partial, run.pipeline, base_run, self._store)
        taken = reuse(partial, base, run, self._store)
        for node in run.pipeline.nodes:
            if node.id in taken:
                self._plan_decided(node, run, taken[node.id], ())

    def plan_exit_handler(self, handler: Node, run: Run) -> None:
        """Plan the node that runs at the end."""
        self._add(handler, run, Verdict.DEPENDS, "it runs when all others have ended")

    def _plan(self, node: Node, run: Run) -> None:
        unknown = self._results.before(node, run)
        if not self._results.without_guess.isdisjoint(unknown):
            self._plan_without_guess(node, run, unknown)
            return
        try:
            decided = decide(node, run, self._store)
        except PipelineLibError as error:
            self._plan_undecided(node, run, unknown, str(error))
            return
        match decided:
            case Due(execution=execution):
                verdict = self._verdict_on_due(execution, unknown)
                self._add(node, run, verdict, "", unknown, execution)
            case Nested():
                self._plan_nested(node, decided, run, unknown)
            case execution:
                self._plan_decided(node, run, execution, unknown)

    def _plan_without_guess(self, node: Node, run: Run, unknown: tuple[str, ...]) -> None:
        """Plan a node that reads what has never been written before."""
        decided_later = node.condition is not None or isinstance(node.executor, NodeSet)
        history = self._history(new_execution(node, run))
        note = cache_off(node, run)
        # What is new may be equal to what another node has given it before.
        may_be_known = not note and any(one.state.is_success for one in history)
        if decided_later or may_be_known:
            self._add(node, run, Verdict.DEPENDS, "", unknown)
        else:
            self._add(node, run, Verdict.RUN, note or _came_to_nothing(history), unknown)

    def _verdict_on_due(self, execution: ExecutionRecord, unknown: tuple[str, ...]) -> Verdict:
        """Other inputs may be those of an earlier result, if all else is as it was."""
        earlier = last_to_compare_with(self._history(execution))
        if not unknown or earlier is None or execution.cache_note:
            return Verdict.RUN
        same = _without_inputs(earlier) == _without_inputs(execution)
        return Verdict.DEPENDS if same else Verdict.RUN

    def _plan_undecided(self, node: Node, run: Run, unknown: tuple[str, ...], reason: str) -> None:
        if unknown:
            self._add(node, run, Verdict.DEPENDS, "", unknown)
        else:
            self._results.failed.add(run.instance(node.id))
            self._add(node, run, Verdict.FAIL, reason)

    def _plan_decided(
        self, node: Node, run: Run, execution: ExecutionRecord, unknown: tuple[str, ...]
    ) -> None:
        if execution.state is ExecutionState.SKIPPED:
            verdict = Verdict.SKIP
        elif execution.cached_from:
            verdict = Verdict.CACHED
        elif isinstance(node.executor, ImportExecutor):
            verdict = Verdict.IMPORT
        elif isinstance(node.executor, ResolveExecutor):
            verdict = Verdict.RESOLVE
        else:
            verdict = Verdict.CACHED
        if unknown and verdict in (Verdict.SKIP, Verdict.CACHED):
            verdict = Verdict.DEPENDS
        self._add(node, run, verdict, execution.reason, unknown, execution)

    def _plan_nested(self, node: Node, nested: Nested, run: Run, unknown: tuple[str, ...]) -> None:
        place = len(self.planned)
        number = unknown if node.loop else ()
        self._add(node, run, Verdict.NESTED, "", number, nested.execution)
        in_order = in_running_order(nested.executor, f"Node {node.id!r}")
        self._results.go_inside(node, run, nested, number)
        for inner in nested.runs:
            self.plan_nodes(inner, nested.executor, in_order)
        publish_nested(nested, [], self._store)
        inside = [one.execution.instance for one in self.planned[place + 1 :]]
        self._results.come_out(run.instance(node.id), inside)

    def _add(
        self,
        node: Node,
        run: Run,
        verdict: Verdict,
        reason: str,
        unknown: Sequence[str] = (),
        execution: ExecutionRecord | None = None,
    ) -> None:
        """Note what would become of a node, and what the nodes after it may reckon with."""
        execution = execution or new_execution(node, run)
        history = self._history(execution)
        worked = [one for one in history if one.state is ExecutionState.COMPLETE]
        seconds = worked[0].ended - worked[0].started if worked else None
        if verdict in _WITHOUT_WORK:
            seconds = None
        self.planned.append(
            PlannedNode(
                execution,
                verdict,
                reason,
                tuple(unknown),
                last_to_compare_with(history),
                seconds,
                is_conditional=node.condition is not None,
            )
        )
        if verdict in (Verdict.RUN, Verdict.DEPENDS) or unknown:
            self._results.unknown.add(execution.instance)
        if verdict in (Verdict.RUN, Verdict.DEPENDS):
            self._reckon_with_last_result(execution, history)

    def _history(self, execution: ExecutionRecord) -> list[ExecutionRecord]:
        """The last executions of the same node, newest first."""
        return self._store.node_executions(
            execution.pipeline_name, execution.node_id, execution.iteration
        )

    def _reckon_with_last_result(
        self, execution: ExecutionRecord, history: Sequence[ExecutionRecord]
    ) -> None:
        if execution.state is not ExecutionState.RUNNING:
            return  # decided on what the nodes before it gave the last time
        last = next((one for one in history if one.state.is_success), None)
        if last is None:
            self._results.without_guess.add(execution.instance)
        else:
            guess = replace(execution, state=ExecutionState.COMPLETE, outputs=last.outputs)
            self._store.record(guess)


def _came_to_nothing(history: Sequence[ExecutionRecord]) -> str:
    last = last_to_compare_with(history)
    return "" if last is None else came_to_nothing(last)


def _without_inputs(execution: ExecutionRecord) -> dict[str, str]:
    leaves = execution.cache_leaves.items()
    return {name: leaf for name, leaf in leaves if not name.startswith("input.")}
