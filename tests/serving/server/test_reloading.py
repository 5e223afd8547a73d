"""What becomes of a change of the models that all workers make."""

from __future__ import annotations

import asyncio
import socket

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.model_config import ModelConfig
from pipeline_lib.serving.server.channel import (
    AllReloaded,
    Channel,
    Message,
    Reload,
    ReloadAll,
    Reloaded,
)
from pipeline_lib.serving.server.reloading import Reloads

ASKED = ReloadAll(7, [ModelConfig("half", "/models/half")])
BROKEN = ServingError(StatusCode.NOT_FOUND, "nothing is there")


async def connected() -> tuple[Channel, Channel]:
    """The supervisor's end and the worker's."""
    ours, theirs = socket.socketpair()
    return await Channel.over(ours), await Channel.over(theirs)


async def asked() -> tuple[Reloads, Channel, Channel, Channel]:
    """A change that two workers were told of: the first one's two ends, and ours to the second."""
    reloads = Reloads()
    (first, first_worker), (second, second_worker) = await connected(), await connected()
    reloads.begin(first, ASKED, [first, second])
    assert await first_worker.receive() == Reload(0, ASKED.configs)
    assert await second_worker.receive() == Reload(0, ASKED.configs)
    return reloads, first, first_worker, second


def test_the_asker_hears_when_all_have_changed() -> None:
    async def change() -> Message | None:
        reloads, first, first_worker, second = await asked()
        reloads.answered(first, Reloaded(0, None))
        assert reloads.configs is None
        reloads.answered(second, Reloaded(0, None))
        assert reloads.configs == ASKED.configs
        return await first_worker.receive()

    assert asyncio.run(change()) == AllReloaded(7, None)


def test_nobody_waits_for_a_worker_that_has_died() -> None:
    async def change() -> Message | None:
        reloads, first, first_worker, second = await asked()
        reloads.answered(first, Reloaded(0, None))
        reloads.forget(second)
        assert reloads.configs == ASKED.configs
        return await first_worker.receive()

    assert asyncio.run(change()) == AllReloaded(7, None)


def test_a_change_that_one_refused_is_not_kept() -> None:
    async def change() -> Message | None:
        reloads, first, first_worker, second = await asked()
        reloads.answered(second, Reloaded(0, BROKEN))
        reloads.answered(first, Reloaded(0, None))
        assert reloads.configs is None
        return await first_worker.receive()

    answer = asyncio.run(change())
    assert isinstance(answer, AllReloaded)
    assert str(answer.error) == str(BROKEN)
