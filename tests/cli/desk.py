"""Running `plib` as a user would, in a folder with an author's files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline_lib.cli.main import plib

STEPS = """
from __future__ import annotations

from pipeline_lib import OutputArtifact, OutputDict, Parameter, Pipeline, RuntimeParameter
from pipeline_lib import component, standard_artifacts


@component
def Load(
    data: OutputArtifact[standard_artifacts.Examples], rows: Parameter[int]
) -> OutputDict(count=int):
    print("loading", rows, "rows")
    data.split_names = '["train"]'
    data.set_string_custom_property("source", "sensors")
    return {"count": rows}


@component
def Divide(count: int) -> OutputDict(result=float):
    print("dividing")
    return {"result": 12 / count}


@component
def After(result: float) -> OutputDict(text=str):
    return {"text": str(result)}


def create_pipeline() -> Pipeline:
    load = Load(rows=RuntimeParameter("rows", int, default=4))
    divide = Divide(count=load.outputs["count"])
    after = After(result=divide.outputs["result"])
    return Pipeline("steps", "root", [load, divide, after], enable_cache=True)
"""
"""Three nodes in a chain. `--param rows=0` lets the second fail on line 21."""


@dataclass(frozen=True)
class Desk:
    """A working folder in which `plib` is called."""

    folder: Path

    def plib(
        self, *args: str, env: Mapping[str, str | None] | None = None, typed: str | None = None
    ) -> Result:
        """Call `plib` in this process; `typed` is what it is answered."""
        return CliRunner().invoke(plib, args, prog_name="plib", env=env, input=typed)

    def write(self, name: str, source: str) -> Path:
        """Write a file of the author's."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
        return path

    def start(self, *args: str) -> subprocess.Popen[str]:
        """Start `plib` as a process of its own."""
        root = str(Path(__file__).parents[2])
        return subprocess.Popen(
            [sys.executable, "-m", "pipeline_lib.cli", *args],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": root},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@contextmanager
def desk_in(folder: Path) -> Iterator[Desk]:
    """Work in `folder`; afterwards no module of the author's is left behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "path", list(sys.path))
        patch.delenv("PLIB_STORE", raising=False)
        before = set(sys.modules)
        desk = Desk(folder)
        desk.write("steps.py", STEPS)
        try:
            yield desk
        finally:
            for name in set(sys.modules) - before:
                if str(getattr(sys.modules[name], "__file__", "")).startswith(str(folder)):
                    del sys.modules[name]


@dataclass(frozen=True)
class Recorded:
    """A desk whose store holds three runs; ids as `plib` made them."""

    desk: Desk
    complete: str
    cached: str
    failed: str
