"""Two processes run pipelines on one SQLite store at the same time, and a third looks on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionState, RunState, open_store

RUNS, NODES = 4, 8

_PROGRAM = """
import sys
from pipeline_lib import LocalRunner, Pipeline, sqlite_metadata_connection_config
from tests.runners import steps

name, runs, nodes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
for number in range(runs):
    counts = [steps.Count(start=node).with_id(f"Count-{node}") for node in range(nodes // 2)]
    adds = [
        steps.Add(n=count.outputs["n"], amount=number).with_id(f"Add-{node}")
        for node, count in enumerate(counts)
    ]
    pipeline = Pipeline("shared", "root", counts + adds, enable_cache=True)
    LocalRunner(2, progress=False).run(
        pipeline,
        run_id=f"{name}-{number}",
        metadata_connection_config=sqlite_metadata_connection_config("store.sqlite"),
    )
"""


def start(name: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _PROGRAM, name, str(RUNS), str(NODES)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_two_runners_and_a_reader_on_one_store(tmp_path: Path) -> None:
    runners = [start(name, tmp_path) for name in ("a", "b")]
    for runner in runners:
        assert runner.stdin is not None
        runner.stdin.write("\n")
        runner.stdin.flush()
    config = SqliteConnection(str(tmp_path / "store.sqlite"))
    with closing(open_store(config)) as reader:
        while any(runner.poll() is None for runner in runners):
            for run in reader.runs():
                reader.executions(run.run_id)
        failures = [runner.communicate()[1] for runner in runners if runner.returncode]
        assert failures == []
        runs = reader.runs()
        assert sorted((run.run_id, run.state) for run in runs) == sorted(
            (f"{name}-{number}", RunState.COMPLETE) for name in "ab" for number in range(RUNS)
        )
        for run in runs:
            states = reader.states(run.run_id)
            assert len(states) == len(reader.executions(run.run_id)) == NODES
            assert set(states.values()) <= {ExecutionState.COMPLETE, ExecutionState.CACHED}
    assert contexts(tmp_path / "store.sqlite")["pipeline"] == 1


def contexts(path: Path) -> Counter[str]:
    """How many contexts of each type the store holds; a name must not be there twice."""
    import sqlite3

    with closing(sqlite3.connect(path)) as database:
        rows = database.execute(
            "SELECT Type.name, Context.name FROM Context JOIN Type ON Type.id = Context.type_id"
        ).fetchall()
    assert len(rows) == len(set(rows))
    return Counter(kind for kind, _ in rows)
