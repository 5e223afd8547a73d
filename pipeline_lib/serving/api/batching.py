"""Calling a model for several requests at once, with TensorFlow Serving's parameters.

Everything here happens on the event loop, but for the calls of models, which a few threads make.
While all of them are busy, requests gather; a batch goes to a thread when it is full, or when its
oldest request has waited for `batch_timeout_micros`.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from pipeline_lib.serving.api import batch as arrays
from pipeline_lib.serving.api.batching_parameters import BatchingParameters
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.handles import Handle
from pipeline_lib.serving.servables.loader import Array, Servable


@dataclass(eq=False)
class _Task:
    """A request, or a part of one that was cut up."""

    inputs: Mapping[str, Array]
    rows: int
    future: asyncio.Future[dict[str, Array]]
    since: float = field(default_factory=time.perf_counter)


@dataclass(eq=False)
class _Batch:
    servable: Servable
    signature_name: str
    outputs: Sequence[str]
    key: Hashable
    tasks: list[_Task] = field(default_factory=list)
    rows: int = 0
    due: bool = False


class BatchObserver(Protocol):
    """Is told of batches; it must be quick."""

    def queued(self, thread_pool_name: str, seconds: float) -> None:
        """A request waited so long for its batch."""

    def batch(self) -> None:
        """A batch was given to the model."""


class BatchedCalls:
    """Calls a model for several requests at once. Implements `ModelCalls`.

    Requests share a batch if they name the same version, signature and outputs, and their inputs
    have the same names, types and sizes, but for the number of rows.

    Args:
        parameters: how batches are made.
        observer: is told of them.
    """

    def __init__(
        self, parameters: BatchingParameters, observer: BatchObserver | None = None
    ) -> None:
        self._parameters = parameters
        self._observer = observer
        self._pool = ThreadPoolExecutor(
            parameters.num_batch_threads, thread_name_prefix=parameters.thread_pool_name
        )
        self._free_threads = parameters.num_batch_threads
        self._queues: dict[Hashable, deque[_Batch]] = {}
        self._waiting: deque[_Batch] = deque()

    async def run(
        self,
        handle: Handle,
        signature_name: str,
        inputs: Mapping[str, Array],
        outputs: Sequence[str] = (),
    ) -> dict[str, Array]:
        """Call the model, together with other requests; see `ModelCalls`.

        Raises:
            ServingError: the model failed for the whole batch; INVALID_ARGUMENT, the request does
                not fit into a batch; UNAVAILABLE, too many batches wait.
        """
        rows = arrays.row_count(inputs)
        kind = arrays.kind(inputs, self._parameters.pad_variable_length_inputs)
        key = (id(handle.servable), signature_name, tuple(outputs), kind)
        sizes = self._sizes(rows, self._queues.get(key))
        tasks = [
            self._enqueue(_Batch(handle.servable, signature_name, outputs, key), part, size)
            for part, size in zip(arrays.slices(inputs, sizes), sizes, strict=True)
        ]
        self._start_batches()
        parts = await self._results(tasks)
        return parts[0] if len(parts) == 1 else arrays.merge(parts, rows, pad=False)

    def close(self) -> None:
        """Wait for the batches that run, and end the threads."""
        self._pool.shutdown()

    def _sizes(self, rows: int, queue: deque[_Batch] | None) -> list[int]:
        """How the rows of a request are cut up, the open batch filled first."""
        parameters = self._parameters
        if rows > parameters.max_batch_size:
            raise _invalid(
                f"Task size {rows} is larger than maximum input batch size "
                f"{parameters.max_batch_size}"
            )
        room = parameters.rows - queue[-1].rows if queue else 0
        first = min(rows, room) if parameters.enable_large_batch_splitting else rows
        whole, last = divmod(rows - first, parameters.rows)
        sizes = [first] * bool(first) + [parameters.rows] * whole + [last] * bool(last)
        new = len(sizes) - (0 < first <= room)
        if len(queue or ()) + new > parameters.max_enqueued_batches:
            raise ServingError(
                StatusCode.UNAVAILABLE,
                "The batch scheduling queue to which this task was submitted is full",
            )
        return sizes or [0]

    def _enqueue(self, new: _Batch, inputs: Mapping[str, Array], rows: int) -> _Task:
        """Put it into the batch of its kind that is open, or into the new one."""
        loop = asyncio.get_running_loop()
        queue = self._queues.setdefault(new.key, deque())
        if not queue or queue[-1].rows + rows > self._parameters.rows:
            if queue:
                queue[-1].due = True
            queue.append(new)
            self._waiting.append(new)
            loop.call_later(self._parameters.batch_timeout_micros / 1e6, self._time_out, new)
        batch = queue[-1]
        task = _Task(inputs, rows, loop.create_future())
        batch.tasks.append(task)
        batch.rows += rows
        batch.due = batch.due or batch.rows >= self._parameters.rows
        return task

    async def _results(self, tasks: Sequence[_Task]) -> list[dict[str, Array]]:
        """What came of a request's tasks; those that wait are dropped if it is given up."""
        try:
            await asyncio.wait([task.future for task in tasks])
        except asyncio.CancelledError:
            for task in tasks:
                task.future.cancel()
                self._drop(task)
            raise
        return [task.future.result() for task in tasks]

    def _drop(self, task: _Task) -> None:
        for batch in self._waiting:
            if any(one is task for one in batch.tasks):
                batch.tasks = [one for one in batch.tasks if one is not task]
                batch.rows -= task.rows
                return

    def _time_out(self, batch: _Batch) -> None:
        batch.due = True
        self._start_batches()

    def _start_batches(self) -> None:
        """Give batches that are due to free threads, the oldest first."""
        while self._free_threads:
            batch = next((one for one in self._waiting if one.due), None)
            if batch is None:
                return
            self._waiting.remove(batch)
            queue = self._queues[batch.key]
            queue.remove(batch)
            if not queue:
                del self._queues[batch.key]
            if batch.tasks:
                self._observe(batch)
                self._free_threads -= 1
                call = asyncio.get_running_loop().run_in_executor(self._pool, self._call, batch)
                call.add_done_callback(functools.partial(self._finish, batch))

    def _observe(self, batch: _Batch) -> None:
        if self._observer is not None:
            now = time.perf_counter()
            for task in batch.tasks:
                self._observer.queued(self._parameters.thread_pool_name, now - task.since)
            self._observer.batch()

    def _call(self, batch: _Batch) -> list[dict[str, Array]]:
        """Call the model for a batch; in a thread."""
        rows = self._parameters.allowed(batch.rows) if batch.rows else 0
        inputs = arrays.merge(
            [task.inputs for task in batch.tasks], rows, self._parameters.pad_variable_length_inputs
        )
        outputs = batch.servable.run(batch.signature_name, inputs, batch.outputs)
        return arrays.split(outputs, [task.rows for task in batch.tasks], rows)

    def _finish(self, batch: _Batch, call: asyncio.Future[list[dict[str, Array]]]) -> None:
        """Tell the requests of a batch what came of it, and go on with the next."""
        self._free_threads += 1
        error = call.exception()
        for index, task in enumerate(batch.tasks):
            if task.future.cancelled():
                continue
            if error is None:
                task.future.set_result(call.result()[index])
            else:
                task.future.set_exception(_copy(error))
        self._start_batches()


def _copy(error: BaseException) -> BaseException:
    """An error for each request: whoever raises one writes its own traceback into it."""
    return ServingError(error.code, error.message) if isinstance(error, ServingError) else error


def _invalid(message: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, message)
