"""Steps whose containers are killed, stopped, or never start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pipeline_lib import Cond, ForEach, Pipeline
from pipeline_lib.compiler.compile import compile
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionRecord, RunState, open_store
from pipeline_lib.runners.kubeflow.spec.packing import pack
from pipeline_lib.runners.kubeflow.steps.__main__ import main
from tests.fresh_process import REPOSITORY
from tests.runners import flow_steps as flow
from tests.runners import steps

_KILLED = "The container ended before the node was done: it was killed, or its machine is gone."
_NEVER_STARTED = (
    "The container of the node never started, or ended before it reached the store. The cluster "
    "tells why: its image may be missing, or no machine has what it asks for."
)


class Cluster:
    """Runs the steps of one run, in this process or in one that can be ended."""

    def __init__(
        self, folder: Path, *nodes: BaseNode, exit_handler: BaseNode | None = None
    ) -> None:
        self.folder = folder
        root = str(folder / "root")
        pipeline = compile(Pipeline("p", root, list(nodes), exit_handler=exit_handler))
        assert main(["begin", "--run", "r1", "--pipeline", *pack(pipeline)]) == 0

    def step(self, verb: str, node: str = "", *words: str) -> int:
        return main([verb, "--run", "r1", "--node", node, *words])

    def hang_and_end(self, node: str, signal_number: signal.Signals) -> int:
        """Start a node that hangs, and end its container; the exit code."""
        os.mkfifo(self.folder / "started")
        program = [sys.executable, "-m", "pipeline_lib.runners.kubeflow.steps"]
        with subprocess.Popen(
            [*program, "node", "--run", "r1", "--node", node],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        ) as process:
            (self.folder / "started").read_text()
            process.send_signal(signal_number)
            return process.wait()

    def executions(self) -> dict[str, ExecutionRecord]:
        with closing(open_store(self._config)) as store:
            return {one.instance: one for one in store.executions("r1")}

    def outcomes(self) -> dict[str, tuple[str, str]]:
        """State of each node, and why."""
        return {
            name: (one.state.value, one.error.message if one.error else one.reason)
            for name, one in self.executions().items()
        }

    def run_state(self) -> RunState:
        with closing(open_store(self._config)) as store:
            return store.run("r1").state

    @property
    def _config(self) -> SqliteConnection:
        return SqliteConnection(str(self.folder / "store.sqlite"))


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIPELINE_LIB_STORE", str(tmp_path / "store.sqlite"))


def test_a_container_that_is_killed_has_failed_and_is_tried_again(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, flow.HangFirst(folder=str(tmp_path)).with_options(retries=1))
    assert cluster.hang_and_end("HangFirst", signal.SIGKILL) == -signal.SIGKILL
    assert cluster.outcomes() == {"HangFirst": ("running", "")}
    assert cluster.step("node", "HangFirst") == 0
    with closing(open_store(SqliteConnection(str(tmp_path / "store.sqlite")))) as found:
        attempts = [(one.state.value, one.error) for one in found.executions("r1")]
    assert [state for state, _ in attempts] == ["failed", "complete"]
    error = attempts[0][1]
    assert error is not None
    assert (error.type, error.message) == ("ContainerEnded", _KILLED)


def test_what_comes_after_a_container_that_was_killed_is_skipped(tmp_path: Path) -> None:
    hangs = flow.HangFirst(folder=str(tmp_path))
    after = flow.Multiply(n=1).add_upstream_node(hangs)
    cluster = Cluster(tmp_path, hangs, after)
    cluster.hang_and_end("HangFirst", signal.SIGKILL)
    assert cluster.step("end") == 0
    assert cluster.outcomes() == {
        "HangFirst": ("failed", _KILLED),
        "Multiply": ("skipped", "node 'HangFirst' failed"),
    }
    assert cluster.run_state() is RunState.FAILED


def test_a_container_that_is_asked_to_end_is_canceled(tmp_path: Path) -> None:
    hangs = flow.HangFirst(folder=str(tmp_path))
    after = flow.Multiply(n=1).add_upstream_node(hangs)
    cluster = Cluster(tmp_path, hangs, after)
    assert cluster.hang_and_end("HangFirst", signal.SIGTERM) == -signal.SIGTERM
    assert cluster.step("end") == 0
    assert cluster.outcomes() == {
        "HangFirst": ("canceled", "interrupted"),
        "Multiply": ("canceled", "the run was canceled"),
    }
    assert cluster.run_state() is RunState.CANCELED


def test_a_container_that_never_starts_has_failed(tmp_path: Path) -> None:
    first = flow.Multiply(n=1).with_id("first")
    second = flow.Multiply(n=2).with_id("second").add_upstream_node(first)
    cluster = Cluster(tmp_path, first, second)
    assert cluster.step("end") == 0
    assert cluster.outcomes() == {
        "first": ("failed", _NEVER_STARTED),
        "second": ("skipped", "node 'first' failed"),
    }
    assert cluster.run_state() is RunState.FAILED


def test_a_loop_whose_last_step_never_starts_is_closed(tmp_path: Path) -> None:
    with ForEach([1, 2], name="each") as number:
        may_fail = flow.FailAt(n=number, at=2)
        below = flow.Multiply(n=may_fail.outputs["n"].future()[0].value)
    after = flow.Sum(numbers=below.outputs["n"])
    cluster = Cluster(tmp_path, may_fail, below, after)
    cluster.step("open", "each")
    assert cluster.step("node", "each.FailAt", "--position", "0") == 0
    assert cluster.step("node", "each.Multiply", "--position", "0") == 0
    assert cluster.step("node", "each.FailAt", "--position", "1") == 1
    cluster.step("end")
    assert cluster.outcomes() == {
        "each": ("failed", "node 'each.FailAt#1' failed"),
        "each.FailAt#0": ("complete", ""),
        "each.FailAt#1": ("failed", "no 2"),
        "each.Multiply#0": ("complete", ""),
        "each.Multiply#1": ("skipped", "node 'FailAt' failed"),
        "Sum": ("skipped", "node 'each' failed"),
    }


def test_an_executor_that_kills_its_process_fails_its_node(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, steps.Fail(kind="kill"))
    assert cluster.step("node", "Fail") == 1
    assert cluster.outcomes() == {
        "Fail": (
            "failed",
            "The worker process was killed by SIGKILL. It may have run out of memory.",
        )
    }


def test_the_last_step_may_be_done_again(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    number = flow.Multiply(n=1)
    with Cond(number.outputs["n"].future()[0].value == 2):
        handler = flow.Note(path=str(path), text="ended").with_id("notify")
    cluster = Cluster(tmp_path, number, exit_handler=handler)
    assert cluster.step("node", "Multiply") == 0
    for _ in range(2):
        assert cluster.step("end") == 0
        assert cluster.outcomes() == {
            "Multiply": ("complete", ""),
            "notify": ("skipped", "condition is false: (Multiply.outputs['n'][0].value == 2)"),
        }
        assert cluster.run_state() is RunState.COMPLETE


def test_what_a_node_prints_is_in_the_log_of_its_container(tmp_path: Path) -> None:
    Cluster(tmp_path, steps.Print())
    program = [sys.executable, "-m", "pipeline_lib.runners.kubeflow.steps"]
    done = subprocess.run(
        [*program, "node", "--run", "r1", "--node", "Print"],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(done.stdout.splitlines()) == [
        "child error",
        "from a child",
        "from the executor",
        "to standard error",
    ]
    assert done.stderr == "Print: complete\n"
