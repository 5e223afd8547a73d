from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pexpect
import pytest

from tests.cli.desk import Desk, Recorded

ROOT = Path(__file__).parents[2]


def completed(desk: Desk, words: str) -> list[str]:
    environment = {
        "_PLIB_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    return [line for line in desk.plib(env=environment).stdout.splitlines() if line]


def test_runs_are_completed_newest_first(recorded: Recorded) -> None:
    listed = [recorded.failed, recorded.cached, recorded.complete]
    runs = [f"plain,{run_id}" for run_id in listed]
    assert completed(recorded.desk, "plib show ") == ["plain,latest", *runs]
    assert completed(recorded.desk, f"plib why {recorded.cached}") == [f"plain,{recorded.cached}"]
    assert completed(recorded.desk, "plib compare latest ") == ["plain,latest", *runs]
    assert completed(recorded.desk, "plib run --resume l") == ["plain,latest"]


def test_nodes_of_the_run_that_is_named_are_completed(recorded: Recorded) -> None:
    assert completed(recorded.desk, f"plib show {recorded.failed} Di") == ["plain,Divide"]
    assert completed(recorded.desk, "plib why nothing D") == []


def test_a_store_that_is_not_there_completes_nothing(desk: Desk) -> None:
    assert completed(desk, "plib show --store none.sqlite ") == []
    assert not (desk.folder / "none.sqlite").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell(desk: Desk, shell: str) -> None:
    result = desk.plib("completion", shell)
    assert result.exit_code == 0
    assert f"_PLIB_COMPLETE={shell}_complete" in result.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_commands_and_runs(recorded: Recorded, tmp_path: Path) -> None:
    program = tmp_path / "plib"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pipeline_lib.cli "$@"\n')
    program.chmod(0o755)
    bash = pexpect.spawn(
        "bash",
        ["--norc", "--noprofile", "-i"],
        cwd=str(recorded.desk.folder),
        env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        encoding="utf-8",
        timeout=30,
        dimensions=(24, 200),
    )
    bash.sendline('PS1="ready> "; eval "$(plib completion bash)"; echo loaded')
    bash.expect("loaded\r\n")
    bash.expect("ready> ")
    bash.send("plib complet\t")
    bash.expect("plib completion ")
    bash.sendcontrol("c")
    bash.send(f"plib show {recorded.failed[:-1]}\t")
    bash.expect(recorded.failed)
    bash.sendcontrol("c")
    bash.sendline("exit")
    bash.expect(pexpect.EOF)
