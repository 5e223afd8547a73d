from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import open_store
from tests.cli.desk import Desk

VALUES = """
from pipeline_lib import OutputDict, Parameter, Pipeline, RuntimeParameter, component


@component
def Tell(
    count: Parameter[int],
    rate: Parameter[float],
    fast: Parameter[bool],
    sizes: Parameter[list],
    options: Parameter[dict],
    name: Parameter[str],
) -> OutputDict(told=list):
    return {"told": [count, rate, fast, sizes, options, name]}


def create_pipeline():
    types = dict(count=int, rate=float, fast=bool, sizes=list, options=dict, name=str)
    return Pipeline("values", "root", [
        Tell(**{name: RuntimeParameter(name, kind) for name, kind in types.items()})
    ])
"""


def states(result: Any) -> dict[str, str]:
    return {node["node"]: node["state"] for node in json.loads(result.stdout)["nodes"]}


def test_run_of_a_file_says_how_to_look_further(desk: Desk) -> None:
    result = desk.plib("run", "steps.py", "--inline")
    assert result.exit_code == 0
    run_id = desk.plib("runs").stdout.splitlines()[1].split()[0]
    assert result.stderr.splitlines()[0] == f"Run {run_id} of pipeline steps: 3 nodes"
    assert result.stderr.splitlines()[-1] == f"Look further: plib show {run_id}"
    assert result.stdout == ""


@pytest.mark.parametrize(
    "target",
    ["steps.py", "./steps.py:create_pipeline", "steps:create_pipeline", "steps", "kept.pb"],
)
def test_ways_to_name_a_pipeline(desk: Desk, target: str) -> None:
    assert desk.plib("compile", "steps.py", "-o", "kept.pb").exit_code == 0
    result = desk.plib("run", target, "--inline", "--json")
    assert result.exit_code == 0, result.stderr
    assert states(result) == {"Load": "complete", "Divide": "complete", "After": "complete"}


def test_parameters_are_read_as_their_declarations_say(desk: Desk) -> None:
    desk.write("values.py", VALUES)
    given = ["count=3", "rate=2", "fast=True", "sizes=[8, 16]", 'options={"a": null}', "name=a=b"]
    options = [part for one in given for part in ("--param", one)]
    result = desk.plib("run", "values.py", "--inline", "--json", *options)
    assert result.exit_code == 0, result.stderr
    (node,) = json.loads(result.stdout)["nodes"]
    (told,) = node["outputs"]["told"]
    assert told["value"] == [3, 2.0, True, [8, 16], {"a": None}, "a=b"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("count=three", "'count' takes an int, got 'three'."),
        ("count=3.5", "'count' takes an int, got '3.5'."),
        ("rate=fast", "'rate' takes a float, got 'fast'."),
        ("fast=yes", "'fast' takes true or false, got 'yes'."),
        (
            "sizes=[8",
            "'sizes' takes a list as JSON, got '[8': "
            "Expecting ',' delimiter: line 1 column 3 (char 2).",
        ),
        ("options=8", "'options' takes a dict as JSON, got '8': it is of type int."),
        ("options=[8]", "'options' takes a dict as JSON, got '[8]': it is of type list."),
        ("name", "expected NAME=VALUE, got 'name'."),
        ("=3", "expected NAME=VALUE, got '=3'."),
    ],
)
def test_a_parameter_that_cannot_be_read(desk: Desk, given: str, message: str) -> None:
    desk.write("values.py", VALUES)
    result = desk.plib("run", "values.py", "--param", given)
    assert result.exit_code == 2
    assert result.stderr == (
        "Usage: plib run [OPTIONS] [PIPELINE] [-- ARGUMENT...]\n"
        "Try 'plib run --help' for help.\n"
        "\n"
        f"Error: Invalid value for '--param': {message}\n"
    )


def test_a_parameter_given_twice(desk: Desk) -> None:
    result = desk.plib("run", "steps.py", "--param", "rows=1", "--param", "rows=2")
    assert result.exit_code == 2
    assert result.stderr.endswith("Error: Invalid value for '--param': 'rows' is given twice.\n")


def test_an_unknown_parameter(desk: Desk) -> None:
    result = desk.plib("run", "steps.py", "--param", "row=1")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: Pipeline 'steps' has no runtime parameter 'row'. "
        "These exist: 'rows'. Did you mean 'rows'?\n"
    )


def test_a_parameter_that_is_missing(desk: Desk) -> None:
    desk.write("values.py", VALUES)
    result = desk.plib("run", "values.py")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: Runtime parameter 'count' of pipeline 'values' has no default: "
        "give it, --param count=...\n"
    )


