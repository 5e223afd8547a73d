"""Several processes at one store."""

from __future__ import annotations

import base64
import os
import pickle
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.metadata.store import ExecutionState, RunRecord, RunState, open_store

_PROGRAM = """
import base64, pickle, sys
from pipeline_lib.metadata.store import (
    ExecutionRecord, ExecutionState, RunRecord, RunState, open_store
)

config, run_id = pickle.loads(base64.b64decode(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
store = open_store(config)
store.record_run(RunRecord("p", run_id, RunState.RUNNING))
for number in range(5):
    complete = ExecutionState.COMPLETE
    store.record(ExecutionRecord("p", run_id, f"n{number}", "T", complete, cache_key=f"k{number}"))
store.record_run(RunRecord("p", run_id, RunState.COMPLETE))
"""


_TAGGING = """
import base64, pickle, sys
from pipeline_lib.metadata.store import NoteRecord, open_store

config, name = pickle.loads(base64.b64decode(sys.argv[1])), sys.argv[2]
store = open_store(config)
print("ready", flush=True)
sys.stdin.readline()
for number in range(10):
    store.change_tags("run-1", [f"{name}-{number}"], [f"{name}-{number - 2}"])
    store.add_note("run-1", NoteRecord(f"{name}-{number}", name, number))
"""


def _started_at_once(program: str, config: MetadataConnectionConfig, names: list[str]) -> None:
    """Let several processes do the program's work from the same moment on."""
    text = base64.b64encode(pickle.dumps(config)).decode()
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, text, name],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    failures = [errors for _, errors in (one.communicate() for one in processes) if errors]
    assert [one for one in failures if "Traceback" in one] == []


def test_processes_may_make_and_fill_a_new_store_at_once(config: MetadataConnectionConfig) -> None:
    run_ids = [f"run-{number}" for number in range(4)]
    _started_at_once(_PROGRAM, config, run_ids)
    with closing(open_store(config)) as store:
        assert sorted(run.run_id for run in store.runs()) == run_ids
        for run_id in run_ids:
            assert list(store.states(run_id).values()) == [ExecutionState.COMPLETE] * 5
        assert store.cached("k0") is not None


def test_processes_that_tag_at_once_lose_no_word(config: MetadataConnectionConfig) -> None:
    with closing(open_store(config)) as store:
        store.record_run(RunRecord("p", "run-1", RunState.RUNNING, tags=("first",)))
        _started_at_once(_TAGGING, config, ["a", "b", "c"])
        run = store.run("run-1")
    assert run.tags == ("a-8", "a-9", "b-8", "b-9", "c-8", "c-9", "first")
    assert len({note.text for note in run.notes}) == 30
