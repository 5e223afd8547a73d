from __future__ import annotations

import json

from tests.cli.desk import Desk, Recorded


def test_runs_are_listed_newest_first_with_the_counts_of_their_nodes(recorded: Recorded) -> None:
    result = recorded.desk.plib("runs")
    assert result.exit_code == 0
    titles, *lines = (line.split() for line in result.stdout.splitlines())
    assert titles == ["Run", "Pipeline", "State", "Started", "Took", "Nodes"]
    # Between them are date, time and seconds.
    assert [line[:3] + line[7:] for line in lines] == [
        [recorded.failed, "steps", "failed", "1", "ok,", "1", "failed,", "1", "skipped"],
        [recorded.cached, "steps", "complete", "3", "ok"],
        [recorded.complete, "steps", "complete", "3", "ok"],
    ]


def test_as_json(recorded: Recorded) -> None:
    runs = json.loads(recorded.desk.plib("runs", "--json", "--limit", "2").stdout)
    assert [(run["run_id"], run["state"], run["nodes"]) for run in runs] == [
        (recorded.failed, "failed", {"ok": 1, "failed": 1, "skipped": 1}),
        (recorded.cached, "complete", {"ok": 3}),
    ]
    assert runs[0]["parameters"] == {"rows": 0}
    assert runs[0]["pipeline_root"] == str(recorded.desk.folder / "root")


def test_of_one_pipeline(recorded: Recorded) -> None:
    assert len(recorded.desk.plib("runs", "--pipeline", "steps").stdout.splitlines()) == 4
    result = recorded.desk.plib("runs", "--pipeline", "step")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: The store holds no run of pipeline 'step'. "
        "These exist: 'steps'. Did you mean 'steps'?\n"
    )


def test_the_store_can_be_named_in_two_ways(recorded: Recorded, desk: Desk) -> None:
    store = str(recorded.desk.folder / ".plib" / "metadata.sqlite")
    by_option = desk.plib("runs", "--store", store)
    assert recorded.complete in by_option.stdout
    assert desk.plib("runs", env={"PLIB_STORE": store}).stdout == by_option.stdout


def test_without_a_store_none_is_made(desk: Desk) -> None:
    result = desk.plib("runs")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: There is no metadata store '.plib/metadata.sqlite'. The first 'plib run' makes "
        "it; name another with --store PATH, or with PLIB_STORE.\n"
    )
    assert not (desk.folder / ".plib").exists()


def test_a_store_without_runs(desk: Desk) -> None:
    desk.write("empty.sqlite", "")
    assert desk.plib("runs", "--store", "empty.sqlite").stdout == "The store holds no runs.\n"
    assert json.loads(desk.plib("runs", "--store", "empty.sqlite", "--json").stdout) == []
