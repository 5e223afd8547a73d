from __future__ import annotations

import json
from dataclasses import replace

from pipeline_lib.metadata.connection import DEFAULT_STORE, SqliteConnection
from pipeline_lib.metadata.store import ExecutionState, RunRecord, RunState, open_store
from tests.cli.desk import STEPS, Desk, Recorded


def run_id(desk: Desk) -> str:
    """The id of the latest run."""
    return desk.plib("runs").stdout.splitlines()[1].split()[0]


def test_a_node_that_ran_for_the_first_time(recorded: Recorded) -> None:
    result = recorded.desk.plib("why", recorded.complete, "Load")
    assert result.exit_code == 0
    assert result.stdout == "Load ran: it is the first time that this node runs\n"


def test_a_node_that_was_served_from_the_cache(recorded: Recorded) -> None:
    shown = json.loads(recorded.desk.plib("why", recorded.cached, "Load", "--json").stdout)
    original = json.loads(recorded.desk.plib("show", recorded.complete, "Load", "--json").stdout)
    result = recorded.desk.plib("why", recorded.cached, "Load")
    assert result.stdout == (
        f"Load did not run: its result is that of execution {original['execution_id']} in run "
        f"{recorded.complete}: all 5 things that its result depends on are the same\n"
    )
    assert shown["state"] == "cached"
    assert shown["changes"] == []
    assert shown["compared_with"] == {
        "pipeline": "steps",
        "run_id": recorded.complete,
        "execution_id": original["execution_id"],
        "state": "complete",
    }
    assert sorted(shown["depends_on"]) == [
        "code.pipeline_lib",
        "code.steps:Load",
        "executor",
        "outputs",
        "parameter.rows",
    ]


def test_a_node_of_which_a_parameter_changed(recorded: Recorded) -> None:
    result = recorded.desk.plib("why", recorded.failed, "Load")
    assert result.stdout == (
        f"Load ran: this changed since run {recorded.cached}:\n  parameter rows: 4 -> 0\n"
    )
    shown = json.loads(recorded.desk.plib("why", recorded.failed, "Load", "--json").stdout)
    assert shown["changes"] == [
        {
            "leaf": "parameter.rows",
            "text": "parameter rows: 4 -> 0",
            "before": "4",
            "after": "0",
        }
    ]


def test_a_node_that_failed_on_another_input(recorded: Recorded) -> None:
    ids = [
        json.loads(recorded.desk.plib("show", run, "Load", "--json").stdout)["outputs"]["count"][0][
            "id"
        ]
        for run in (recorded.cached, recorded.failed)
    ]
    result = recorded.desk.plib("why", recorded.failed, "Divide")
    assert result.stdout == (
        f"Divide ran and failed: this changed since run {recorded.cached}:\n"
        f"  input count: other content (artifact {ids[0]} -> {ids[1]}, written by Load)\n"
    )


def test_a_node_that_was_skipped(recorded: Recorded) -> None:
    result = recorded.desk.plib("why", recorded.failed, "After")
    assert result.stdout == "After was skipped: node 'Divide' failed\n"


def test_a_node_that_failed_before_runs_again(desk: Desk) -> None:
    desk.plib("run", "steps.py", "--inline", "--param", "rows=0")
    first = run_id(desk)
    desk.plib("run", "steps.py", "--inline", "--param", "rows=0")
    result = desk.plib("why", "latest", "Divide")
    assert result.stdout == f"Divide ran and failed: it failed in run {first}\n"


def test_a_node_that_came_to_no_end_before(desk: Desk) -> None:
    desk.plib("run", "steps.py", "--inline")
    store = open_store(SqliteConnection(str(desk.folder / DEFAULT_STORE)))
    (executed,) = (one for one in store.executions(run_id(desk)) if one.node_id == "Load")
    cut_off = replace(
        executed, run_id="killed", node_id="New", state=ExecutionState.CANCELED, outputs={}, id=0
    )
    store.record_run(RunRecord("steps", "killed", RunState.CANCELED))
    store.record(cut_off)
    store.record_run(RunRecord("steps", "next", RunState.COMPLETE))
    store.record(replace(cut_off, run_id="next", state=ExecutionState.COMPLETE))
    store.close()
    result = desk.plib("why", "next", "New")
    assert result.stdout == "New ran: it did not come to its end in run killed\n"


def test_a_run_without_cache(desk: Desk) -> None:
    desk.plib("run", "steps.py", "--inline", "--no-cache")
    first = run_id(desk)
    page = desk.plib("why", "latest", "Load").stdout
    assert page == (
        "Load ran: it is the first time that this node runs, and caching is off for the run\n"
    )
    desk.plib("run", "steps.py", "--inline", "--no-cache", "--param", "rows=3")
    assert desk.plib("why", "latest", "Load").stdout == (
        f"Load ran: caching is off for the run; this changed since run {first}:\n"
        "  parameter rows: 4 -> 3\n"
    )


def test_a_pipeline_without_cache(desk: Desk) -> None:
    desk.write("steps.py", STEPS.replace("enable_cache=True", "enable_cache=False"))
    for _ in range(2):
        desk.plib("run", "steps.py", "--inline")
    page = desk.plib("why", "latest", "Load").stdout
    assert page == "Load ran: caching is off for the pipeline\n"


def test_an_unknown_node(recorded: Recorded) -> None:
    result = recorded.desk.plib("why", recorded.failed, "Dividde")
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: Run {recorded.failed!r} has no record of a node 'Dividde'. "
        "These exist: 'After', 'Divide', 'Load'. Did you mean 'Divide'?\n"
    )
