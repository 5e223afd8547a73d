"""Turns that REST takes while there are calls of gRPC."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

from pipeline_lib.serving.server.turns import CallNotice, TakingTurns, Turns


async def begun_by_round(turns: Turns, requests: int, rounds: int) -> list[int]:
    """How many requests that come at once have begun after each round of the event loop."""
    begun: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        begun.append(scope["number"])

    served = TakingTurns(app, turns)

    async def nothing(*message: Any) -> Any:
        raise AssertionError("the application asks for nothing")

    tasks = [
        asyncio.ensure_future(served({"number": number}, nothing, nothing))
        for number in range(requests)
    ]
    counts = []
    for _ in range(rounds):
        await asyncio.sleep(0)
        counts.append(len(begun))
    await asyncio.gather(*tasks)
    assert begun == list(range(requests))
    return counts


def test_without_calls_of_grpc_all_requests_begin_at_once() -> None:
    counts = asyncio.run(begun_by_round(Turns(), requests=5, rounds=2))

    assert counts == [5, 5]


def test_with_calls_of_grpc_one_request_begins_in_a_round() -> None:
    async def count() -> list[int]:
        turns = Turns()
        CallNotice(turns).service(None)
        return await begun_by_round(turns, requests=4, rounds=8)

    counts = asyncio.run(count())

    assert {after - before for before, after in itertools.pairwise(counts)} <= {0, 1}
    assert counts[0] <= 1
    assert counts[-1] == 4


def test_a_request_that_is_cancelled_gives_its_turn_to_the_next() -> None:
    async def wait() -> None:
        turns = Turns()
        turns.grpc_called()
        first, second = (asyncio.ensure_future(turns.wait()) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait_for(second, 10)

    asyncio.run(wait())
