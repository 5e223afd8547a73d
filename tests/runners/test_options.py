"""Retries, timeouts, optional nodes, priorities; what bounds the nodes that run side by side."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib import LocalRunner, Pipeline
from pipeline_lib.compiler.compile import compile
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import PipelineRunError, UnsupportedError
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore, RunState, open_store
from pipeline_lib.node.run import prepare_run
from pipeline_lib.runners.local.capacity import Capacity
from pipeline_lib.runners.local.events import Silent
from pipeline_lib.runners.local.scheduler import Scheduler
from pipeline_lib.runners.local.worker_pool import WorkerPool
from pipeline_lib.runners.local.workforce import InThisProcess
from tests.runners import flow_steps as flow
from tests.runners import steps
from tests.runners.conftest import RunNodes, output
from tests.runners.processes import has_ended, watched
from tests.whole_message import raises

InStore = Callable[[str], ExecutionRecord]


class Watching(Silent):
    """Notes which nodes start, how many are under way, and how long retries are put off."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.running: set[str] = set()
        self.most = 0
        self.delays: list[float] = []

    def node_started(self, instance: str) -> None:
        self.started.append(instance)
        self.running.add(instance)
        self.most = max(self.most, len(self.running))

    def node_retried(self, execution: ExecutionRecord, delay: float) -> None:
        self.delays.append(delay)

    def node_ended(self, execution: ExecutionRecord, seconds: float) -> None:
        self.running.discard(execution.instance)


class Watch:
    """Runs nodes under a `Watching` listener."""

    def __init__(self, folder: Path) -> None:
        self.config = SqliteConnection(str(folder / "store.sqlite"))
        self._root = str(folder / "root")

    def __call__(
        self,
        *nodes: BaseNode,
        places: int = 1,
        cpus: float | None = None,
        memory: int | None = None,
        inline: bool = False,
    ) -> Watching:
        run = prepare_run(compile(Pipeline("p", self._root, list(nodes))), "r", {}, "unused")
        listener, capacity = Watching(), Capacity.of_machine(places, cpus, memory)
        with (
            closing(open_store(self.config)) as store,
            closing(InThisProcess() if inline else WorkerPool(places)) as workforce,
        ):
            Scheduler(run, store, workforce, capacity, listener, {}, None).run_all()
        return listener


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


def all_in_store(config: SqliteConnection, node_id: str) -> list[ExecutionRecord]:
    """The executions of a node in run `r`, oldest first."""
    with closing(open_store(config)) as store:
        return [one for one in store.executions("r") if one.node_id == node_id]


class TestRetries:
    def test_a_node_is_tried_until_it_succeeds(
        self, run_nodes: RunNodes, config: SqliteConnection, tmp_path: Path
    ) -> None:
        node = flow.FailFirst(path=str(tmp_path / "attempts"), times=2)
        node.with_options(retries=5, retry_delay=0)
        push = flow.Collect(models=node.outputs["model"])
        result = run_nodes(node, push)
        assert output(result, "FailFirst", "attempt") == "3"
        assert result.run.state is RunState.COMPLETE
        executions = all_in_store(config, "FailFirst")
        assert [one.state.value for one in executions] == ["failed", "failed", "complete"]
        messages = [one.error.message for one in executions if one.error]
        assert messages == ["attempt 1", "attempt 2"]

    def test_what_attempts_left_half_done_is_removed(
        self, run_nodes: RunNodes, tmp_path: Path
    ) -> None:
        node = flow.FailFirst(path=str(tmp_path / "attempts"), times=2)
        result = run_nodes(node.with_options(retries=2, retry_delay=0))
        (left,) = (tmp_path / "root" / "FailFirst" / "model").iterdir()
        assert str(left) == result["FailFirst"].outputs["model"][0].uri

    def test_the_last_failure_is_that_of_the_run(self, run_nodes: RunNodes, tmp_path: Path) -> None:
        node = flow.FailFirst(path=str(tmp_path / "attempts"), times=9)
        with pytest.raises(PipelineRunError) as raised:
            run_nodes(node.with_options(retries=2, retry_delay=0))
        assert str(raised.value).splitlines()[:2] == [
            "Run 'r' of pipeline 'p' failed: 1 of 1 nodes failed, 0 skipped.",
            "  FailFirst: ValueError: attempt 3",
        ]
        assert len((tmp_path / "attempts").read_text().splitlines()) == 3

    @pytest.mark.parametrize("inline", [True, False])
    def test_the_delay_doubles(self, watch: Watch, tmp_path: Path, inline: bool) -> None:
        node = flow.FailFirst(path=str(tmp_path / "attempts"), times=3)
        listener = watch(node.with_options(retries=3, retry_delay=0.001), inline=inline)
        assert listener.delays == [0.001, 0.002, 0.004]
        assert listener.started == ["FailFirst"]

    def test_other_nodes_run_while_one_waits_to_be_tried_again(
        self, run_nodes: RunNodes, tmp_path: Path
    ) -> None:
        path = str(tmp_path / "there")
        waits = flow.FailUnlessThere(path=path).with_options(retries=1, retry_delay=0.2, priority=1)
        makes = flow.Note(path=path, text="now")
        assert output(run_nodes(waits, makes), "FailUnlessThere", "done") == "1"

    def test_a_worker_that_dies_costs_one_attempt(
        self, run_nodes: RunNodes, config: SqliteConnection
    ) -> None:
        node = steps.Fail(kind="kill").with_options(retries=1, retry_delay=0)
        with pytest.raises(PipelineRunError):
            run_nodes(node)
        errors = [one.error.type for one in all_in_store(config, "Fail") if one.error]
        assert errors == ["WorkerDied", "WorkerDied"]


