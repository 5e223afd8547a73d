from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from pipeline_lib.serving.api import direct_calls
from pipeline_lib.serving.api.direct_calls import DirectCalls
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.handles import Handle
from pipeline_lib.serving.servables.loader import Array
from pipeline_lib.serving.servables.servable import ServableId


class Model:
    """Answers with the name of the thread that it is called in."""

    signatures: Mapping[str, Any] = {}

    def __init__(self, do: Callable[[], None] = lambda: None) -> None:
        self._do = do
        self.threads: list[str] = []
        self.handle = Handle(ServableId("model", 1), self)

    def run(
        self, signature_name: str, inputs: Mapping[str, Array], outputs: Sequence[str] = ()
    ) -> dict[str, Array]:
        self.threads.append(threading.current_thread().name)
        self._do()
        return dict(inputs)

    def close(self) -> None:
        pass


INPUTS = {"x": np.ones((1, 4))}


async def call(calls: DirectCalls, model: Any, times: int, inputs: Any = INPUTS) -> None:
    for _ in range(times):
        await calls.run(model.handle, "serving_default", inputs)


def on_loop(model: Model) -> list[bool]:
    return [name == "MainThread" for name in model.threads]


def test_a_quick_model_moves_to_the_loop() -> None:
    model = Model()
    calls = DirectCalls(1)
    asyncio.run(call(calls, model, 12))
    calls.close()
    assert on_loop(model) == [False] * 8 + [True] * 4


def test_another_size_of_input_is_timed_apart() -> None:
    model = Model()
    calls = DirectCalls(1)

    async def ask() -> None:
        await call(calls, model, 9)
        await call(calls, model, 1, {"x": np.ones((1000, 4))})
        await call(calls, model, 1, {"x": np.ones((1, 5))})

    asyncio.run(ask())
    calls.close()
    assert on_loop(model)[8:] == [True, False, True]


def test_a_model_that_keeps_the_processor_busy_stays_in_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(direct_calls, "QUICK_SECONDS", 0.0)
    model = Model()
    calls = DirectCalls(1)
    asyncio.run(call(calls, model, 30))
    calls.close()
    assert not any(on_loop(model))


def test_a_model_that_waits_goes_back_to_threads_each_time_for_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The time that passes is not the processor's: ten seconds for each look at the clock.
    ticks = iter(range(0, 100_000, 10))
    monkeypatch.setattr("time.perf_counter", lambda: next(ticks))
    model = Model()
    calls = DirectCalls(1)
    asyncio.run(call(calls, model, 8 + 1 + 16 + 1 + 32 + 1))
    calls.close()
    turns = [False] * 8 + [True] + [False] * 16 + [True] + [False] * 32 + [True]
    assert on_loop(model) == turns


@pytest.mark.parametrize(
    ("slow_calls", "stays"),
    [({0, 1, 4, 8, 12}, True), ({0, 1, 2}, False), ({0, 2, 4, 6, 8}, False)],
)
def test_slow_calls_now_and_then_do_not_move_a_model(
    slow_calls: set[int], stays: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = [time for call in range(20) for time in (0.0, 0.01 * (call in slow_calls))]
    clock = iter(times)
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    model = Model()
    calls = DirectCalls(1)
    asyncio.run(call(calls, model, 8 + 16))
    calls.close()
    assert all(on_loop(model)[8:]) is stays


def test_calls_beyond_the_threads_and_their_queue_are_refused() -> None:
    may_answer = threading.Event()
    model = Model(lambda: may_answer.wait(30))  # type: ignore[arg-type]

    async def ask() -> list[Any]:
        calls = DirectCalls(1, max_waiting=1)
        asked = [asyncio.ensure_future(call(calls, model, 1)) for _ in range(3)]
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        may_answer.set()
        answers = await asyncio.gather(*asked, return_exceptions=True)
        await call(calls, model, 1)  # there is room again
        calls.close()
        return answers

    *answered, refused = asyncio.run(ask())
    assert answered == [None, None]
    assert isinstance(refused, ServingError)
    assert (refused.code, refused.message) == (
        StatusCode.RESOURCE_EXHAUSTED,
        "2 calls of models run or wait already; try again later",
    )


@pytest.mark.parametrize("before", [0, 8])
def test_an_error_of_the_model(before: int) -> None:
    def fail() -> None:
        if len(model.threads) > before:
            raise ServingError(StatusCode.INTERNAL, "broken")

    model = Model(fail)
    calls = DirectCalls(1)
    with pytest.raises(ServingError, match="broken"):
        asyncio.run(call(calls, model, before + 1))
    calls.close()


def test_a_call_that_waits_is_dropped_when_its_request_is_given_up() -> None:
    may_answer = threading.Event()
    model = Model(lambda: may_answer.wait(30))  # type: ignore[arg-type]

    async def ask() -> None:
        calls = DirectCalls(1)
        running, waiting = (asyncio.ensure_future(call(calls, model, 1)) for _ in range(2))
        while not model.threads:
            await asyncio.sleep(0.001)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        may_answer.set()
        await running
        calls.close()

    asyncio.run(ask())
    assert len(model.threads) == 1
