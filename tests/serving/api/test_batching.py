from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_lib.serving.api.batching import BatchedCalls
from pipeline_lib.serving.api.batching_parameters import BatchingParameters
from pipeline_lib.serving.api.direct_calls import DirectCalls
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.handles import Handle
from pipeline_lib.serving.servables.loader import Array
from pipeline_lib.serving.servables.servable import ServableId


class Sums:
    """Answers the sum of each row, and the row's text; keeps how many rows each call had."""

    signatures: Mapping[str, Any] = {}

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.shapes: list[tuple[int, ...]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def run(
        self, signature_name: str, inputs: Mapping[str, Array], outputs: Sequence[str] = ()
    ) -> dict[str, Array]:
        self.rows.append(len(inputs["x"]))
        self.shapes.append(inputs["x"].shape)
        assert self.may_answer.wait(30)
        if (inputs["x"] == -1).any():
            raise ServingError(StatusCode.INVALID_ARGUMENT, "no -1, please")
        sums = inputs["x"].sum(axis=tuple(range(1, inputs["x"].ndim)))
        answer = {"sum": sums, "text": inputs.get("text", np.array([b""] * len(sums), object))}
        return {name: answer[name] for name in outputs or answer}

    def close(self) -> None:
        pass


Asked = Callable[[Mapping[str, Array]], Awaitable[dict[str, Array]]]


async def all_of(
    calls: BatchedCalls | DirectCalls,
    servable: Any,
    requests: Sequence[Mapping[str, Array]],
    outputs: Sequence[str] = (),
) -> list[Any]:
    """What each request got, all asked at once: outputs, or an error."""
    handle = Handle(ServableId("sums", 1), servable)
    asked = (calls.run(handle, "serving_default", one, outputs) for one in requests)
    answers = await asyncio.gather(*asked, return_exceptions=True)
    calls.close()
    return answers


def batched(servable: Any, requests: Sequence[Mapping[str, Array]], **parameters: Any) -> list[Any]:
    calls = BatchedCalls(BatchingParameters(**parameters))
    return asyncio.run(all_of(calls, servable, requests))


def numbers(*rows: Any) -> dict[str, Array]:
    return {"x": np.array(rows, np.float32)}


def seen(answer: Any) -> Any:
    """An answer, in a form that can be compared."""
    if isinstance(answer, ServingError):
        return answer.code, answer.message
    return {name: (array.dtype, array.tolist()) for name, array in answer.items()}


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Array]:
    rows, width = draw(st.integers(0, 4)), draw(st.integers(1, 2))
    dtype = draw(st.sampled_from([np.float32, np.int64]))
    made = {"x": np.arange(rows * width, dtype=dtype).reshape(rows, width)}
    if draw(st.booleans()):
        made["text"] = np.array([draw(st.binary(max_size=3)) for _ in range(rows)], object)
    return made


@settings(deadline=None, max_examples=60)
@given(
    st.lists(requests(), min_size=1, max_size=12),
    st.sampled_from([(), (4, 8), (1, 2, 4, 8)]),
    st.booleans(),
)
def test_a_batch_answers_what_direct_calls_answer(
    asked: list[dict[str, Array]], sizes: tuple[int, ...], splitting: bool
) -> None:
    direct = asyncio.run(all_of(DirectCalls(), Sums(), asked))
    together = batched(
        Sums(),
        asked,
        max_batch_size=8,
        max_enqueued_batches=100,
        allowed_batch_sizes=sizes,
        enable_large_batch_splitting=splitting,
    )
    assert [seen(one) for one in together] == [seen(one) for one in direct]


def test_requests_that_wait_share_a_call() -> None:
    servable = Sums()
    answers = batched(servable, [numbers([n], [n]) for n in range(8)], max_batch_size=8)
    assert servable.rows == [8, 8]
    assert [answer["sum"].tolist() for answer in answers] == [[n, n] for n in range(8)]


def test_a_batch_is_filled_up_to_an_allowed_size_with_rows_that_the_model_can_take() -> None:
    servable = Sums()
    parameters = {"max_batch_size": 8, "allowed_batch_sizes": (4, 8)}
    answers = batched(servable, [numbers([n]) for n in range(3)], **parameters)
    assert servable.rows == [4]
    assert [answer["sum"].tolist() for answer in answers] == [[0], [1], [2]]


def test_inputs_of_other_sizes_and_types_go_apart() -> None:
    servable = Sums()
    asked = [numbers([1]), numbers([1, 1]), {"x": np.array([[1]])}, numbers([2])]
    answers = batched(servable, asked)
    assert [answer["sum"].tolist() for answer in answers] == [[1], [2], [1], [2]]
    assert sorted(servable.shapes) == [(1, 1), (1, 2), (2, 1)]


def test_inputs_of_other_lengths_are_padded_with_their_first_element() -> None:
    servable = Sums()
    asked = [numbers([5]), numbers([1, 2, 3])]
    answers = batched(servable, asked, pad_variable_length_inputs=True)
    assert servable.shapes == [(2, 3)]
    assert [answer["sum"].tolist() for answer in answers] == [[15], [6]]


