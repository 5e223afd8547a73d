"""Independent nodes run side by side, on warm workers."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import pytest

from pipeline_lib import LocalRunner, Pipeline
from pipeline_lib.compiler.compile import compile
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionRecord, RunRecord, open_store
from pipeline_lib.node.run import Run, prepare_run
from pipeline_lib.runners.local.capacity import Capacity
from pipeline_lib.runners.local.scheduler import Scheduler
from pipeline_lib.runners.local.worker_pool import WorkerPool
from tests.runners import steps
from tests.runners.conftest import RunNodes, output


def test_two_branches_meet_while_they_run(run_nodes: RunNodes, tmp_path: Path) -> None:
    fifo = str(tmp_path / "fifo")
    os.mkfifo(fifo)  # opening it waits for the other side
    result = run_nodes(steps.MeetAsWriter(fifo=fifo), steps.MeetAsReader(fifo=fifo), parallelism=2)
    pids = {output(result, node_id, "pid") for node_id in ("MeetAsWriter", "MeetAsReader")}
    assert len(pids) == 2
    assert str(os.getpid()) not in pids


def test_a_worker_outlives_a_node(run_nodes: RunNodes) -> None:
    first = steps.Where().with_id("first")
    result = run_nodes(first, steps.Where().with_id("second").add_upstream_node(first))
    assert output(result, "first", "pid") == output(result, "second", "pid")


def test_inline_nodes_run_in_this_process(tmp_path: Path, config: SqliteConnection) -> None:
    pipeline = Pipeline("p", str(tmp_path / "root"), [steps.Where()])
    runner = LocalRunner(inline=True, progress=False)
    result = runner.run(pipeline, metadata_connection_config=config)
    assert output(result, "Where", "pid") == str(os.getpid())


def test_a_node_that_changes_the_folder_does_not_change_it_for_the_next(
    run_nodes: RunNodes,
) -> None:
    change = steps.ChangeFolder()
    result = run_nodes(change, steps.Where().add_upstream_node(change))
    assert output(result, "ChangeFolder", "pid") == output(result, "Where", "pid")
    assert output(result, "Where", "folder") == os.getcwd()


def test_what_an_executor_starts_is_not_given_this_python_s_library(run_nodes: RunNodes) -> None:
    folders = output(run_nodes(steps.ImportPath()), "ImportPath", "path").split(os.pathsep)
    assert os.path.dirname(os.__file__) not in folders
    assert os.path.dirname(os.path.dirname(pytest.__file__)) not in folders


def test_parallelism_must_be_positive() -> None:
    with pytest.raises(ValueError, match=r"^parallelism must be at least 1, got 0\.$"):
        LocalRunner(0)


class Watching:
    """Notes how many nodes are under way."""

    def __init__(self) -> None:
        self.running: set[str] = set()
        self.most = 0
        self.events: list[str] = []

    def run_started(self, run: Run, awaited: Collection[str]) -> None:
        self.events.append("run started")

    def node_started(self, instance: str) -> None:
        self.running.add(instance)
        self.most = max(self.most, len(self.running))

    def node_retried(self, execution: ExecutionRecord, delay: float) -> None:
        self.events.append(f"{execution.instance} again")

    def node_ended(self, execution: ExecutionRecord, seconds: float) -> None:
        self.running.remove(execution.node_id)
        self.events.append(execution.node_id)

    def image_pulled(self, image: str, progress: str) -> None:
        self.events.append(f"{image} {progress}")

    def run_ended(self, run: RunRecord, seconds: float) -> None:
        self.events.append("run ended")


def test_a_node_counts_as_started_only_when_a_worker_can_take_it(
    tmp_path: Path, config: SqliteConnection
) -> None:
    nodes: list[BaseNode] = [steps.Count().with_id(f"n{number}") for number in range(6)]
    compiled = compile(Pipeline("p", str(tmp_path / "root"), nodes))
    run = prepare_run(compiled, "r", {}, default_root="unused")
    listener, store, workforce = Watching(), open_store(config), WorkerPool(2)
    try:
        capacity = Capacity.of_machine(workforce.size, None, None)
        executions = Scheduler(run, store, workforce, capacity, listener, {}, None).run_all()
    finally:
        workforce.close()
        store.close()
    assert sorted(executions) == sorted(listener.events) == [f"n{number}" for number in range(6)]
    assert (listener.most, listener.running) == (2, set())
