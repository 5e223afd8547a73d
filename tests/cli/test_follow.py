"""`plib show --follow`, in a process of its own beside the one that runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.desk import Desk

GATED = """
from __future__ import annotations

import os

from pipeline_lib import OutputDict, Pipeline, component


def wait_at(gate: str) -> None:
    with open(gate):  # a named pipe: opens when the other side does
        pass


@component
def First() -> OutputDict(n=int):
    wait_at("gate-1")
    return {"n": 1}


@component
def Second(n: int) -> OutputDict(n=int):
    wait_at("gate-2")
    if os.path.exists("fail"):
        raise ValueError("as was asked for")
    return {"n": n + 1}


def create_pipeline() -> Pipeline:
    first = First()
    return Pipeline("gated", "root", [first, Second(n=first.outputs["n"])])
"""


@pytest.fixture
def gated(desk: Desk) -> Desk:
    """A pipeline whose nodes wait at gates."""
    desk.write("gated.py", GATED)
    for gate in ("gate-1", "gate-2"):
        os.mkfifo(desk.folder / gate)
    return desk


def open_gate(desk: Desk, name: str) -> None:
    with open(desk.folder / name, "w"):
        pass


def line_with(stream: Iterator[str], words: str) -> str:
    return next(line for line in stream if words in line)


def start_run(desk: Desk) -> subprocess.Popen[str]:
    """A run, from the moment when it is in the store."""
    run = desk.start("run", "gated.py")
    assert run.stderr is not None
    line_with(run.stderr, "of pipeline gated")
    return run


def follow(desk: Desk, *args: str) -> subprocess.Popen[str]:
    return desk.start("show", "latest", "--follow", "--interval", "0.05", *args)


def test_each_node_is_told_when_it_ends_and_then_the_run(gated: Desk) -> None:
    run = start_run(gated)
    following = follow(gated)
    assert following.stdout is not None
    open_gate(gated, "gate-1")
    assert line_with(following.stdout, "First").startswith("✓ First  complete")
    assert run.poll() is None
    open_gate(gated, "gate-2")
    assert line_with(following.stdout, "Second").startswith("✓ Second  complete")
    rest = following.stdout.read()
    assert rest.startswith("\nRun ")
    assert "of pipeline gated: complete\n" in rest
    run.communicate()
    assert (run.returncode, following.wait()) == (0, 0)


def test_a_failed_run_ends_it_with_1(gated: Desk) -> None:
    gated.write("fail", "")
    run = start_run(gated)
    following = follow(gated, "--json")
    assert following.stderr is not None
    open_gate(gated, "gate-1")
    line_with(following.stderr, "First")
    open_gate(gated, "gate-2")
    line = line_with(following.stderr, "Second")
    assert "ValueError: as was asked for" in line
    output, _ = following.communicate()
    assert json.loads(output)["state"] == "failed"
    run.communicate()
    assert following.returncode == 1


def test_a_run_that_is_killed_ends_it_and_why_tells_of_it(gated: Desk) -> None:
    run = start_run(gated)
    following = follow(gated)
    assert following.stdout is not None
    open_gate(gated, "gate-1")
    line_with(following.stdout, "First")
    while "Second  running" not in gated.plib("show", "latest").stdout:
        pass
    run.kill()
    run.communicate()
    _, errors = following.communicate()
    run_id = json.loads(gated.plib("runs", "--json").stdout)[0]["run_id"]
    told = f"No process runs it any more. Go on with it: plib run --resume {run_id}\n"
    assert (following.returncode, errors) == (1, told)
    result = gated.plib("why", "latest", "Second")
    assert result.stdout == (
        "Second has begun and not ended: it is the first time that this node runs, and caching is "
        "off for the pipeline\n"
    )
    assert result.stderr == told


def test_it_may_begin_before_the_first_run(gated: Desk) -> None:
    following = follow(gated)
    assert following.stderr is not None
    waiting = following.stderr.readline()
    store = os.path.join(".plib", "metadata.sqlite")
    assert waiting == f"Waiting for a first run to make the store {store!r} ...\n"
    run = start_run(gated)
    for gate in ("gate-1", "gate-2"):
        open_gate(gated, gate)
    output, _ = following.communicate()
    assert "of pipeline gated: complete\n" in output
    run.communicate()
    assert following.returncode == 0


def test_a_store_that_is_empty_is_waited_at(gated: Desk) -> None:
    Path(gated.folder, ".plib").mkdir()
    Path(gated.folder, ".plib", "metadata.sqlite").touch()
    following = follow(gated)
    assert following.stderr is not None
    assert following.stderr.readline() == "Waiting for a first run ...\n"
    run = start_run(gated)
    for gate in ("gate-1", "gate-2"):
        open_gate(gated, gate)
    assert "complete" in following.communicate()[0]
    run.communicate()


def test_ctrl_c_stops_following_and_not_the_run(gated: Desk) -> None:
    run = start_run(gated)
    following = follow(gated)
    assert following.stdout is not None
    open_gate(gated, "gate-1")
    line_with(following.stdout, "First")
    following.send_signal(signal.SIGINT)
    _, errors = following.communicate()
    assert (following.returncode, errors) == (130, "Stopped following; the run goes on.\n")
    open_gate(gated, "gate-2")
    run.communicate()
    assert run.returncode == 0


def test_a_run_that_has_ended_is_shown_at_once(desk: Desk) -> None:
    desk.plib("run", "steps.py", "--inline")
    desk.plib("run", "steps.py", "--inline", "--param", "rows=0")
    failed = desk.plib("show", "latest", "--follow")
    assert failed.exit_code == 1
    assert failed.stdout.endswith(desk.plib("show", "latest").stdout)
    assert failed.stdout.startswith("✓ Load  complete")


def test_a_node_cannot_be_followed(desk: Desk) -> None:
    result = desk.plib("show", "latest", "Load", "--follow")
    assert result.exit_code == 2
    assert result.stderr.endswith("Error: --follow follows a whole run: leave out NODE.\n")
