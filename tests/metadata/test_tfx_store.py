"""A store that TFX wrote: its runs, artifacts and lineage show."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline_lib.cli.main import plib
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.garbage import find_garbage
from pipeline_lib.metadata.lineage import Direction, LinkKind
from pipeline_lib.metadata.queries import ArtifactQuery
from pipeline_lib.metadata.store import (
    ExecutionState,
    MetadataStore,
    NoteRecord,
    RunRecord,
    RunState,
    open_store,
)
from pipeline_lib.report.other_tools import told_by_nodes

GOLDEN = Path(__file__).parents[1] / "golden" / "tfx_store.sql"
FIRST, CACHED, LAST = (
    "2026-11-21T04:26:06.638770",
    "2026-11-21T04:26:07.446490",
    "2026-11-21T04:26:07.595100",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "tfx.sqlite"
    with closing(sqlite3.connect(made)) as database:
        database.executescript(GOLDEN.read_text())
    return made


@pytest.fixture
def store(path: Path) -> Iterator[MetadataStore]:
    with closing(open_store(SqliteConnection(str(path)))) as opened:
        yield opened


def test_its_runs(store: MetadataStore) -> None:
    assert [(run.run_id, run.pipeline_name, run.state) for run in store.runs()] == [
        (run_id, "old", RunState.COMPLETE) for run_id in (LAST, CACHED, FIRST)
    ]


def test_its_runs_take_tags_and_notes(store: MetadataStore) -> None:
    store.change_tags(FIRST, ["good"])
    run = store.add_note(FIRST, NoteRecord("the first", "Ada", 1.5))
    assert (run.tags, [note.text for note in run.notes]) == (("good",), ["the first"])
    assert (run.state, run.pipeline_name) == (RunState.COMPLETE, "old")
    assert store.artifacts(ArtifactQuery("Model", tag="good"))


def test_its_executions(store: MetadataStore) -> None:
    states = {
        "Gen": ExecutionState.CACHED,
        "Train": ExecutionState.CACHED,
        "Bless": ExecutionState.CACHED,
        "latest": ExecutionState.COMPLETE,
    }
    assert store.states(CACHED) == states
    gen, train = (store.execution(FIRST, node_id) for node_id in ("Gen", "Train"))
    assert gen is not None
    assert gen.parameters == {"rows": 3}
    assert train is not None
    assert [one.uri for one in train.inputs["examples"]] == ["/pipelines/old/Gen/examples/1"]
    assert sorted(train.outputs) == ["loss", "model"]


def test_its_artifacts(store: MetadataStore) -> None:
    def found(**narrowed: Any) -> list[str]:
        return [one.uri for one in store.artifacts(ArtifactQuery("Model", **narrowed))]

    newest, oldest = "/pipelines/old/Train/model/10", "/pipelines/old/Train/model/2"
    assert found() == [newest, oldest]
    assert found(pipeline_name="old", node_id="Train", output_key="model") == [newest, oldest]
    assert found(run_id=CACHED) == [oldest]
    assert found(run_id=LAST) == [newest]
    assert found(pipeline_name="new") == []
    query = ArtifactQuery("ModelBlessing", "old", custom_properties={"blessed": 1})
    assert [one.uri for one in store.artifacts(query)] == [
        "/pipelines/old/Bless/blessing/11",
        "/pipelines/old/Bless/blessing/3",
    ]


def test_its_lineage(store: MetadataStore) -> None:
    (blessing,) = store.artifact_ids("/pipelines/old/Bless/blessing/3")
    lineage = store.lineage([blessing], [Direction.UPSTREAM])
    written = [
        (
            lineage.executions[link.execution_id].node_id,
            lineage.executions[link.execution_id].run_id,
        )
        for link in lineage.links
        if link.kind is LinkKind.WRITTEN
    ]
    assert written == [("Gen", FIRST), ("Train", FIRST), ("Bless", FIRST)]
    (reused,) = lineage.of_artifact(blessing, LinkKind.REUSED)
    assert lineage.executions[reused.execution_id].run_id == CACHED


def test_nothing_of_it_is_garbage(store: MetadataStore) -> None:
    """TFX does not tell the pipeline root."""
    assert find_garbage(store, 1).artifacts == ()


def test_it_takes_a_run_of_ours(store: MetadataStore) -> None:
    store.record_run(RunRecord("old", "new-run", RunState.COMPLETE))
    assert [run.run_id for run in store.runs()] == ["new-run", LAST, CACHED, FIRST]


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (["runs"], f"{CACHED}  old       complete"),
        (["show", LAST], "Train.model  Model"),
        (["lineage", "/pipelines/old/Train/model/2"], f"└─ Train in run {FIRST}: complete"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_the_commands_show_it(path: Path, command: list[str], shown: str) -> None:
    result = CliRunner().invoke(plib, [*command, "--store", str(path)])
    assert result.exit_code == 0
    assert shown in result.stdout


@pytest.fixture
def failed(path: Path) -> Path:
    """The store, with a node of the last run that has failed."""
    with closing(open_store(SqliteConnection(str(path)))) as store:
        failed_id = next(one.id for one in store.executions(LAST) if one.node_id == "Bless")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE Execution SET last_known_state = 4 WHERE id = ?", [failed_id])
    return path


@pytest.mark.parametrize("command", [["runs"], ["show", LAST]], ids=["runs", "show"])
def test_a_run_with_a_failed_node_has_failed(failed: Path, command: list[str]) -> None:
    """TFX records how nodes have ended, and not how the run has."""
    result = CliRunner().invoke(plib, [*command, "--store", str(failed)])
    assert result.exit_code == 0
    (line,) = (line for line in result.stdout.splitlines() if LAST in line)
    assert "failed" in line.split()


def test_when_a_run_ended(store: MetadataStore) -> None:
    run, executions = store.run(FIRST), store.executions(FIRST)
    told = told_by_nodes(run, executions)
    assert (run.ended, told.ended) == (0, max(one.ended for one in executions))
    assert told.state is RunState.COMPLETE


@pytest.mark.parametrize(
    ("run_id", "why"),
    [
        (FIRST, "Train ran: another tool recorded this, and not what the result depends on"),
        (
            CACHED,
            f"Train did not run: its result is that of execution 2 in run {FIRST}; another tool "
            "recorded this, and not what the result depends on",
        ),
    ],
)
def test_why_a_node_ran_is_not_known(path: Path, run_id: str, why: str) -> None:
    result = CliRunner().invoke(plib, ["why", run_id, "Train", "--store", str(path)])
    assert (result.exit_code, result.stdout) == (0, f"{why}\n")


@pytest.mark.parametrize("command", [["replay", LAST, "Train"], ["run", "--resume", LAST]])
def test_what_was_run_elsewhere_is_not_run_again(path: Path, command: list[str]) -> None:
    result = CliRunner().invoke(plib, [*command, "--store", str(path)])
    assert (result.exit_code, result.stderr) == (
        2,
        f"Error: Run {LAST!r} was recorded by another tool, without its compiled pipeline. "
        "It can be looked at, and not be run again from here.\n",
    )
