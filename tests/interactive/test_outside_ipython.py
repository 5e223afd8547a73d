from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.fresh_process import REPOSITORY

PROGRAM = """
from pathlib import Path

from pipeline_lib import InputArtifact, InteractiveContext, OutputDict, Parameter, component
from pipeline_lib.artifacts.standard_artifacts import Integer
from tests.interactive.steps import Add

FACTOR = 2

@component
def Give(number: Parameter[int]) -> OutputDict(number=int):
    return {"number": number * FACTOR}

context = InteractiveContext(progress=False)
give = Give(number=4)
first, second = context.run(give), context.run(give)
add = Add(left=give.outputs["number"], right=1)
context.run(add)
print(add.outputs["total"].get()[0].value, first.cached, second.cached)
context.show(add)
print(context.status()["Give"].reasons)
"""


def run(arguments: list[str], given: str, folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, *arguments],
        input=given,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_script_without_a_main_block(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    shown = run(["program.py"], "", tmp_path)
    assert shown[0] == "9 False True"
    assert shown[1] == "  total  Integer = 9  (artifact 2)"
    assert shown[-1] == "()"


def test_session_that_keeps_no_source_executes_what_it_defines_each_time(tmp_path: Path) -> None:
    shown = run(["-"], PROGRAM, tmp_path)
    assert shown[0] == "9 False False"
    assert shown[-1] == "('code: module __main__ changed',)"
