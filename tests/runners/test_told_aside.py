"""What a runner tells is passed on in another thread, in order, and nothing of it is lost."""

from __future__ import annotations

import threading

import pytest

from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, RunRecord, RunState
from pipeline_lib.node.run import Run
from pipeline_lib.runners.local.events import Silent, told_aside

ENDED = RunRecord("p", "run-1", RunState.COMPLETE)
NODE = ExecutionRecord("p", "run-1", "node", "Node", ExecutionState.COMPLETE)


class Notes(Silent):
    """Notes what it is told once it may go on."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.told: list[str] = []

    def node_started(self, instance: str) -> None:
        """Wait, and note it."""
        self.may_go_on.wait()
        self.told.append(f"started {instance}")

    def node_ended(self, execution: ExecutionRecord, seconds: float) -> None:
        """Note it."""
        self.told.append(f"ended {execution.node_id} after {seconds} s")

    def run_ended(self, run: RunRecord, seconds: float) -> None:
        """Note it."""
        self.told.append(f"run {run.state.value}")


def test_a_slow_listener_is_not_waited_for_until_the_run_has_ended() -> None:
    notes = Notes()
    with told_aside(lambda: notes) as listener:
        listener.node_started("node")
        listener.node_ended(NODE, 1.0)
        assert notes.told == []
        notes.may_go_on.set()
        listener.run_ended(ENDED, 1.0)
        assert notes.told == ["started node", "ended node after 1.0 s", "run complete"]


def test_what_a_listener_raises_comes_through_at_the_end() -> None:
    class Broken(Silent):
        def run_ended(self, run: RunRecord, seconds: float) -> None:
            raise BrokenPipeError("nobody reads")

    with told_aside(Broken) as listener, pytest.raises(BrokenPipeError, match=r"^nobody reads$"):
        listener.run_ended(ENDED, 1.0)


def test_what_a_listener_raises_in_between_comes_through_at_the_end() -> None:
    class Broken(Silent):
        def node_started(self, instance: str) -> None:
            raise BrokenPipeError("nobody reads")

    with told_aside(Broken) as listener:
        listener.node_started("node")
        listener.node_ended(NODE, 1.0)
        with pytest.raises(BrokenPipeError, match=r"^nobody reads$"):
            listener.run_ended(ENDED, 1.0)


def test_what_was_told_before_an_interruption_is_passed_on() -> None:
    notes = Notes()
    notes.may_go_on.set()

    def interrupted() -> None:
        with told_aside(lambda: notes) as listener:
            listener.node_started("node")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert notes.told == ["started node"]


def test_a_listener_that_cannot_be_made_comes_through_at_the_end() -> None:
    def make() -> Silent:
        raise ModuleNotFoundError("No module named 'rich'")

    with told_aside(make) as listener:
        listener.run_started(Run.__new__(Run), [])
        with pytest.raises(ModuleNotFoundError, match=r"^No module named 'rich'$"):
            listener.run_ended(ENDED, 1.0)
