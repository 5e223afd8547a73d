"""What an edit lets run again: exactly what it must, and what a plan has foretold."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib import LocalRunner, compile
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionState, open_store
from pipeline_lib.runners.local.intended_run import intended_local_run
from pipeline_lib.runners.local.plan import plan_run
from pipeline_lib.runners.local.planned_node import Verdict
from pipeline_lib.runners.local.result import RunResult

PIPELINE = """
from pipeline_lib import (
    Cond, InputArtifact, InputPath, OutputArtifact, OutputDict, Parameter, Pipeline,
    RuntimeParameter, component, standard_artifacts,
)
from edited_helpers import clean

LIMIT = 3

def marked(function):
    return function

@component
def Load(
    data: OutputArtifact[standard_artifacts.Examples],
    source: Parameter[InputPath],
    rows: Parameter[int] = 3,
) -> OutputDict(count=int):
    with open(source) as given, open(data.uri + "/text", "w") as written:
        written.write(clean(given.read()))
    return {"count": rows}

@component
def Train(
    data: InputArtifact[standard_artifacts.Examples],
    model: OutputArtifact[standard_artifacts.Model],
    epochs: Parameter[int] = 5,
):
    with open(model.uri + "/weights", "w") as written:
        written.write(str(min(epochs, LIMIT)))

@component
def Report(count: int) -> OutputDict(text=str):
    return {"text": f"{count} rows"}

@component
def Push(model: InputArtifact[standard_artifacts.Model]) -> OutputDict(pushed=bool):
    return {"pushed": True}

def create_pipeline(root, name="edited"):
    load = Load(source=root + "/source.txt", rows=RuntimeParameter("rows", int, default=3))
    train = Train(data=load.outputs["data"])
    report = Report(count=load.outputs["count"])
    with Cond(load.outputs["count"].future().value >= 2):
        push = Push(model=train.outputs["model"])
    return Pipeline(name, root + "/root", [load, train, report, push], enable_cache=True)
"""
HELPERS = """
def clean(text):
    return _stripped(text).lower()

def _stripped(text):
    return text.strip()

def unused(text):
    return text
"""


class Author:
    """Edits a pipeline and runs it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = SqliteConnection(str(folder / "store.sqlite"))
        self.write("edited_pipeline.py", PIPELINE)
        self.write("edited_helpers.py", HELPERS)
        self.write("source.txt", " Hello ")

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def pipeline(self, **settings: Any) -> Any:
        forget()
        importlib.invalidate_caches()
        return importlib.import_module("edited_pipeline").create_pipeline(
            str(self.folder), **settings
        )

    def run(self, parameters: dict[str, Any] | None = None, **settings: Any) -> RunResult:
        return LocalRunner(inline=True, progress=False).run(
            self.pipeline(**settings), parameters, metadata_connection_config=self.config
        )

    def plan(self, parameters: dict[str, Any] | None = None) -> dict[str, Verdict]:
        run = intended_local_run(compile(self.pipeline()), parameters or {})
        with closing(open_store(self.config)) as store:
            return {one.execution.node_id: one.verdict for one in plan_run(run, store)}

    def rerun(self, parameters: dict[str, Any] | None = None) -> set[str]:
        """The nodes that a run executes; a plan must have said so."""
        planned = self.plan(parameters)
        result = self.run(parameters)
        states = {name: one.state for name, one in result.executions.items()}
        for name, verdict in planned.items():
            allowed = _FORETOLD.get(verdict)
            assert allowed is None or states[name] is allowed, (name, verdict)
        return {name for name, state in states.items() if state is ExecutionState.COMPLETE}


_FORETOLD = {
    Verdict.RUN: ExecutionState.COMPLETE,
    Verdict.CACHED: ExecutionState.CACHED,
    Verdict.SKIP: ExecutionState.SKIPPED,
}


def forget() -> None:
    for name in ("edited_pipeline", "edited_helpers"):
        sys.modules.pop(name, None)


@pytest.fixture
def author(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Author]:
    """An author whose pipeline has run once."""
    monkeypatch.syspath_prepend(str(tmp_path))
    # Bytecode is told apart by seconds, and edits here follow each other faster.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    author = Author(tmp_path)
    author.run()
    yield author
    forget()


