"""Runs the nodes of a pipeline in the order of their dependencies, side by side where it can."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from itertools import count
from queue import Empty, SimpleQueue

from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore
from pipeline_lib.node.drive import skip
from pipeline_lib.node.launch import launch
from pipeline_lib.node.nesting import Nested
from pipeline_lib.node.publish import publish_nested
from pipeline_lib.node.run import Run
from pipeline_lib.runners.local.capacity import Capacity
from pipeline_lib.runners.local.events import RunListener
from pipeline_lib.runners.local.resuming import made_of_other_elements
from pipeline_lib.runners.local.task import Level, Task, final_status
from pipeline_lib.runners.local.workforce import Workforce

Launched = ExecutionRecord | Nested


class Scheduler:
    """Launches each node when those it depends on have ended.

    A node below one that failed is skipped with the reason; independent branches go on. A node
    that holds nodes of its own opens a level for them, or one for each element of its loop, and
    ends when they have.

    Args:
        run: what to run.
        store: where it is recorded.
        workforce: executes.
        capacity: bounds what runs side by side.
        listener: is told of each step.
        done: executions of this run that ended earlier and are not run again, by instance.
        only: ids of the pipeline's nodes that are run; `None` for all.
        earlier: all executions of this run so far, oldest first.

    Attributes:
        failures: the executions that made the run fail, oldest first.
    """

    def __init__(
        self,
        run: Run,
        store: MetadataStore,
        workforce: Workforce,
        capacity: Capacity,
        listener: RunListener,
        done: Mapping[str, ExecutionRecord],
        only: frozenset[str] | None,
        earlier: Sequence[ExecutionRecord] = (),
    ) -> None:
        self._run = run
        self._store = store
        self._workforce = workforce
        self._capacity = capacity
        self._listener = listener
        self._done = dict(done)
        self._earlier = earlier
        self._only = only
        self.failures: list[ExecutionRecord] = []
        self._executions: dict[str, ExecutionRecord] = {}
        self._sequence = count()
        self._ready: list[tuple[int, int, Task]] = []
        self._delayed: list[tuple[float, int, Task]] = []
        self._ended: SimpleQueue[tuple[Task, Future[Launched]]] = SimpleQueue()
        self._open_tasks = 0

    def run_all(self) -> dict[str, ExecutionRecord]:
        """Run every node, and then the exit handler; the final record of each, by instance.

        Raises:
            KeyboardInterrupt: the user interrupted.
            MetadataStoreError: the store cannot be written.
        """
        top = Level(self._run, self._run.pipeline, self._only)
        try:
            self._add_ready(top)
            self._run_open_tasks()
            handler = self._run.pipeline.exit_handler
            if handler is not None:
                self._run_exit_handler(handler, top)
        except BaseException as error:
            self._workforce.cancel()
            if isinstance(error, KeyboardInterrupt):
                self._cancel_holders()
            raise
        return self._executions

    def _run_exit_handler(self, handler: Node, top: Level) -> None:
        run = replace(self._run, final_status=final_status(self._run, self.failures))
        self._add(Task(handler, Level(run, top.nodes, only=frozenset())))
        self._run_open_tasks()

    def _run_open_tasks(self) -> None:
        while self._open_tasks:
            self._start_what_fits()
            task, future = self._next_ended()
            if future is None:
                self._add(task, is_new=False)
                continue
            self._capacity.give_back(task.node)
            match future.result():
                case Nested() as nested:
                    self._open_nested(task, nested)
                case execution if self._is_tried_again(task, execution):
                    self._try_again_later(task, execution)
                case execution:
                    self._end(task, execution)

    def _add_ready(self, level: Level) -> None:
        for node_id in level.order.get_ready():
            self._add(Task(level.nodes.by_id[node_id], level))

    def _add(self, task: Task, is_new: bool = True) -> None:
        self._open_tasks += is_new
        entry = (-task.node.options.priority, next(self._sequence), task)
        heapq.heappush(self._ready, entry)

    def _start_what_fits(self) -> None:
        """Start as many as can run: a node that waits for its turn has not started."""
        waiting = []
        while self._ready and self._capacity.places > 0:
            entry = heapq.heappop(self._ready)
            if self._capacity.fits(entry[-1].node):
                self._start(entry[-1])
            else:
                waiting.append(entry)
        for entry in waiting:
            heapq.heappush(self._ready, entry)

    def _start(self, task: Task) -> None:
        self._capacity.take(task.node)
        level = task.level
        done = self._done.get(task.instance)
        reason = "" if done else level.reason_to_skip(task.node)
        if done is not None:
            self._submit(task, lambda: done)
        elif reason:
            level.failure_above[task.node.id] = reason
            self._submit(task, lambda: skip(task.node, level.run, self._store, reason))
        else:
            if not task.attempts:
                task.started = time.monotonic()
                self._listener.node_started(task.instance)
            task.attempts += 1
            submitted = self._workforce.threads.submit(
                launch, task.node, level.run, self._store, self._workforce.execute
            )
            submitted.add_done_callback(lambda future: self._ended.put((task, future)))

    def _submit(self, task: Task, call: Callable[[], ExecutionRecord]) -> None:
        """What takes no time is done here and now."""
        future: Future[Launched] = Future()
        future.set_result(call())
        self._ended.put((task, future))

    def _next_ended(self) -> tuple[Task, Future[Launched] | None]:
        """The next task that ended, or without a future one whose time to try again has come."""
        if not self._delayed:
            return self._ended.get()
        due, _, task = self._delayed[0]
        try:
            return self._ended.get(timeout=max(0.0, due - time.monotonic()))
        except Empty:
            heapq.heappop(self._delayed)
            return task, None

    def _is_tried_again(self, task: Task, execution: ExecutionRecord) -> bool:
        failed = execution.state is ExecutionState.FAILED
        return failed and 0 < task.attempts <= task.node.options.max_retries

    def _try_again_later(self, task: Task, execution: ExecutionRecord) -> None:
        self._listener.node_retried(execution, task.retry_delay)
        due = time.monotonic() + task.retry_delay
        heapq.heappush(self._delayed, (due, next(self._sequence), task))

    def _open_nested(self, task: Task, nested: Nested) -> None:
        task.nested = nested
        task.levels_left = len(nested.runs)
        self._forget_other_elements(task, nested)
        for run in nested.runs:
            self._add_ready(Level(run, nested.executor, holder=task))
        if not nested.runs:
            self._end(task, publish_nested(nested, [], self._store))

    def _forget_other_elements(self, task: Task, nested: Nested) -> None:
        """Run again what is done for elements of a loop that are not at their places any more."""
        if self._done and task.node.loop:
            before = [one for one in self._earlier if one.instance == task.instance]
            for instance in made_of_other_elements(self._done, before, nested):
                del self._done[instance]

    def _end(self, task: Task, execution: ExecutionRecord) -> None:
        """Note a task's final record, and those of the tasks that end with it."""
        self._open_tasks -= 1
        self._executions[task.instance] = execution
        if _counts_as_failure(task, execution):
            self.failures.append(execution)
        level = task.level
        level.ended[task.node.id] = execution
        if task.instance not in self._done:
            seconds = time.monotonic() - task.started if task.started else 0.0
            self._listener.node_ended(execution, seconds)
        if task.node.id not in level.nodes.by_id:
            return
        level.order.done(task.node.id)
        self._add_ready(level)
        if not level.order.is_active() and level.holder is not None:
            self._close(level, level.holder)

    def _close(self, level: Level, holder: Task) -> None:
        """Note that a level has ended; the task that holds it ends with its last level."""
        nested = holder.nested
        assert nested is not None, "a task holds levels only if it is nested"
        holder.levels_left -= 1
        holder.failed_inside += level.failed()
        if holder.levels_left == 0:
            self._end(holder, publish_nested(nested, holder.failed_inside, self._store))

    def _cancel_holders(self) -> None:
        """Record as canceled what holds nodes and has not ended; workers have recorded the others.

        The store is asked, since the interrupt may have come before anything else knew of one.
        """
        for execution in self._store.executions(self._run.run_id):
            if execution.state is ExecutionState.RUNNING:
                canceled = ExecutionState.CANCELED
                self._store.record(replace(execution, state=canceled, reason="interrupted"))


def _counts_as_failure(task: Task, execution: ExecutionRecord) -> bool:
    """Whether a node failed that may not; one that holds it only passes that on."""
    failed = execution.state is ExecutionState.FAILED and task.nested is None
    return failed and not any(one.node.options.optional for one in task.path)
