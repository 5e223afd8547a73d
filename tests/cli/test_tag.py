from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.desk import Desk, Recorded, desk_in


@pytest.fixture
def tagged(tmp_path: Path) -> Iterator[Desk]:
    """Two runs of `steps.py`; the older one has the tag `old`."""
    with desk_in(tmp_path) as desk:
        desk.plib("run", "steps.py", "--inline", "--tag", "old")
        desk.plib("run", "steps.py", "--inline")
        yield desk


def test_tags_are_added_removed_and_listed(tagged: Desk) -> None:
    assert tagged.plib("tag", "latest").stdout == ""
    added = tagged.plib("tag", "latest", "add", "nightly", "a b")
    assert (added.exit_code, added.stdout) == (0, "a b\nnightly\n")
    assert tagged.plib("tag", "latest~1", "remove", "old", "absent").stdout == ""
    assert json.loads(tagged.plib("tag", "latest", "--json").stdout) == ["a b", "nightly"]
    assert "tags: a b, nightly" in tagged.plib("show", "latest").stdout


def test_runs_are_found_by_tags_of_either_time(tagged: Desk) -> None:
    tagged.plib("tag", "latest~1", "add", "good")
    found = json.loads(tagged.plib("runs", "--tag", "old", "--tag", "good", "--json").stdout)
    assert [run["tags"] for run in found] == [["good", "old"]]
    tagged.plib("tag", "latest", "add", "good")
    assert len(json.loads(tagged.plib("runs", "--tag", "good", "--json").stdout)) == 2
    assert tagged.plib("runs", "--tag", "goo").stdout == "No run has the tag 'goo'.\n"


CONSUMER = """
from __future__ import annotations

from pipeline_lib import Channel, InputArtifact, LatestArtifactStrategy, Pipeline, Resolver
from pipeline_lib import component, standard_artifacts


@component
def Use(data: InputArtifact[standard_artifacts.Examples]):
    print("using", data.uri)


def create_pipeline() -> Pipeline:
    channel = Channel(type=standard_artifacts.Examples, pipeline_name="steps", tag="good")
    found = Resolver(LatestArtifactStrategy, data=channel)
    return Pipeline("uses", "uses", [found, Use(data=found.outputs["data"])])
"""


def test_a_resolver_finds_artifacts_by_a_tag_that_was_given_later(tagged: Desk) -> None:
    tagged.plib("run", "steps.py", "--param", "rows=6", "--inline")
    tagged.plib("tag", "latest~1", "add", "good")
    written = json.loads(tagged.plib("show", "latest~1", "--json").stdout)
    (data,) = written["nodes"][0]["outputs"]["data"]
    tagged.write("consumer.py", CONSUMER)
    ran = tagged.plib("run", "consumer.py", "--inline")
    assert ran.exit_code == 0, ran.stderr
    shown = json.loads(tagged.plib("show", "latest", "Use", "--json").stdout)
    assert [one["id"] for one in shown["inputs"]["data"]] == [data["id"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("nightly", "good"),
            "'nightly' is neither 'add' nor 'remove'. To tag the run: "
            "plib tag latest add nightly good",
        ),
        (("add",), "Say which words to add: plib tag latest add WORD..."),
        (
            ("add", "good", " "),
            "A tag is a word, or a few, in one line of at most 200 characters without blanks "
            "around it, got ' '.",
        ),
    ],
)
def test_what_cannot_be_meant(recorded: Recorded, arguments: tuple[str, ...], message: str) -> None:
    result = recorded.desk.plib("tag", "latest", *arguments)
    assert result.exit_code == 2
    assert result.stderr.endswith(f"Error: {message}\n")
    assert recorded.desk.plib("tag", "latest").stdout == ""


def test_an_unknown_run(recorded: Recorded) -> None:
    result = recorded.desk.plib("tag", "absent", "add", "good")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: The store holds no run 'absent'. 'plib runs' lists those it holds.\n"
    )
