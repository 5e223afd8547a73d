"""Tells a listener what is new among the executions of a run that goes on elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from pipeline_lib import ir
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState
from pipeline_lib.runners.kubeflow.client.full_ids import nodes_by_full_id
from pipeline_lib.runners.local.events import RunListener


class Teller:
    """Tells each start, each attempt that failed and each end once."""

    def __init__(self, pipeline: ir.Pipeline, listener: RunListener) -> None:
        self._retries = {
            full_id: path[-1].options.max_retries
            for full_id, path in nodes_by_full_id(pipeline).items()
        }
        self._listener = listener
        self._started: set[str] = set()
        self._told: set[tuple[str, int]] = set()
        self._ended: set[str] = set()

    def tell(self, executions: Iterable[ExecutionRecord], *, is_over: bool) -> None:
        """Tell what has not been told.

        Args:
            executions: all of the run, oldest first.
            is_over: whether none will follow.
        """
        attempts: dict[str, list[ExecutionRecord]] = {}
        for execution in executions:
            attempts.setdefault(execution.instance, []).append(execution)
        # In the order in which they ended: those that go on come last.
        for tried in sorted(attempts.values(), key=lambda one: one[-1].ended or float("inf")):
            self._tell(tried, is_over)

    def _tell(self, attempts: Sequence[ExecutionRecord], is_over: bool) -> None:
        instance = attempts[-1].instance
        if instance in self._ended:
            return
        for failed, following in pairwise(attempts):
            if (instance, failed.id) not in self._told:
                self._told.add((instance, failed.id))
                delay = max(0.0, following.started - failed.ended)
                self._listener.node_retried(failed, round(delay, 1))
        latest = attempts[-1]
        if instance not in self._started:
            self._started.add(instance)
            self._listener.node_started(instance)
        if latest.state is not ExecutionState.RUNNING and (is_over or self._is_last(attempts)):
            self._ended.add(instance)
            self._listener.node_ended(latest, max(0.0, latest.ended - latest.started))

    def _is_last(self, attempts: Sequence[ExecutionRecord]) -> bool:
        """Whether no further attempt follows."""
        if attempts[-1].state is not ExecutionState.FAILED:
            return True
        return len(attempts) > self._retries.get(attempts[-1].node_id, 0)
