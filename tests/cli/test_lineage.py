from __future__ import annotations

import json
import re
from typing import Any

from tests.cli.desk import Desk, Recorded


def artifact(recorded: Recorded, node_id: str, key: str) -> dict[str, Any]:
    shown = json.loads(recorded.desk.plib("show", recorded.complete, node_id, "--json").stdout)
    found: dict[str, Any] = shown["outputs"][key][0]
    return found


def without_times(page: str) -> list[str]:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME", page).splitlines()


def test_both_directions(recorded: Recorded) -> None:
    count, result, text = (
        artifact(recorded, *at)
        for at in (("Load", "count"), ("Divide", "result"), ("After", "text"))
    )
    page = recorded.desk.plib("lineage", str(result["id"]))
    assert page.exit_code == 0, page.output
    assert without_times(page.stdout) == [
        f"Float (artifact {result['id']})",
        f"  uri: {result['uri']}",
        "  recorded: TIME",
        "",
        "Made by",
        f"└─ Divide in run {recorded.complete}: complete  TIME",
        f"   └─ count: Integer (artifact {count['id']}) reused once  {count['uri']}",
        f"      └─ Load in run {recorded.complete}: complete  TIME",
        "",
        "Reused by",
        f"└─ Divide in run {recorded.cached}: cached  TIME",
        "",
        "Read by",
        f"└─ After in run {recorded.complete}: complete  TIME",
        f"   └─ text: String (artifact {text['id']}) reused once  {text['uri']}",
    ]


def test_one_direction_by_uri(recorded: Recorded) -> None:
    result = artifact(recorded, "Divide", "result")
    up = recorded.desk.plib("lineage", result["uri"], "--upstream").stdout
    down = recorded.desk.plib("lineage", result["uri"], "--downstream").stdout
    assert ("Made by" in up, "Read by" in up) == (True, False)
    assert ("Made by" in down, "Read by" in down) == (False, True)
    relative = result["uri"].removeprefix(f"{recorded.desk.folder}/")
    assert recorded.desk.plib("lineage", relative, "--upstream").stdout == up


def test_depth(recorded: Recorded) -> None:
    text = artifact(recorded, "After", "text")
    page = recorded.desk.plib("lineage", str(text["id"]), "--upstream", "--depth", "2").stdout
    assert ("Divide in run" in page, "Load in run" in page) == (True, False)


def test_as_of_a_time(recorded: Recorded) -> None:
    count = artifact(recorded, "Load", "count")
    shown = json.loads(recorded.desk.plib("show", recorded.complete, "--json").stdout)
    page = recorded.desk.plib("lineage", str(count["id"]), "--as-of", shown["ended"]).stdout
    assert "Divide in run" in page
    assert recorded.cached not in page
    assert (
        "nothing yet"
        in recorded.desk.plib(
            "lineage", str(artifact(recorded, "After", "text")["id"]), "--as-of", shown["ended"]
        ).stdout
    )


def test_json(recorded: Recorded) -> None:
    count = artifact(recorded, "Load", "count")
    page = recorded.desk.plib("lineage", str(count["id"]), "--upstream", "--json").stdout
    lineage = json.loads(page)
    assert lineage["artifact"] == count["id"]
    (described,) = lineage["artifacts"]
    assert (described["uri"], described["deleted"]) == (count["uri"], False)
    assert [(one["node"], one["run_id"], one["state"]) for one in lineage["executions"]] == [
        ("Load", recorded.complete, "complete"),
        ("Load", recorded.cached, "cached"),
    ]
    assert [(one["kind"], one["key"]) for one in lineage["links"]] == [
        ("written", "count"),
        ("reused", "count"),
    ]


def test_an_unknown_id(recorded: Recorded) -> None:
    result = recorded.desk.plib("lineage", "999")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: The store holds no artifact 999. "
        "'plib show RUN' lists the artifacts of a run with their ids.\n"
    )


def test_an_unknown_uri(recorded: Recorded) -> None:
    result = recorded.desk.plib("lineage", "root/nowhere")
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: The store holds no artifact at '{recorded.desk.folder}/root/nowhere'. "
        "'plib show RUN' lists the artifacts of a run with their URIs and ids.\n"
    )


def test_an_artifact_that_was_not_there_yet(recorded: Recorded) -> None:
    count = artifact(recorded, "Load", "count")
    result = recorded.desk.plib("lineage", str(count["id"]), "--as-of", "2020-01-31T12:00")
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: The store held no artifact '{count['id']}' at 2020-01-31 12:00:00.\n"
    )


def test_a_time_that_cannot_be_read(recorded: Recorded) -> None:
    result = recorded.desk.plib("lineage", "1", "--as-of", "yesterday")
    assert result.exit_code == 2
    assert result.stderr.endswith(
        "Error: Invalid value for '--as-of': expected a date like 2026-01-31, a time like "
        "2026-01-31T23:59:00, or seconds since the epoch, got 'yesterday'.\n"
    )


TWICE = """
from pipeline_lib import Importer, Pipeline, standard_artifacts

def create_pipeline() -> Pipeline:
    importers = [
        Importer(source_uri="data", artifact_type=standard_artifacts.Examples, reimport=True)
        .with_id(name)
        for name in ("first", "second")
    ]
    return Pipeline("twice", "root", importers)
"""


def test_a_uri_at_which_several_artifacts_are(desk: Desk) -> None:
    desk.write("twice.py", TWICE)
    desk.write("data/file", "content")
    assert desk.plib("run", "twice.py", "--inline").exit_code == 0
    run_id = desk.plib("runs").stdout.splitlines()[1].split()[0]
    result = desk.plib("lineage", "data/")
    assert result.exit_code == 2
    lines = without_times(result.stderr)
    assert lines == [
        "Error: 2 artifacts are at 'data/'. Give the id of one:",
        f"  2  Examples, recorded TIME, by second in run {run_id}",
        f"  1  Examples, recorded TIME, by first in run {run_id}",
    ]


PUSHED = """
from pipeline_lib import OutputArtifact, Pipeline, component, standard_artifacts

@component
def Push(pushed_model: OutputArtifact[standard_artifacts.PushedModel]):
    pushed_model.set_string_custom_property("pushed_destination", "serving/1")

def create_pipeline() -> Pipeline:
    return Pipeline("pushed", "root", [Push()])
"""


def test_a_model_by_the_directory_that_it_was_pushed_to(desk: Desk) -> None:
    desk.write("pushed.py", PUSHED)
    for _ in range(2):
        assert desk.plib("run", "pushed.py", "--inline").exit_code == 0
    result = desk.plib("lineage", "serving/1/", "--upstream")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("PushedModel (artifact 2)")