def test_a_failed_run_ends_with_1_and_names_node_line_and_log(desk: Desk) -> None:
    result = desk.plib("run", "steps.py", "--param", "rows=0", "--json")
    assert result.exit_code == 1
    shown = json.loads(result.stdout)
    assert (shown["state"], states(result)) == (
        "failed",
        {"Load": "complete", "Divide": "failed", "After": "skipped"},
    )
    log = shown["nodes"][1]["log"]
    assert Path(log).read_text() == "dividing\n"
    _, _, message = result.stderr.partition("\nError: ")
    assert message == (
        f"Run {shown['run_id']!r} of pipeline 'steps' failed: 1 of 3 nodes failed, 1 skipped.\n"
        "  Divide: ZeroDivisionError: division by zero\n"
        f"    at {desk.folder}/steps.py:21\n"
        f"    log: {log}\n"
        f"Look further: plib show {shown['run_id']}\n"
    )


def test_no_cache_runs_every_node(desk: Desk) -> None:
    assert desk.plib("run", "steps.py", "--inline").exit_code == 0
    again = desk.plib("run", "steps.py", "--inline", "--json")
    assert set(states(again).values()) == {"cached"}
    afresh = desk.plib("run", "steps.py", "--inline", "--json", "--no-cache")
    assert set(states(afresh).values()) == {"complete"}


def test_what_inline_nodes_print_stays_out_of_the_json(desk: Desk) -> None:
    desk.write("loud.py", "print('at import')\nfrom steps import create_pipeline as make\n")
    result = desk.plib("run", "loud.py:make", "--inline", "--json")
    assert json.loads(result.stdout)["state"] == "complete"
    assert "at import\n" in result.stderr
    assert "loading 4 rows\n" in result.stderr


def store_holds_a_run(path: Path) -> bool:
    store = open_store(SqliteConnection(str(path)))
    try:
        return bool(store.runs())
    finally:
        store.close()


OWN_STORE = """
from pipeline_lib import Pipeline, sqlite_metadata_connection_config
from steps import Load

pipeline = Pipeline(
    "own", "root", [Load(rows=1)],
    metadata_connection_config=sqlite_metadata_connection_config("own.sqlite"),
)
"""


def test_the_store_is_the_given_one_else_the_pipelines(desk: Desk) -> None:
    desk.write("own.py", OWN_STORE)
    result = desk.plib("run", "own.py", "--inline")
    assert store_holds_a_run(desk.folder / "own.sqlite")
    assert result.stderr.endswith(" --store own.sqlite\n")
    desk.plib("run", "own.py", "--inline", "--store", "given.sqlite")
    assert store_holds_a_run(desk.folder / "given.sqlite")
    result = desk.plib("run", "own.py", "--inline", env={"PLIB_STORE": "variable.sqlite"})
    assert store_holds_a_run(desk.folder / "variable.sqlite")
    assert "--store" not in result.stderr


def test_a_store_that_is_no_database(desk: Desk) -> None:
    desk.write("notes.txt", "not a database")
    result = desk.plib("run", "steps.py", "--inline", "--store", "notes.txt")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: Metadata store 'notes.txt' is no SQLite database. "
        "Give the path of a metadata store, or of a file that does not exist yet.\n"
    )


def test_inline_and_parallelism_exclude_each_other(desk: Desk) -> None:
    result = desk.plib("run", "steps.py", "--inline", "--parallelism", "2")
    assert result.exit_code == 2
    assert result.stderr.endswith(
        "Error: --inline runs one node at a time: leave out --parallelism.\n"
    )


def test_debug_shows_the_traceback_before_the_message(desk: Desk) -> None:
    result = desk.plib("run", "missing.py", "--debug")
    assert result.exit_code == 2
    assert result.stderr.startswith("Traceback (most recent call last):\n")
    assert result.stderr.endswith("\nError: File 'missing.py' does not exist.\n")


def test_as_a_process_of_its_own(desk: Desk) -> None:
    with desk.start("run", "steps.py", "--param", "rows=0", "--parallelism", "1") as process:
        stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 1
    assert stdout == ""
    assert "Traceback" not in stderr
    assert "  Divide: ZeroDivisionError: division by zero\n" in stderr


WAIT = """
from pipeline_lib import OutputDict, Pipeline, component


@component
def Wait() -> OutputDict(never=int):
    open("started", "w").close()
    open("endless").read()


def create_pipeline():
    return Pipeline("waiting", "root", [Wait()])
"""


def test_ctrl_c_ends_with_130_and_leaves_a_consistent_store(desk: Desk) -> None:
    desk.write("waiting.py", WAIT)
    os.mkfifo(desk.folder / "started")
    os.mkfifo(desk.folder / "endless")
    with desk.start("run", "waiting.py", "--parallelism", "1") as process:
        open(desk.folder / "started").close()  # returns when the node opens the other end
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert stderr.endswith("Interrupted.\n")
    shown = json.loads(desk.plib("show", "latest", "--json").stdout)
    assert (shown["state"], shown["nodes"][0]["state"]) == ("canceled", "canceled")
    assert shown["nodes"][0]["reason"] == "interrupted"
