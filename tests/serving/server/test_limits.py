from __future__ import annotations

import pytest

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.server.limits import Limits


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def refusal(limits: Limits) -> tuple[StatusCode, str]:
    with pytest.raises(ServingError) as caught, limits.call():
        pass
    return caught.value.code, caught.value.message


def test_requests_at_a_time() -> None:
    limits = Limits(2, 0)
    with limits.call():
        with limits.call():
            assert refusal(limits) == (
                StatusCode.RESOURCE_EXHAUSTED,
                "The server takes 2 requests at a time; try again later",
            )
        with limits.call():
            pass


def test_requests_per_second() -> None:
    clock = Clock()
    limits = Limits(0, 2, clock)

    def make_calls(count: int) -> None:
        for _ in range(count):
            with limits.call():
                pass

    expected = (
        StatusCode.RESOURCE_EXHAUSTED,
        "The server takes 2 requests per second; try again later",
    )
    make_calls(2)
    assert refusal(limits) == expected
    clock.now = 0.5
    make_calls(1)
    assert refusal(limits) == expected
    clock.now = 100
    make_calls(2)
    assert refusal(limits) == expected


def test_less_than_one_request_per_second() -> None:
    clock = Clock()
    limits = Limits(0, 0.1, clock)
    with limits.call():
        pass
    clock.now = 9
    assert refusal(limits)[0] is StatusCode.RESOURCE_EXHAUSTED
    clock.now = 10
    with limits.call():
        pass


def test_without_limits_any_number_is_taken() -> None:
    limits = Limits(0, 0)
    for _ in range(1000):
        limits.call().__enter__()
