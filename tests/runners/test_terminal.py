"""What a run shows on a real pseudo-terminal, and where there is none."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.runners.conftest import REPOSITORY

PIPELINE = """
    from pipeline_lib import OutputDict, Parameter, Pipeline, RuntimeParameter, component

    @component
    def Step(place: Parameter[int]):
        pass

    @component
    def Block(mode: Parameter[str]):
        print("epoch 1\\n\\x1b[31mepoch 2\\x1b[0m")
        with open("gate") as gate:
            gate.read()
        if mode == "fail":
            raise ValueError("the loss is nan")

    def create_pipeline():
        nodes = [Step(place=place).with_id(f"Step{place}") for place in range(60)]
        block = Block(mode=RuntimeParameter("mode", str, default="go"))
        nodes.insert(40, block)
        for before, after in zip(nodes, nodes[1:]):
            after.add_upstream_node(before)
        return Pipeline("long", "root", nodes)
"""
COMMAND = ["-m", "pipeline_lib.cli", "run", "long.py"]
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-9][0-9;]*m")

Start = Callable[..., "pexpect.spawn[str]"]


def environment(**given: str) -> dict[str, str]:
    ours = {"PYTHONPATH": str(REPOSITORY), "TERM": "xterm-256color", **given}
    kept = {name: one for name, one in os.environ.items() if name not in ("NO_COLOR", "CI")}
    return {**kept, **ours}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "long.py").write_text(textwrap.dedent(PIPELINE))
    os.mkfifo(tmp_path / "gate")
    return tmp_path


@pytest.fixture
def start(folder: Path) -> Start:
    """Starts the pipeline on a terminal with 12 lines."""

    def started(*options: str, **variables: str) -> pexpect.spawn[str]:
        return pexpect.spawn(
            sys.executable,
            [*COMMAND, *options],
            cwd=str(folder),
            env=environment(**(variables or {"NO_COLOR": "1"})),
            dimensions=(12, 90),
            encoding="utf-8",
            timeout=20,
        )

    return started


def finish(child: pexpect.spawn[str], folder: Path) -> str:
    """Let the blocked node go on; what is written from then on."""
    (folder / "gate").write_text("")
    rest: str = child.read()
    child.close()
    return rest


def lines_left(text: str) -> list[str]:
    """The lines that stay, below the last state of the tree that was erased."""
    _, _, text = text.rpartition("\x1b[2K")
    return [line.rstrip() for line in CONTROL.sub("", text).split("\r\n")]


def test_a_long_chain_is_folded_while_it_runs_and_whole_at_the_end(
    start: Start, folder: Path
) -> None:
    child = start()
    child.expect("Block +running")
    child.expect("19 waiting|18 waiting")
    child.expect("40 of 61 nodes")
    tree = lines_left(finish(child, folder))
    assert child.exitstatus == 0
    assert [line.split()[1] for line in tree[:61]] == [
        *(f"Step{place}" for place in range(40)),
        "Block",
        *(f"Step{place}" for place in range(40, 60)),
    ]
    assert tree[61].startswith("Run complete in ")


def test_how_long_it_takes_is_told_by_earlier_runs(start: Start, folder: Path) -> None:
    child = start()
    child.expect("Block +running +1 s")
    finish(child, folder)
    again = start()
    again.expect("Block +running +[0-9]+ s of about [0-9]+ s")
    again.expect("40 of 61 nodes in [0-9]+ s, (about [0-9]+ s left|almost done)")
    finish(again, folder)
    assert again.exitstatus == 0


def test_what_failed_is_shown_with_the_end_of_its_log(start: Start, folder: Path) -> None:
    child = start("--param", "mode=fail")
    child.expect("Block +running")
    lines = lines_left(finish(child, folder))
    assert child.exitstatus == 1
    place = next(n for n, line in enumerate(lines) if "ValueError: the loss is nan" in line)
    assert re.match("✗ Block +failed ", lines[place])
    assert lines[place + 1 : place + 4] == [
        "  The log of Block ends:",
        "    │ epoch 1",
        "    │ epoch 2",
    ]
    assert re.match("- Step40 +skipped ", lines[place + 4])


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"COLORTERM": "truecolor"}])
def test_colours_are_given_unless_they_are_not_wanted(
    start: Start, folder: Path, variables: dict[str, str]
) -> None:
    child = start(**variables)
    child.expect("40 of 61 nodes")
    seen = str(child.before) + finish(child, folder)
    assert bool(COLOUR.search(seen)) is ("NO_COLOR" not in variables)


def logged(folder: Path, **variables: str) -> str:
    """What a run writes where there is no terminal."""
    process = subprocess.Popen(
        [sys.executable, *COMMAND, "--param", "mode=fail"],
        cwd=folder,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    (folder / "gate").write_text("")
    return process.communicate()[0]


def test_a_log_gets_plain_lines(folder: Path) -> None:
    text = logged(folder)
    assert "\x1b" not in text
    lines = text.splitlines()
    assert re.fullmatch(r"Run \S+ of pipeline long: 61 nodes", lines[0])
    assert re.fullmatch(r"✓ Step0  complete +[0-9.]+ s", lines[1])
    assert re.fullmatch(r"✗ Block  failed +[0-9.]+ s  ValueError: the loss is nan", lines[41])
    assert lines[62:65] == ["The log of Block ends:", "  │ epoch 1", "  │ epoch 2"]
    assert re.fullmatch(r"Run failed in [0-9.]+ s", lines[65])


def test_a_run_goes_on_when_nobody_reads_what_it_says(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen(
        [sys.executable, *COMMAND, "--json"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=writer,
        text=True,
    )
    os.close(writer)
    (folder / "gate").write_text("")
    told = json.loads(process.communicate()[0])
    assert told["state"] == "complete"
    assert {node["state"] for node in told["nodes"]} == {"complete"}


def test_a_log_with_colours_is_not_drawn_in(folder: Path) -> None:
    text = logged(folder, FORCE_COLOR="1")
    assert COLOUR.search(text)
    assert {code[-1] for code in CONTROL.findall(text)} == {"m"}
