"""What a failed run says, and what stands in its log."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pipeline_lib import LocalRunner, Pipeline
from pipeline_lib.errors import PipelineLibError, PipelineRunError
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionRecord, open_store
from tests.runners import steps
from tests.runners.conftest import RunNodes
from tests.runners.processes import has_ended, watched

InStore = Callable[[str], ExecutionRecord]


def line_of(text: str) -> int:
    """Number of the line of `steps` that holds `text`."""
    lines = Path(steps.__file__).read_text().splitlines()
    return 1 + next(number for number, line in enumerate(lines) if text in line)


def test_the_error_of_a_run_names_each_failed_node(
    run_nodes: RunNodes, in_store: InStore, tmp_path: Path
) -> None:
    fail = steps.Fail(kind="value")
    below = steps.Add(n=fail.outputs["n"])
    with pytest.raises(PipelineRunError) as raised:
        run_nodes(fail, below, steps.Fail(kind="kill").with_id("killed"), steps.Count())
    log = f"{tmp_path}/root/Fail/.system/{in_store('Fail').id}/log.txt"
    other_log = f"{tmp_path}/root/killed/.system/{in_store('killed').id}/log.txt"
    assert str(raised.value) == (
        "Run 'r' of pipeline 'p' failed: 2 of 4 nodes failed, 1 skipped.\n"
        "  Fail: ValueError: the data is bad\n"
        f"    at {steps.__file__}:{line_of('the data is bad')}\n"
        f"    log: {log}\n"
        "  killed: WorkerDied: The worker process was killed by SIGKILL. "
        "It may have run out of memory.\n"
        f"    log: {other_log}"
    )
    assert Path(log).read_text() == "about to fail\n"


DEATHS = {
    "kill": "The worker process was killed by SIGKILL. It may have run out of memory.",
    "crash": "The worker process was killed by SIGSEGV.",
    "exit at once": "The worker process ended with exit code 3 before the node was done.",
}


@pytest.mark.parametrize("kind", DEATHS)
def test_a_worker_that_dies_costs_one_node(
    run_nodes: RunNodes, in_store: InStore, tmp_path: Path, kind: str
) -> None:
    fail = steps.Fail(kind=kind)
    others = [steps.Where().with_id(f"other{number}") for number in range(3)]
    with pytest.raises(PipelineRunError):
        run_nodes(fail, *others)
    failed = in_store("Fail")
    assert failed.error is not None
    assert (failed.error.type, failed.error.message) == ("WorkerDied", DEATHS[kind])
    assert {in_store(other.id).state.name for other in others} == {"COMPLETE"}
    outputs = [
        entry for key in ("model", "n") for entry in (tmp_path / "root/Fail" / key).iterdir()
    ]
    assert outputs == []


def test_the_log_holds_what_the_executor_and_its_children_printed(run_nodes: RunNodes) -> None:
    result = run_nodes(steps.Print())
    assert Path(result["Print"].log_uri).read_text().splitlines() == [
        "from the executor",
        "to standard error",
        "from a child",
        "child error",
    ]


def test_each_node_has_a_log_of_its_own(run_nodes: RunNodes) -> None:
    count = steps.Count()
    add = steps.Add(n=count.outputs["n"], amount=1)
    again = steps.Add(n=add.outputs["n"], amount=2).with_id("again")
    result = run_nodes(count, add, again)
    assert Path(result["Add"].log_uri).read_text() == "adding 1\n"
    assert Path(result["again"].log_uri).read_text() == "adding 2\n"
    assert result["Count"].log_uri == "", "it prints nothing"


def test_last_words_are_in_the_log(run_nodes: RunNodes, in_store: InStore) -> None:
    with pytest.raises(PipelineRunError):
        run_nodes(steps.PrintAndDie())
    assert Path(in_store("PrintAndDie").log_uri).read_text() == "last words\n"


def test_an_executor_that_closes_its_output_harms_no_other(run_nodes: RunNodes) -> None:
    close = steps.CloseOutput()
    result = run_nodes(close, steps.Print().add_upstream_node(close))
    assert len(Path(result["Print"].log_uri).read_text().splitlines()) == 4


def test_what_a_dead_worker_had_started_is_ended_with_it(
    run_nodes: RunNodes, tmp_path: Path
) -> None:
    for name in ("child", "go"):
        os.mkfifo(tmp_path / name)
    ended: list[bool] = []

    def watch() -> None:
        pid = int((tmp_path / "child").read_text())
        with watched(pid) as (descriptor,):
            (tmp_path / "go").write_text("")
            ended.append(has_ended(descriptor))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    with pytest.raises(PipelineRunError):
        run_nodes(steps.LeaveChildAndDie(folder=str(tmp_path)))
    watching.join()
    assert ended == [True]


def test_a_forked_child_does_not_hide_the_death_of_its_worker(
    run_nodes: RunNodes, in_store: InStore
) -> None:
    with pytest.raises(PipelineRunError):
        run_nodes(steps.ForkAndDie())
    error = in_store("ForkAndDie").error
    assert error is not None
    assert error.message == DEATHS["exit at once"]


def test_a_fork_server_that_dies_costs_no_other_node(
    run_nodes: RunNodes, in_store: InStore
) -> None:
    with pytest.raises(PipelineRunError):
        run_nodes(steps.KillForkServer(), steps.Where().with_id("next"))
    error = in_store("KillForkServer").error
    assert error is not None
    assert (error.type, error.message) == (
        "WorkerDied",
        "The worker process ended before the node was done.",
    )
    assert in_store("next").state.name == "COMPLETE"


def own_children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


def test_no_process_and_no_descriptor_is_left_by_a_run(run_nodes: RunNodes) -> None:
    before = set(os.listdir("/proc/self/fd")), own_children()
    with pytest.raises(PipelineRunError):
        run_nodes(steps.Fail(kind="kill"), steps.Where(), parallelism=2)
    assert (set(os.listdir("/proc/self/fd")), own_children()) == before


def test_a_root_that_cannot_be_written_is_refused(tmp_path: Path, config: SqliteConnection) -> None:
    (tmp_path / "file").write_text("in the way")
    root = str(tmp_path / "file" / "root")
    with pytest.raises(PipelineLibError) as raised:
        LocalRunner(progress=False).run(
            Pipeline("p", root, [steps.Count()]), metadata_connection_config=config
        )
    assert str(raised.value) == (
        f"Pipeline root {root!r} cannot be written: Not a directory. "
        "Give another with pipeline_root=..."
    )


def test_a_node_whose_folder_cannot_be_written_is_recorded_once_as_failed(
    run_nodes: RunNodes, config: SqliteConnection, tmp_path: Path
) -> None:
    (tmp_path / "root" / "Count").mkdir(parents=True)
    (tmp_path / "root" / "Count" / ".system").write_text("in the way")
    with pytest.raises(PipelineRunError, match="Count: NotADirectoryError"):
        run_nodes(steps.Count())
    with closing(open_store(config)) as store:
        assert [one.state.name for one in store.executions("r")] == ["FAILED"]