class TestTimeout:
    def test_kills_the_process_and_what_it_started(
        self, run_nodes: RunNodes, config: SqliteConnection, tmp_path: Path
    ) -> None:
        os.mkfifo(tmp_path / "started")
        ended: list[bool] = []

        def watch_them() -> None:
            pids = map(int, (tmp_path / "started").read_text().split())
            with watched(*pids) as descriptors:
                ended.extend(map(has_ended, descriptors))

        watching = threading.Thread(target=watch_them, daemon=True)
        watching.start()
        node = flow.HangFirst(folder=str(tmp_path))
        node.with_options(timeout=3, retries=1, retry_delay=0)
        result = run_nodes(node)
        watching.join()
        assert ended == [True, True]
        assert output(result, "HangFirst", "done") == "1"
        first, second = all_in_store(config, "HangFirst")
        assert first.error is not None
        assert (first.error.type, first.error.message) == (
            "Timeout",
            "The node ran longer than 3 s.",
        )
        assert second.state.value == "complete"

    def test_leaves_a_node_alone_that_is_quick_enough(self, run_nodes: RunNodes) -> None:
        assert run_nodes(flow.Multiply(n=1).with_options(timeout=60)).run.state is RunState.COMPLETE


class TestFailuresThatAreAllowed:
    def test_an_optional_node_does_not_fail_the_run(self, run_nodes: RunNodes) -> None:
        fail = steps.Fail(kind="value").with_options(optional=True)
        needs = steps.Push(model=fail.outputs["model"])
        further = steps.Describe(text=needs.outputs["pushed"])
        takes = steps.PushIfThere(model=fail.outputs["model"])
        waits = flow.Multiply(n=1).add_upstream_node(fail)
        result = run_nodes(fail, needs, further, takes, waits)
        assert result.run.state is RunState.COMPLETE
        assert {name: one.state.value for name, one in result.executions.items()} == {
            "Fail": "failed",
            "Push": "skipped",
            "Describe": "complete",
            "PushIfThere": "complete",
            "Multiply": "complete",
        }
        assert result["Push"].reason == "node 'Fail' failed"
        assert output(result, "PushIfThere", "pushed") == "nothing"

    def test_a_node_may_run_whatever_became_of_those_above(
        self, run_nodes: RunNodes, in_store: InStore
    ) -> None:
        fail = steps.Fail(kind="value")
        below = steps.Add(n=fail.outputs["n"])
        cleans_up = flow.Multiply(n=1).add_upstream_nodes([fail, below])
        takes = steps.PushIfThere(model=fail.outputs["model"])
        needs = steps.Push(model=fail.outputs["model"])
        for node in (cleans_up, takes, needs):
            node.with_options(ignore_upstream_failure=True)
        after = flow.Multiply(n=2).with_id("after").add_upstream_node(cleans_up)
        with pytest.raises(PipelineRunError) as raised:
            run_nodes(fail, below, cleans_up, takes, needs, after)
        assert str(raised.value).splitlines()[0] == (
            "Run 'r' of pipeline 'p' failed: 1 of 6 nodes failed, 2 skipped."
        )
        nodes = ("Fail", "Add", "Multiply", "PushIfThere", "Push", "after")
        assert {node: in_store(node).state.value for node in nodes} == {
            "Fail": "failed",
            "Add": "skipped",
            "Multiply": "complete",
            "PushIfThere": "complete",
            "Push": "skipped",
            "after": "complete",
        }
        assert in_store("Push").reason == "node 'Fail' failed"


