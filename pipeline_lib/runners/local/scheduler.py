"""Runs the nodes of a pipeline in the order of their dependencies, side by side where it can."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future
from graphlib import TopologicalSorter
from queue import SimpleQueue

from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore
from pipeline_lib.node.drive import skip
from pipeline_lib.node.launch import launch
from pipeline_lib.node.run import Run
from pipeline_lib.runners.local.events import RunListener
from pipeline_lib.runners.local.workforce import Workforce


class Scheduler:
    """Launches each node when those it depends on have ended.

    A node below one that failed is skipped with the reason; independent branches go on.
    """

    def __init__(
        self,
        run: Run,
        store: MetadataStore,
        workforce: Workforce,
        listener: RunListener,
    ) -> None:
        self._run = run
        self._store = store
        self._workforce = workforce
        self._listener = listener
        self._ended: dict[str, ExecutionRecord] = {}
        self._started: dict[str, float] = {}
        self._ready: deque[str] = deque()
        self._failure_above: dict[str, str] = {}
        self._finished: SimpleQueue[Future[ExecutionRecord]] = SimpleQueue()

    def run_all(self) -> dict[str, ExecutionRecord]:
        """Run every node; the final record of each.

        Raises:
            KeyboardInterrupt: the user interrupted.
            MetadataStoreError: the store cannot be written.
        """
        order = TopologicalSorter(self._run.pipeline.dependencies)
        order.prepare()
        try:
            while order.is_active():
                self._ready.extend(order.get_ready())
                # No more than can run: a node that waits for its turn has not started.
                while self._ready and len(self._started) - len(self._ended) < self._workforce.size:
                    self._start(self._run.pipeline.by_id[self._ready.popleft()])
                order.done(self._next_ended())
        except BaseException:
            self._workforce.cancel()
            raise
        return self._ended

    def _start(self, node: Node) -> None:
        self._started[node.id] = time.monotonic()
        reason = self._reason_to_skip(node)
        if reason:
            self._failure_above[node.id] = reason
            future: Future[ExecutionRecord] = Future()
            future.set_result(skip(node, self._run, self._store, reason))
            self._finished.put(future)
            return
        self._listener.node_started(node)
        submitted = self._workforce.threads.submit(
            launch, node, self._run, self._store, self._workforce.execute
        )
        submitted.add_done_callback(self._finished.put)

    def _next_ended(self) -> str:
        execution = self._finished.get().result()
        self._ended[execution.node_id] = execution
        seconds = time.monotonic() - self._started[execution.node_id]
        self._listener.node_ended(execution, seconds)
        return execution.node_id

    def _reason_to_skip(self, node: Node) -> str:
        """A failure above the node, directly or through nodes that were skipped because of it."""
        for upstream in sorted(self._run.pipeline.dependencies[node.id]):
            if self._ended[upstream].state is ExecutionState.FAILED:
                return f"node {upstream!r} failed"
            if upstream in self._failure_above:
                return self._failure_above[upstream]
        return ""
