"""Calling a model for one request: on the event loop if it is quick, otherwise in a thread.

Handing a call to a thread and back costs several times what a small model does, and a slow one on
the loop would hold up every other request. So each model is timed, apart for each signature and
size of input, and moves from one way to the other as it turns out to be quick or slow.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.handles import Handle
from pipeline_lib.serving.servables.loader import Array, Servable

QUICK_SECONDS = 0.001
"""A call that takes no longer may hold up the event loop."""

_FAR_TOO_LONG_SECONDS = 0.1
"""After one such call on the loop a model is called in threads."""

_TRIALS = 8
_MOST_TRIALS = 1024
_FADING = 0.8
_MOST_SLOW = 2.4  # three slow calls in a row, or every other one, are more


class _Timing:
    """What calls of one model, signature and size of input took.

    In a thread a call also waits for the interpreter, which the busy loop hardly gives away, so
    there it is the processor's time that counts, of the quickest of a few calls. On the loop the
    whole time counts, but a slow call now and then does not: other processes may have had the
    processor. A model that turns out to be slow there, because it waits for something, is given
    the loop again only after twice as many calls as the last time.
    """

    __slots__ = ("_fastest", "_left", "_slow", "_trials", "quick")

    def __init__(self) -> None:
        self.quick = False
        self._trials = self._left = _TRIALS
        self._fastest = float("inf")
        self._slow = 0.0

    def add_on_loop(self, seconds: float) -> None:
        """A call on the loop took so long."""
        self._slow = _FADING * self._slow + (seconds > QUICK_SECONDS)
        if self._slow > _MOST_SLOW or seconds > _FAR_TOO_LONG_SECONDS:
            self.quick = False
            self._trials = self._left = min(2 * self._trials, _MOST_TRIALS)
            self._fastest = float("inf")

    def add_in_thread(self, processor_seconds: float) -> None:
        """A call in a thread kept the processor busy for so long."""
        self._fastest = min(self._fastest, processor_seconds)
        self._left -= 1
        if self._left <= 0:
            self.quick, self._slow = self._fastest < QUICK_SECONDS, 0.0
            self._left, self._fastest = self._trials, float("inf")


class DirectCalls:
    """Calls a model once for each request. Implements `ModelCalls`.

    Args:
        threads: slow calls at a time; without it four for each processor, as TensorFlow Serving's
            `--grpc_max_threads`.
        max_waiting: slow calls that may wait for a thread; more are refused.
    """

    def __init__(self, threads: int | None = None, max_waiting: int = 1024) -> None:
        threads = threads or 4 * (os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="model-call")
        self._max_calls = threads + max_waiting
        self._calls = 0

    async def run(
        self,
        handle: Handle,
        signature_name: str,
        inputs: Mapping[str, Array],
        outputs: Sequence[str] = (),
    ) -> dict[str, Array]:
        """Call the model; see `ModelCalls`.

        Raises:
            ServingError: the model failed; RESOURCE_EXHAUSTED, too many slow calls wait.
        """
        timing = _timing(handle, signature_name, inputs)
        if timing.quick:
            start = time.perf_counter()
            try:
                return handle.servable.run(signature_name, inputs, outputs)
            finally:
                timing.add_on_loop(time.perf_counter() - start)
        return await self._run_in_thread(timing, handle.servable, signature_name, inputs, outputs)

    def close(self) -> None:
        """Wait for the calls that run, and end the threads."""
        self._pool.shutdown()

    async def _run_in_thread(
        self,
        timing: _Timing,
        servable: Servable,
        signature_name: str,
        inputs: Mapping[str, Array],
        outputs: Sequence[str],
    ) -> dict[str, Array]:
        if self._calls >= self._max_calls:
            raise ServingError(
                StatusCode.RESOURCE_EXHAUSTED,
                f"{self._calls} calls of models run or wait already; try again later",
            )

        def call() -> tuple[dict[str, Array], float]:
            start = time.thread_time()
            answer = servable.run(signature_name, inputs, outputs)
            return answer, time.thread_time() - start

        # A request may be given up and its call go on, so it is the call's end that counts.
        self._calls += 1
        loop = asyncio.get_running_loop()
        future = self._pool.submit(call)
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._end_call))
        answer, seconds = await asyncio.wrap_future(future)
        timing.add_in_thread(seconds)
        return answer

    def _end_call(self) -> None:
        self._calls -= 1


def _timing(handle: Handle, signature_name: str, inputs: Mapping[str, Array]) -> _Timing:
    size = 0
    for array in inputs.values():
        size += array.size
    # Sizes between two powers of two count as one.
    key = signature_name, size.bit_length()
    timing: _Timing | None = handle.notes.get(key)
    if timing is None:
        timing = handle.notes[key] = _Timing()
    return timing