class TestOrder:
    @pytest.mark.parametrize("inline", [True, False])
    def test_the_highest_priority_starts_first(self, watch: Watch, inline: bool) -> None:
        nodes = [
            flow.Multiply(n=1).with_id(f"p{priority}").with_options(priority=priority)
            for priority in (0, -1, 5, 2)
        ]
        late = flow.Multiply(n=1).with_id("late").with_options(priority=9)
        late.add_upstream_node(nodes[3])
        listener = watch(*nodes, late, inline=inline)
        assert listener.started == ["p5", "p2", "late", "p0", "p-1"]

    def test_else_they_start_as_they_are_listed(self, watch: Watch) -> None:
        nodes = [flow.Multiply(n=1).with_id(name) for name in "dacb"]
        assert watch(*nodes, inline=True).started == ["d", "a", "c", "b"]


class TestCapacity:
    @pytest.mark.parametrize(
        ("option", "given"),
        [({"cpus": 1.5}, {"cpus": 2}), ({"memory": "6Gi"}, {"memory": 10 << 30})],
    )
    def test_bounds_what_runs_side_by_side(self, watch: Watch, option: Any, given: Any) -> None:
        nodes = [flow.Multiply(n=1).with_id(f"n{number}") for number in range(4)]
        for node in nodes:
            node.with_options(**option)
        listener = watch(*nodes, places=4, **given)
        assert (len(listener.started), listener.most) == (4, 1)

    def test_lets_what_fits_run_side_by_side(self, watch: Watch, tmp_path: Path) -> None:
        fifo = str(tmp_path / "fifo")
        os.mkfifo(fifo)  # opening it waits for the other side
        nodes = [
            steps.MeetAsWriter(fifo=fifo).with_options(cpus=1, memory=100),
            flow.Multiply(n=1).with_options(cpus=2),  # does not fit, and is in nobody's way
            steps.MeetAsReader(fifo=fifo).with_options(cpus=1, memory=100),
        ]
        listener = watch(*nodes, places=3, cpus=2, memory=200)
        assert listener.started == ["MeetAsWriter", "MeetAsReader", "Multiply"]

    def test_is_free_again_after_a_failure_and_while_a_node_waits(
        self, watch: Watch, tmp_path: Path
    ) -> None:
        path = str(tmp_path / "there")
        waits = flow.FailUnlessThere(path=path)
        waits.with_options(retries=1, retry_delay=0.2, priority=1, cpus=1)
        fails = steps.Fail(kind="value").with_options(cpus=1, optional=True)
        makes = flow.Note(path=path, text="now").with_options(cpus=1)
        listener = watch(waits, fails, makes, places=2, cpus=1)
        assert (listener.started, listener.most) == (["FailUnlessThere", "Fail", "Note"], 2)

    @pytest.mark.parametrize(
        ("option", "given", "wanted", "existing"),
        [
            ({"cpus": 2.5}, {"cpus": 2}, "cpus=2.5", "2"),
            ({"memory": "8Gi"}, {"memory": 4 << 30}, "memory=8589934592", "4294967296"),
        ],
    )
    def test_a_node_that_wants_more_than_there_is_is_refused(
        self,
        tmp_path: Path,
        config: SqliteConnection,
        option: Any,
        given: Any,
        wanted: str,
        existing: str,
    ) -> None:
        inner = flow.Multiply(n=1).with_id("large").with_options(**option)
        pipeline = Pipeline("p", str(tmp_path / "root"), [Pipeline("sub", components=[inner])])
        name = wanted.partition("=")[0]
        message = (
            f"Node 'large' wants {wanted}, but this run may use {existing}. "
            f"Let it have less, or give the runner more: LocalRunner({name}=...)."
        )
        with raises(UnsupportedError, message):
            LocalRunner(progress=False, **given).run(pipeline, metadata_connection_config=config)
        assert list(tmp_path.iterdir()) == []

    def test_is_that_of_the_machine_if_nothing_is_said(self) -> None:
        capacity = Capacity.of_machine(1, None, None)
        assert capacity.cpus == os.cpu_count()
        assert capacity.memory > 100 << 20


def test_the_options_are_in_no_way_part_of_the_cache_key(
    tmp_path: Path, config: SqliteConnection, opened: Callable[[], MetadataStore]
) -> None:
    runner = LocalRunner(inline=True, progress=False)
    for options in ({}, {"retries": 3, "timeout": 9, "priority": 2, "cpus": 0.5}):
        node = flow.Multiply(n=1).with_options(**options)  # type: ignore[arg-type]
        pipeline = Pipeline("p", str(tmp_path / "root"), [node], enable_cache=True)
        result = runner.run(pipeline, metadata_connection_config=config)
    assert result["Multiply"].state.value == "cached"