def test_an_error_reaches_every_request_of_its_batch_and_no_other() -> None:
    asked = [numbers([1]), numbers([-1]), numbers([1, 1])]
    first, second, apart = batched(Sums(), asked)
    assert (first.code, first.message) == (StatusCode.INVALID_ARGUMENT, "no -1, please")
    assert (second.code, second.message) == (StatusCode.INVALID_ARGUMENT, "no -1, please")
    assert first is not second
    assert apart["sum"].tolist() == [2]


def test_a_large_request_is_cut_up_if_that_is_allowed() -> None:
    servable = Sums()
    (answer,) = batched(
        servable,
        [numbers(*([n] for n in range(10)))],
        max_batch_size=10,
        max_execution_batch_size=4,
        enable_large_batch_splitting=True,
    )
    assert sorted(servable.rows) == [2, 4, 4]
    assert answer["sum"].tolist() == list(range(10))


class Broken(Sums):
    def __init__(self, answer: dict[str, Array]) -> None:
        super().__init__()
        self._answer = answer

    def run(self, *arguments: Any) -> dict[str, Array]:
        return self._answer


@pytest.mark.parametrize(
    ("servable", "request_", "code", "message"),
    [
        (
            Sums(),
            {},
            StatusCode.INVALID_ARGUMENT,
            "Batching Run() must have at least one input tensor",
        ),
        (
            Sums(),
            {"x": np.float32(1)},
            StatusCode.INVALID_ARGUMENT,
            "Batching Run() input tensors must have at least one dimension",
        ),
        (
            Sums(),
            {"x": np.ones(1), "y": np.ones(2)},
            StatusCode.INVALID_ARGUMENT,
            "Batching Run() input tensors must have equal 0th-dimension size",
        ),
        (
            Sums(),
            {"x": np.ones(9)},
            StatusCode.INVALID_ARGUMENT,
            "Task size 9 is larger than maximum input batch size 8",
        ),
        (
            Broken({"y": np.array(1)}),
            {"x": np.ones(1)},
            StatusCode.FAILED_PRECONDITION,
            "Batched output tensor has 0 dimensions",
        ),
        (
            Broken({"y": np.ones(3)}),
            {"x": np.ones(1)},
            StatusCode.FAILED_PRECONDITION,
            "Batched output tensor's 0th dimension does not equal the sum of the 0th dimension "
            "sizes of the input tensors",
        ),
    ],
)
def test_what_cannot_be_batched(
    servable: Any, request_: dict[str, Array], code: StatusCode, message: str
) -> None:
    (error,) = batched(servable, [request_], max_batch_size=8)
    assert (error.code, error.message) == (code, message)


def test_too_many_batches_are_refused() -> None:
    asked = [numbers([n]) for n in range(4)]
    parameters = {"max_batch_size": 1, "max_enqueued_batches": 2, "num_batch_threads": 1}
    *answers, refused = batched(Sums(), asked, **parameters)
    assert [answer["sum"].tolist() for answer in answers] == [[0], [1], [2]]
    assert (refused.code, refused.message) == (
        StatusCode.UNAVAILABLE,
        "The batch scheduling queue to which this task was submitted is full",
    )


def test_a_request_that_is_given_up_leaves_the_batch_that_waits_for_more() -> None:
    servable = Sums()

    async def give_one_up() -> dict[str, Array]:
        calls = BatchedCalls(BatchingParameters(max_batch_size=2, batch_timeout_micros=60_000_000))
        handle = Handle(ServableId("sums", 1), servable)
        given_up = asyncio.ensure_future(calls.run(handle, "s", numbers([1])))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        both = (calls.run(handle, "s", numbers([n])) for n in (2, 3))
        answers = await asyncio.gather(*both)
        calls.close()
        return answers[0]

    assert asyncio.run(give_one_up())["sum"].tolist() == [2]
    assert servable.rows == [2]


def test_a_request_that_is_given_up_in_a_call_does_not_disturb_the_others() -> None:
    servable = Sums()
    servable.may_answer.clear()

    async def give_one_up() -> Any:
        calls = BatchedCalls(BatchingParameters(max_batch_size=2))
        handle = Handle(ServableId("sums", 1), servable)
        one, other = (asyncio.ensure_future(calls.run(handle, "s", numbers([n]))) for n in (2, 3))
        while not servable.rows:
            await asyncio.sleep(0.001)
        one.cancel()
        servable.may_answer.set()
        answer = await other
        calls.close()
        return answer

    assert asyncio.run(give_one_up())["sum"].tolist() == [3]


class Told:
    def __init__(self) -> None:
        self.waits: list[tuple[str, float]] = []
        self.batches = 0

    def queued(self, thread_pool_name: str, seconds: float) -> None:
        self.waits.append((thread_pool_name, seconds))

    def batch(self) -> None:
        self.batches += 1


def test_the_observer_is_told_of_waits_and_batches() -> None:
    told = Told()
    calls = BatchedCalls(BatchingParameters(max_batch_size=2, thread_pool_name="here"), told)
    asyncio.run(all_of(calls, Sums(), [numbers([n]) for n in range(4)]))
    assert [name for name, _ in told.waits] == ["here"] * 4
    assert all(seconds >= 0 for _, seconds in told.waits)
    assert told.batches == 2
