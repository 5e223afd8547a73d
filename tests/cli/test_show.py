from __future__ import annotations

import json
import re

from pipeline_lib.metadata.connection import DEFAULT_STORE, SqliteConnection
from pipeline_lib.metadata.store import RunRecord, RunState, open_store
from pipeline_lib.runners.local.run_lock import sole_runner
from tests.cli.desk import Desk, Recorded


def without_times(page: str) -> list[str]:
    """The lines of a page, without those that tell a time or a version, with single blanks."""
    lines = (" ".join(line.split()) for line in page.splitlines())
    told_elsewhere = ("started:", "took:", "environment:", "packages:")
    return [line for line in lines if not line.startswith(told_elsewhere)]


def test_the_page_of_a_run(recorded: Recorded) -> None:
    result = recorded.desk.plib("show", recorded.failed)
    assert result.exit_code == 0
    root = recorded.desk.folder / "root"
    shown = json.loads(recorded.desk.plib("show", recorded.failed, "--json").stdout)
    load, divide, _ = shown["nodes"]
    (data,), (count,) = load["outputs"]["data"], load["outputs"]["count"]
    lines = without_times(result.stdout)
    assert [re.sub(r"\d+\.\d\d s", "N s", line) for line in lines] == [
        f"Run {recorded.failed} of pipeline steps: failed",
        f"root: {root}",
        "parameter rows: 0",
        "",
        "Nodes",
        "✓ Load complete N s",
        "✗ Divide failed N s ZeroDivisionError: division by zero",
        "- After skipped N s node 'Divide' failed",
        "",
        "Metrics",
        "Load.count 0",
        "",
        "Artifacts",
        f"Load.count Integer = 0 (artifact {count['id']})",
        f"uri: {root}/Load/count/{load['execution_id']}/value",
        f"Load.data Examples (artifact {data['id']})",
        f"uri: {root}/Load/data/{load['execution_id']}",
        'split_names: ["train"]',
        "source: sensors",
        "",
        "Errors",
        "Divide: ZeroDivisionError: division by zero",
        f"at: {recorded.desk.folder}/steps.py:21",
        f"log: {root}/Divide/.system/{divide['execution_id']}/log.txt",
    ]


def test_the_page_of_a_node(recorded: Recorded) -> None:
    shown = json.loads(recorded.desk.plib("show", recorded.failed, "Load", "--json").stdout)
    (data,), (count,) = shown["outputs"]["data"], shown["outputs"]["count"]
    result = recorded.desk.plib("show", recorded.failed, "Load")
    assert without_times(result.stdout) == [
        "Node Load: complete",
        "component: steps.Load",
        f"run: {recorded.failed} of pipeline steps",
        "",
        "Parameters",
        "rows: 0",
        "",
        "Outputs",
        f"count Integer = 0 (artifact {count['id']})",
        f"uri: {count['uri']}",
        f"data Examples (artifact {data['id']})",
        f"uri: {data['uri']}",
        'split_names: ["train"]',
        "source: sensors",
        "",
        f"Log: {shown['log']}",
        "loading 0 rows",
    ]


def test_the_page_of_a_node_that_failed(recorded: Recorded) -> None:
    shown = json.loads(recorded.desk.plib("show", recorded.failed, "Divide", "--json").stdout)
    assert shown["error"]["type"] == "ZeroDivisionError"
    page = recorded.desk.plib("show", recorded.failed, "Divide").stdout
    indented = "".join(f"  {line}\n" for line in shown["error"]["traceback"].splitlines())
    at = f"  at: {recorded.desk.folder}/steps.py:21\n"
    assert f"\nError\n{indented}{at}" in page
    assert page.endswith(f"\nLog: {shown['log']}\n  dividing\n")


def test_the_page_of_a_cached_node(recorded: Recorded) -> None:
    page = recorded.desk.plib("show", recorded.cached, "Divide").stdout
    assert without_times(page)[:4] == [
        "Node Divide: cached",
        "component: steps.Divide",
        f"run: {recorded.cached} of pipeline steps",
        f"reason: same as in run {recorded.complete}",
    ]


def test_a_run_by_the_beginning_of_its_id_or_as_the_latest(recorded: Recorded) -> None:
    by_id = recorded.desk.plib("show", recorded.failed).stdout
    assert recorded.desk.plib("show", "latest").stdout == by_id
    assert recorded.desk.plib("show", recorded.failed[:-1]).stdout == by_id


def test_an_ambiguous_id(recorded: Recorded) -> None:
    result = recorded.desk.plib("show", "20")
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: 3 runs have an id that begins with '20': {recorded.failed!r}, "
        f"{recorded.cached!r}, {recorded.complete!r}. Give more of it.\n"
    )


def test_an_unknown_run_with_a_near_match(recorded: Recorded) -> None:
    end = recorded.cached[-9:]
    result = recorded.desk.plib("show", end)
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: The store holds no run {end!r}. Did you mean {recorded.cached!r}? "
        "'plib runs' lists those it holds.\n"
    )


def test_an_unknown_run_without_a_near_match(recorded: Recorded) -> None:
    result = recorded.desk.plib("show", "newest")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: The store holds no run 'newest'. 'plib runs' lists those it holds.\n"
    )


def test_an_unknown_node(recorded: Recorded) -> None:
    result = recorded.desk.plib("show", recorded.failed, "Dividde")
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: Run {recorded.failed!r} has no record of a node 'Dividde'. "
        "These exist: 'After', 'Divide', 'Load'. Did you mean 'Divide'?\n"
    )


def test_a_store_without_runs(desk: Desk) -> None:
    desk.write("empty.sqlite", "")
    result = desk.plib("show", "latest", "--store", "empty.sqlite")
    assert result.exit_code == 2
    assert result.stderr == "Error: The store holds no runs. 'plib run' records one.\n"


def test_colours_are_for_terminals_and_respect_no_color(recorded: Recorded) -> None:
    red = "\x1b[31m"
    assert "\x1b" not in recorded.desk.plib("show", recorded.failed).stdout
    as_terminal = {"FORCE_COLOR": "1", "TERM": "xterm", "NO_COLOR": None}
    assert red in recorded.desk.plib("show", recorded.failed, env=as_terminal).stdout
    without = {**as_terminal, "NO_COLOR": "1"}
    assert red not in recorded.desk.plib("show", recorded.failed, env=without).stdout


def test_a_run_that_nobody_runs_any_more_can_be_taken_up(desk: Desk) -> None:
    store = open_store(SqliteConnection(str(desk.folder / DEFAULT_STORE)))
    store.record_run(RunRecord("steps", "killed", RunState.RUNNING, str(desk.folder)))
    store.close()
    assert desk.plib("show", "killed").stderr == (
        "No process on this machine is running it. If it was killed, go on with it: "
        "plib run --resume killed\n"
    )
    with sole_runner("killed", str(desk.folder)):
        assert desk.plib("show", "killed").stderr == ""
