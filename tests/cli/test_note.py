from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.cli.desk import Desk

AS_ADA = {"PLIB_AUTHOR": "Ada"}


@pytest.fixture
def noted(desk: Desk) -> Desk:
    """A store with one run."""
    desk.plib("run", "steps.py", "--inline")
    return desk


def notes(desk: Desk) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(desk.plib("note", "latest", "--json").stdout)
    return found


def test_a_note_keeps_its_text_its_author_and_its_time(noted: Desk) -> None:
    before = time.strftime("%Y-%m-%dT%H:%M", time.gmtime())
    assert noted.plib("note", "latest").stdout.endswith(" has no notes.\n")
    assert noted.plib("note", "latest", "rate too high", env=AS_ADA).exit_code == 0
    (note,) = notes(noted)
    assert (note["text"], note["author"]) == ("rate too high", "Ada")
    assert note["time"] >= before
    listed = noted.plib("note", "latest", "lower\nis better", "--author", "Grace").stdout
    lines = listed.splitlines()
    assert [line[22:] if number in (0, 2) else line for number, line in enumerate(lines)] == [
        "Ada",
        "    rate too high",
        "Grace",
        "    lower",
        "    is better",
    ]
    assert f"\nNotes\n{listed}\nNodes\n" in noted.plib("show", "latest").stdout


def test_a_note_is_read_from_standard_input(noted: Desk) -> None:
    noted.plib("note", "latest", "-", typed="first\n\nsecond\n")
    assert [one["text"] for one in notes(noted)] == ["first\n\nsecond"]


def editor(folder: Path, command: str) -> dict[str, str]:
    program = folder / "editor"
    program.write_text(f"#!/bin/sh\n{command}\n")
    program.chmod(0o755)
    return {"VISUAL": str(program)}


def test_a_note_is_written_in_the_editor(noted: Desk) -> None:
    environment = editor(noted.folder, 'sed -i "1s/.*/It is # better/" "$1"')
    assert noted.plib("note", "latest", "-e", env=environment).exit_code == 0
    environment = editor(noted.folder, 'sed -i "1s/$/ indeed/" "$1"')
    noted.plib("note", "latest", "better", "--edit", env=environment)
    assert [one["text"] for one in notes(noted)] == ["It is # better", "better indeed"]


def test_nothing_is_added_where_nothing_was_written(noted: Desk) -> None:
    result = noted.plib("note", "latest", "-e", env=editor(noted.folder, "true"))
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: The note is empty: nothing was added.\n",
    )
    result = noted.plib("note", "latest", " ")
    assert result.exit_code == 2
    assert result.stderr.endswith("Error: The note is empty.\n")
    assert notes(noted) == []


def test_the_author_is_git_s_user_or_the_one_who_is_logged_in(noted: Desk) -> None:
    (noted.folder / "config").write_text("[user]\n\tname = Ada Lovelace\n")
    as_git_knows = {"PLIB_AUTHOR": None, "GIT_CONFIG_GLOBAL": str(noted.folder / "config")}
    noted.plib("note", "latest", "one", env=as_git_knows)
    noted.plib(
        "note", "latest", "two", env={"PLIB_AUTHOR": None, "PATH": "/absent", "LOGNAME": "grace"}
    )
    assert [one["author"] for one in notes(noted)] == ["Ada Lovelace", "grace"]


def test_runs_are_found_by_what_was_written_about_them(noted: Desk) -> None:
    noted.plib("run", "steps.py", "--param", "rows=6", "--inline")
    noted.plib("note", "latest~1", "Rate was TOO high", env=AS_ADA)
    for words, count in (("too rate", 1), ("ada", 1), ("rows=6", 1), ("steps", 2)):
        assert len(json.loads(noted.plib("runs", "--search", words, "--json").stdout)) == count
    assert noted.plib("runs", "--search", "too low").stdout == "No run has 'too low'.\n"
    nothing = noted.plib("runs", "--tag", "a", "--search", "b").stdout
    assert nothing == "No run has the tag 'a' and 'b'.\n"
    titles, newest, oldest = noted.plib("runs").stdout.splitlines()
    assert titles.endswith("Last note")
    assert oldest.endswith("Rate was TOO high")
    assert newest.endswith("3 ok")
