"""Changes of the models that all workers make together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline_lib.serving.errors import ServingError
from pipeline_lib.serving.servables.model_config import ModelConfig
from pipeline_lib.serving.server.channel import (
    AllReloaded,
    Channel,
    Reload,
    ReloadAll,
    Reloaded,
)


@dataclass
class _Reloading:
    """A change that is under way."""

    asker: Channel
    asked: ReloadAll
    waiting: set[Channel]
    error: ServingError | None = None


class Reloads:
    """Lets all workers change the models, and tells the one that asked how it went.

    Attributes:
        configs: what the last change that succeeded has made of the models; `None` if none has.
    """

    def __init__(self) -> None:
        self.configs: Sequence[ModelConfig] | None = None
        self._under_way: dict[int, _Reloading] = {}
        self._numbers = itertools.count()

    def begin(self, asker: Channel, asked: ReloadAll, workers: Iterable[Channel]) -> None:
        """Pass on to all workers what one of them was asked for."""
        number = next(self._numbers)
        reloading = _Reloading(asker, asked, set(workers))
        self._under_way[number] = reloading
        for worker in reloading.waiting:
            worker.send(Reload(number, asked.configs))

    def answered(self, worker: Channel, answer: Reloaded) -> None:
        """Note a worker's answer; the last one ends the change."""
        reloading = self._under_way[answer.number]
        reloading.error = reloading.error or answer.error
        self._wait_no_more(answer.number, worker)

    def forget(self, worker: Channel) -> None:
        """Wait no more for a worker that has died; the next one starts with what is known then."""
        for number in list(self._under_way):
            self._wait_no_more(number, worker)

    def _wait_no_more(self, number: int, worker: Channel) -> None:
        reloading = self._under_way[number]
        reloading.waiting.discard(worker)
        if reloading.waiting:
            return
        del self._under_way[number]
        if reloading.error is None:
            self.configs = reloading.asked.configs
        reloading.asker.send(AllReloaded(reloading.asked.number, reloading.error))