def test_nothing_runs_again_without_an_edit(author: Author) -> None:
    assert set(author.plan().values()) == {Verdict.CACHED}
    assert author.rerun() == set()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("pipeline", "LIMIT = 3", "LIMIT = 3  # a comment\nOTHER = 4"),
        ("pipeline", "def create_pipeline", "def create_another(): ...\n\ndef create_pipeline"),
        ("pipeline", '"/root", [load, train, report', '"/root", [report, load, train'),
        ("pipeline", "def Load(\n", "def Load(  # reads\n\n"),
        ("helpers", "def unused(text):\n    return text", "def unused():\n    return 1"),
        ("helpers", "def _stripped(text):", 'def _stripped(text):\n    """Strip."""'),
    ],
)
def test_what_no_result_depends_on_lets_nothing_run(
    author: Author, file: str, old: str, new: str
) -> None:
    author.edit(f"edited_{file}.py", old, new)
    assert author.rerun() == set()


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        # A body; what comes after Load finds the same content and is served from the cache.
        ("pipeline", "written.write(clean", "written.write('' + clean", {"Load"}),
        ("pipeline", 'f"{count} rows"', 'f"{count} lines"', {"Report"}),
        # A helper in another module, directly and through another, that changes the data.
        ("helpers", ".lower()", ".upper()", {"Load", "Train"}),
        ("helpers", "text.strip()", "text.strip('H ')", {"Load", "Train"}),
        # A helper that gives the same.
        ("helpers", "text.strip()", "text.strip(' ')", {"Load"}),
        # A constant; the model is the same.
        ("pipeline", "LIMIT = 3", "LIMIT = 6 // 2", {"Train"}),
        ("pipeline", "LIMIT = 3", "LIMIT = 4", {"Train", "Push"}),
        # A default, a decorator, an annotation.
        ("pipeline", "epochs: Parameter[int] = 5", "epochs: Parameter[int] = 1", {"Train", "Push"}),
        ("pipeline", "@component\ndef Report", "@component\n@marked\ndef Report", {"Report"}),
        ("pipeline", "OutputDict(text=str)", "OutputDict(text=str, n=int | None)", {"Report"}),
        # The pipeline gives another parameter.
        ("pipeline", "Train(data=", "Train(epochs=6, data=", {"Train"}),
        # An import.
        ("pipeline", "import clean", "import unused as clean", {"Load", "Train"}),
        # What a module does when it is imported counts for all that are in it.
        ("pipeline", "LIMIT = 3", "LIMIT = 3\nprint(end='')", {"Load", "Train", "Report", "Push"}),
    ],
)  # fmt: skip
def test_an_edit_lets_run_what_depends_on_it(
    author: Author, file: str, old: str, new: str, expected: set[str]
) -> None:
    author.edit(f"edited_{file}.py", old, new)
    assert author.rerun() == expected
    assert author.rerun() == set()


def test_a_changed_input_file(author: Author) -> None:
    author.write("source.txt", "Hello")
    assert author.rerun() == {"Load"}
    author.write("source.txt", "Good day")
    assert author.rerun() == {"Load", "Train"}


def test_a_changed_runtime_parameter(author: Author) -> None:
    assert author.rerun({"rows": 4}) == {"Load", "Report"}
    assert author.rerun({"rows": 3}) == set()
    assert author.plan({"rows": 3})["Push"] is Verdict.CACHED


def test_a_parameter_that_makes_a_condition_false(author: Author) -> None:
    assert author.rerun({"rows": 1}) == {"Load", "Report"}
    assert author.plan({"rows": 1})["Push"] is Verdict.SKIP
    assert author.plan({"rows": 2})["Push"] is Verdict.DEPENDS


def test_deleted_outputs(author: Author) -> None:
    shutil.rmtree(author.folder / "root" / "Train" / "model")
    assert author.plan()["Train"] is Verdict.RUN
    assert author.plan()["Push"] is Verdict.DEPENDS
    assert author.rerun() == {"Train"}


def test_a_node_is_compared_with_its_last_result_also_when_it_failed(author: Author) -> None:
    author.edit("edited_pipeline.py", 'return {"text"', 'raise ValueError\n    return {"text"')
    with pytest.raises(Exception, match="ValueError"):
        author.run()
    assert author.plan()["Report"] is Verdict.RUN
    author.write("edited_pipeline.py", PIPELINE)
    assert author.rerun() == set()


def test_two_pipelines_share_results(author: Author) -> None:
    first = author.run()
    result = author.run(name="other")
    assert {one.state for one in result.executions.values()} == {ExecutionState.CACHED}
    run_id = first["Load"].reason.removeprefix("same as in run ")
    assert result["Load"].reason == f"same as in run {run_id} of pipeline edited"


def test_a_plan_writes_nothing(author: Author) -> None:
    author.write("source.txt", "Good day")

    def contents() -> dict[str, bytes]:
        files = (path for path in author.folder.rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files}

    before = contents()
    assert author.plan({"rows": 1})["Load"] is Verdict.RUN
    assert contents() == before
