"""A log that grows too large."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline_lib.runners.local import bounded_log
from pipeline_lib.runners.local.bounded_log import BoundedLog, shorten
from tests.runners import unruly_steps
from tests.runners.conftest import RunNodes


@pytest.fixture(autouse=True)
def kept_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large log is soon reached."""
    monkeypatch.setattr(bounded_log, "_KEPT", 1 << 20)
    monkeypatch.setattr(bounded_log, "_SLACK", 1 << 16)


def test_a_large_log_keeps_its_beginning_and_its_end(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_bytes(b"first\n" + bytes(4 << 20) + b"last\n")
    shorten(str(log))
    left_out = (4 << 20) + len("first\nlast\n") - (2 << 20)
    note = f"\n[{left_out} bytes are left out here: a log keeps its beginning and its end.]\n"
    text = log.read_bytes()
    assert text == (
        b"first\n" + bytes((1 << 20) - 6) + note.encode() + bytes((1 << 20) - 5) + b"last\n"
    )


def test_a_log_of_usual_size_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_bytes(b"x" * (2 << 20))
    shorten(str(log))
    assert log.read_bytes() == b"x" * (2 << 20)


def test_what_will_not_be_kept_is_given_back_while_it_is_written(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    bounded = BoundedLog(str(log))
    with log.open("ab", buffering=0) as stream:
        for _ in range(8):
            stream.write(b"x" * (1 << 20))
            bounded.free_middle()
        occupied = os.stat(log).st_blocks * 512
        stream.write(b"last\n")
    if occupied == 8 << 20:
        pytest.skip("this file system cannot free the middle of a file")
    assert occupied <= (2 << 20) + (1 << 17)
    bounded.finish()
    text = log.read_bytes()
    assert text.startswith(b"x" * (1 << 20))
    assert text.endswith(b"x" * 100 + b"last\n")


def test_the_log_of_a_node_is_bounded_while_it_runs_and_afterwards(
    run_nodes: RunNodes, tmp_path: Path
) -> None:
    started, go_on = tmp_path / "started", tmp_path / "go on"
    go_on.write_text("")
    size = 300 << 20  # workers have a process of their own: what is set above is not set there
    node = unruly_steps.WriteLog(size=size, started=str(started), go_on=str(go_on))
    log = Path(run_nodes(node)["WriteLog"].log_uri)
    assert log.stat().st_size < 140 << 20
    with log.open("rb") as stream:
        assert stream.read(6) == b"first\n"
        stream.seek(-6, os.SEEK_END)
        assert stream.read() == b"\nlast\n"
