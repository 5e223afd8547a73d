"""What a node does to its process reaches no other node, and outlives no run."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from pipeline_lib.errors import PipelineRunError
from tests.runners import steps, unruly_steps
from tests.runners.conftest import RunNodes, output
from tests.runners.processes import has_ended, watched


def test_the_environment_is_restored_but_for_what_imports_set(
    run_nodes: RunNodes, tmp_path: Path
) -> None:
    change = unruly_steps.ChangeEnvironment(folder=str(tmp_path))
    look = unruly_steps.Look().add_upstream_node(change)
    result = run_nodes(change, look)
    assert output(result, "Look", "pid") == output(result, "ChangeEnvironment", "pid")
    assert output(result, "Look", "found") == "22 ['UNRULY_IMPORT']"


def test_what_a_node_has_left_running_ends_with_it_and_with_its_worker(
    run_nodes: RunNodes, tmp_path: Path
) -> None:
    fifo = tmp_path / "child"
    os.mkfifo(fifo)
    ended: list[bool] = []

    def watch() -> None:
        try:
            with watched(int(fifo.read_text())) as (descriptor,):
                ended.append(has_ended(descriptor))
        except ProcessLookupError:  # it has ended before it could be watched
            ended.append(True)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    leave = unruly_steps.LeaveChild(child=str(fifo))
    result = run_nodes(leave, unruly_steps.Look().add_upstream_node(leave))
    watching.join()
    assert ended == [True]
    assert output(result, "Look", "pid") != output(result, "LeaveChild", "pid")


def test_a_thread_that_a_node_has_left_does_not_cost_the_worker(run_nodes: RunNodes) -> None:
    leave = unruly_steps.LeaveThread()
    result = run_nodes(leave, unruly_steps.Look().add_upstream_node(leave))
    assert output(result, "Look", "pid") == output(result, "LeaveThread", "pid")


def test_a_forked_child_that_returns_does_not_publish_the_outputs(run_nodes: RunNodes) -> None:
    result = run_nodes(unruly_steps.ForkAndReturn())
    (model,) = result["ForkAndReturn"].outputs["model"]
    assert Path(model.uri, "weights").read_text() == "weights"


def test_an_idle_worker_that_dies_costs_no_node(run_nodes: RunNodes, tmp_path: Path) -> None:
    fifo = str(tmp_path / "fifo")
    os.mkfifo(fifo)
    both = [steps.MeetAsWriter(fifo=fifo), steps.MeetAsReader(fifo=fifo)]  # so two workers exist
    end = unruly_steps.EndIdleWorkers()
    looks = [unruly_steps.Look().with_id(f"look{number}") for number in range(2)]
    for node in both:
        end.add_upstream_node(node)
    for look in looks:
        look.add_upstream_node(end)
    result = run_nodes(*both, end, *looks, parallelism=2)
    assert {one.state.name for one in result.executions.values()} == {"COMPLETE"}


def test_a_node_that_is_stuck_in_c_code_is_ended_by_its_timeout(
    run_nodes: RunNodes, tmp_path: Path
) -> None:
    hold = unruly_steps.HoldInterpreter(started=str(tmp_path / "started"))
    with pytest.raises(PipelineRunError, match=r"Timeout: The node ran longer than 0\.5 s\."):
        run_nodes(hold.with_options(timeout=0.5), steps.Count())
