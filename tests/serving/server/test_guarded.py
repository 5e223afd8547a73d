from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.loader import Array
from pipeline_lib.serving.server.guarded import GuardingLoader
from tests.whole_message import raises


class Slow:
    signatures: Mapping[str, Any] = {"s": "signature"}

    def __init__(self) -> None:
        self.called, self.may_answer, self.closed = (threading.Event() for _ in range(3))

    def run(
        self, signature_name: str, inputs: Mapping[str, Array], outputs: Sequence[str] = ()
    ) -> dict[str, Array]:
        self.called.set()
        assert self.may_answer.wait(30)
        assert not self.closed.is_set()
        return dict(inputs)

    def close(self) -> None:
        self.closed.set()


class LoadsIt:
    def __init__(self, servable: Slow) -> None:
        self._servable = servable

    def load(self, path: str) -> Slow:
        if path == "broken":
            raise ServingError(StatusCode.NOT_FOUND, "broken")
        return self._servable


def test_a_servable_is_closed_when_its_last_call_is_done() -> None:
    slow = Slow()
    guarded = GuardingLoader(LoadsIt(slow), lambda *_: None).load("path")
    assert guarded.signatures == slow.signatures
    answers: list[Any] = []
    caller = threading.Thread(target=lambda: answers.append(guarded.run("s", {"x": 1})))
    caller.start()
    assert slow.called.wait(30)
    closer = threading.Thread(target=guarded.close)
    closer.start()
    slow.may_answer.set()
    caller.join(30)
    closer.join(30)
    assert slow.closed.is_set()
    assert answers == [{"x": 1}]
    with raises(ServingError, "The model has been unloaded"):
        guarded.run("s", {})


def test_the_observer_is_told_of_loads() -> None:
    told: list[tuple[str, bool]] = []
    loader = GuardingLoader(
        LoadsIt(Slow()), lambda path, succeeded, seconds: told.append((path, succeeded))
    )
    loader.load("whole")
    with pytest.raises(ServingError, match="broken"):
        loader.load("broken")
    assert told == [("whole", True), ("broken", False)]
