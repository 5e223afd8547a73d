from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from pipeline_lib.runners.local.run_lock import sole_runner
from tests.cli.desk import Desk


def three_runs(desk: Desk) -> None:
    """The first fails in its second node, the other two share a result from the cache."""
    for rows in ("0", "4", "4"):
        desk.plib("run", "steps.py", "--param", f"rows={rows}")


def files_below(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not {".system", ".pipelines"} & set(path.parts)
    )


def without_ids(text: str) -> str:
    return re.sub(r"\d{8}-\d{6}-\w+", "RUN", text)


def test_a_dry_run_lists_and_deletes_nothing(desk: Desk) -> None:
    three_runs(desk)
    before = files_below(desk.folder / "root")
    result = desk.plib("gc", "--keep-last", "1", "--dry-run")
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in without_ids(result.stdout).splitlines()]
    root = desk.folder / "root"
    assert lines == [
        "Artifacts",
        f"1 B Integer Load in run RUN {root}/Load/count/1/value",
        f"0 B Examples Load in run RUN {root}/Load/data/1",
        "Would delete 2 artifacts, 1 B.",
    ]
    assert files_below(root) == before


def test_it_asks_before_it_deletes(desk: Desk) -> None:
    three_runs(desk)
    before = files_below(desk.folder / "root")
    result = desk.plib("gc", "--keep-last", "1", typed="n\n")
    assert result.stdout.endswith("Delete 2 artifacts, 1 B? [y/N]: n\nNothing is deleted.\n")
    assert files_below(desk.folder / "root") == before
    result = desk.plib("gc", "--keep-last", "1", typed="y\n")
    assert result.stdout.endswith("Deleted 2 artifacts, 1 B.\n")
    assert set(before) - set(files_below(desk.folder / "root")) == {"Load/count/1/value"}
    again = desk.plib("gc", "--keep-last", "1")
    assert again.stdout == "Nothing to delete in 2 old runs.\n"


def test_what_is_deleted_is_no_cache_hit_and_what_is_kept_is(desk: Desk) -> None:
    three_runs(desk)
    assert desk.plib("gc", "--keep-last", "1", "--yes").exit_code == 0
    desk.plib("run", "steps.py", "--param", "rows=4")
    assert desk.plib("show", "latest", "Load").stdout.startswith("Node Load: cached")
    desk.plib("run", "steps.py", "--param", "rows=0")
    assert desk.plib("show", "latest", "Load").stdout.startswith("Node Load: complete")


def test_leftovers_of_old_runs_go_as_well(desk: Desk) -> None:
    three_runs(desk)
    node = desk.folder / "root" / "Divide"
    (place,) = (one.name for one in (node / ".system").iterdir() if "2" in one.name)
    partial = node / "result" / f".{place}.partial"
    partial.mkdir(parents=True)
    (partial / "half").write_text("12345")
    foreign = node / "result" / ".99.partial"
    foreign.mkdir()
    result = desk.plib("gc", "--keep-last", "1", "--yes")
    assert "Leftovers of nodes that did not succeed\n" in result.stdout
    assert f"  5 B  {partial}\n" in result.stdout
    assert result.stdout.endswith("Deleted 2 artifacts and 1 leftover, 6 B.\n")
    assert (partial.exists(), foreign.exists()) == (False, True)


KILLED = """
import os, sys
sys.path.insert(0, os.getcwd())
from pipeline_lib.metadata.connection import DEFAULT_STORE, SqliteConnection
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, RunRecord, RunState
from pipeline_lib.metadata.store import open_store
from pipeline_lib.runners.local.run_lock import sole_runner

root = os.path.abspath("root")
store = open_store(SqliteConnection(DEFAULT_STORE))
store.record_run(RunRecord("steps", "killed", RunState.RUNNING, root))
execution = store.record(
    ExecutionRecord("steps", "killed", "Load", "steps.Load", ExecutionState.RUNNING)
)
place = f"{root}/Load/.system/{execution.id}"
os.makedirs(place)
open(f"{place}/run_id", "w").write("killed")
os.makedirs(f"{root}/Load/data/.{execution.id}.partial")
open(f"{root}/Load/data/.{execution.id}.partial/half", "w").write("12345")
if sys.argv[1:] == ["here"]:
    with sole_runner("killed", root):
        os.kill(os.getpid(), 9)
"""


def kill_a_run(desk: Desk, *where: str) -> None:
    """A run that has begun a node when its process is killed."""
    subprocess.run([sys.executable, "-c", KILLED, *where], cwd=desk.folder, check=not where)


def test_what_a_run_that_was_killed_has_left_goes_as_well(desk: Desk) -> None:
    kill_a_run(desk, "here")
    assert desk.plib("gc", "--keep-last", "1").stdout == "Nothing to delete in 0 old runs.\n"
    desk.plib("run", "steps.py")
    (half,) = (desk.folder / "root").rglob("half")
    result = desk.plib("gc", "--keep-last", "1", "--yes")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith("Deleted 1 leftover, 5 B.\n")
    assert not half.exists()


def test_a_run_that_another_machine_may_run_is_kept_unless_it_is_said_to_be_dead(
    desk: Desk,
) -> None:
    kill_a_run(desk)
    desk.plib("run", "steps.py")
    result = desk.plib("gc", "--keep-last", "1", "--yes")
    assert result.stdout == "Nothing to delete in 0 old runs.\n"
    assert result.stderr == (
        "Kept is what run killed uses: it is recorded as running, and not on this machine. "
        "If it was killed, say so: --killed killed\n"
    )
    with sole_runner("killed", str(desk.folder / "root")):
        result = desk.plib("gc", "--keep-last", "1", "--yes", "--killed", "killed")
        assert result.stdout == "Nothing to delete in 0 old runs.\n"
        assert result.stderr == "Kept is what run killed uses: it is still running.\n"
    result = desk.plib("gc", "--keep-last", "1", "--yes", "--killed", "killed")
    assert result.stdout.endswith("Deleted 1 leftover, 5 B.\n")


def test_an_unknown_pipeline(desk: Desk) -> None:
    desk.plib("run", "steps.py")
    result = desk.plib("gc", "--keep-last", "1", "--pipeline", "stepps")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: The store holds no run of pipeline 'stepps'. These exist: 'steps'. "
        "Did you mean 'steps'?\n"
    )


def test_at_least_one_run_is_kept(desk: Desk) -> None:
    result = desk.plib("gc", "--keep-last", "0")
    assert result.exit_code == 2
    assert result.stderr.endswith("Invalid value for '--keep-last': 0 is not in the range x>=1.\n")
