from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from pipeline_lib.ir import serde
from tests.cli.desk import Desk


def test_the_text_form_goes_to_standard_output(desk: Desk) -> None:
    result = desk.plib("compile", "steps.py")
    assert result.exit_code == 0
    assert result.stderr == ""
    compiled = serde.from_text(result.stdout)
    assert [node.id for node in compiled.nodes] == ["Load", "Divide", "After"]
    assert result.stdout == serde.to_text(compiled)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("kept.pb", lambda path: serde.loads(path.read_bytes())),
        ("kept.json", lambda path: serde.from_json(path.read_text())),
        ("kept.pbtxt", lambda path: serde.from_text(path.read_text())),
    ],
)
def test_the_suffix_of_the_file_says_the_form(desk: Desk, name: str, read: Any) -> None:
    result = desk.plib("compile", "steps.py", "-o", name)
    assert result.exit_code == 0
    assert (result.stdout, result.stderr) == ("", f"Wrote pipeline 'steps' to {name!r}.\n")
    text = desk.plib("compile", "steps.py").stdout
    assert serde.to_text(read(desk.folder / name)) == text
    # What was written can be given in place of the author's file.
    assert desk.plib("compile", name).stdout == text


def test_the_binary_form_is_the_same_in_every_process(desk: Desk) -> None:
    here = desk.plib("compile", "steps.py", "--format", "binary").stdout_bytes
    with desk.start("compile", "steps.py", "-o", "there.pb") as process:
        assert process.wait(timeout=60) == 0
    assert (desk.folder / "there.pb").read_bytes() == here


def test_the_binary_form_does_not_go_to_a_terminal(desk: Desk) -> None:
    ours, terminal = os.openpty()
    ended = subprocess.run(
        [sys.executable, "-m", "pipeline_lib.cli", "compile", "steps.py", "--format", "binary"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=terminal,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(terminal)
    os.close(ours)
    assert ended.returncode == 2
    assert ended.stderr.endswith(
        "Error: A terminal cannot show the binary form: give a file, -o FILE.\n"
    )


def test_a_file_that_cannot_be_written(desk: Desk) -> None:
    result = desk.plib("compile", "steps.py", "-o", "no/such/folder.pb")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: 'no/such/folder.pb' cannot be written: No such file or directory.\n"
    )
