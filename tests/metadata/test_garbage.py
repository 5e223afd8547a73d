"""Which files of old runs may go, and that the others stay."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.ir.inputs import ArtifactType
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.garbage import find_garbage, remove_artifacts
from pipeline_lib.metadata.queries import ArtifactQuery
from pipeline_lib.metadata.store import (
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
    RunRecord,
    RunState,
    open_store,
)

KINDS = ("Data", "Model", "ModelBlessing", "PushedModel")
TYPES = {kind: ArtifactType(kind) for kind in KINDS}


@dataclass
class Desk:
    """A store, and a pipeline root with files."""

    store: MetadataStore
    root: Path

    def run(self, run_id: str, pipeline: str = "p", state: RunState = RunState.COMPLETE) -> None:
        self.store.record_run(RunRecord(pipeline, run_id, state, str(self.root)))

    def step(
        self,
        run_id: str,
        node_id: str,
        *inputs: ArtifactRecord,
        kind: str = "Data",
        uri: str = "",
        output: ArtifactRecord | None = None,
        pipeline: str = "p",
        state: ExecutionState = ExecutionState.COMPLETE,
        **custom_properties: Any,
    ) -> ArtifactRecord:
        """An execution that wrote one artifact with one file, or took over `output`."""
        uri = uri or f"{self.root}/{node_id}/{kind}/{run_id}"
        if output is None:
            Path(uri).mkdir(parents=True, exist_ok=True)
            Path(uri, "file").write_text("content")
        written = output or ArtifactRecord(kind, uri, custom_properties=custom_properties)
        execution = ExecutionRecord(
            pipeline,
            run_id,
            node_id,
            f"types.{node_id}",
            state,
            inputs={"in": list(inputs)},
            outputs={kind: [written]},
            output_types=TYPES,
        )
        return self.store.record(execution).outputs[kind][0]

    def garbage(self, keep_last: int = 1, pipeline: str = "") -> list[str]:
        """What may go, as `run/node`."""
        found = find_garbage(self.store, keep_last, pipeline)
        return sorted(f"{one.execution.run_id}/{one.execution.node_id}" for one in found.artifacts)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(open_store(SqliteConnection(str(tmp_path / "store.sqlite")))) as store:
        yield Desk(store, tmp_path / "root")


def test_the_last_runs_of_each_pipeline_are_kept(desk: Desk) -> None:
    for number, pipeline in enumerate("ppqpq"):
        desk.run(f"run-{number}", pipeline)
        desk.step(f"run-{number}", "load", pipeline=pipeline)
    assert desk.garbage(1) == ["run-0/load", "run-1/load", "run-2/load"]
    assert desk.garbage(2) == ["run-0/load"]
    assert desk.garbage(3) == []
    assert desk.garbage(1, "q") == ["run-2/load"]


def test_what_a_kept_run_has_read_or_taken_from_the_cache_stays(desk: Desk) -> None:
    desk.run("old")
    read, cached, unused = (desk.step("old", node_id) for node_id in ("read", "cached", "unused"))
    desk.run("new")
    desk.step("new", "reader", read)
    desk.step("new", "cached", output=cached, state=ExecutionState.CACHED)
    assert desk.garbage() == ["old/unused"]
    assert unused.uri.endswith("unused/Data/old")


def test_what_a_run_of_another_pipeline_has_read_stays(desk: Desk) -> None:
    desk.run("old")
    read = desk.step("old", "load")
    desk.run("new")
    desk.run("other", "q")
    desk.step("other", "reader", read, pipeline="q")
    assert desk.garbage() == []
    assert desk.garbage(pipeline="p") == []


def test_a_running_run_keeps_what_it_uses_however_old_it_is(desk: Desk) -> None:
    desk.run("oldest")
    read = desk.step("oldest", "load")
    desk.run("running", state=RunState.RUNNING)
    desk.step("running", "reader", read, state=ExecutionState.COMPLETE)
    for number in range(3):
        desk.run(f"later-{number}")
    assert desk.garbage() == []
    desk.run("running", state=RunState.FAILED)
    assert desk.garbage() == ["oldest/load", "running/reader"]


def test_a_run_that_was_killed_counts_as_old_as_the_caller_knows(desk: Desk) -> None:
    desk.run("killed", state=RunState.RUNNING)
    desk.step("killed", "load")
    desk.run("going-on", state=RunState.RUNNING)
    desk.run("newest")
    found = find_garbage(desk.store, 1, has_ended=lambda run: run.run_id == "killed")
    assert [one.execution.run_id for one in found.artifacts] == ["killed"]
    assert [run.run_id for run in found.running] == ["going-on"]


def test_what_a_run_that_was_taken_up_meanwhile_uses_is_spared(desk: Desk) -> None:
    desk.run("failed", state=RunState.FAILED)
    load = desk.step("failed", "load")
    desk.run("newest")
    found = find_garbage(desk.store, 1)
    desk.run("failed", state=RunState.RUNNING)
    (spared,) = remove_artifacts(desk.store, found)
    assert spared.record.id == load.id
    assert files.exists(load.uri)


def pushed(desk: Desk, run_id: str, destination: str, was_pushed: int = 1) -> None:
    desk.run(run_id)
    model = desk.step(run_id, "train", desk.step(run_id, "load"), kind="Model")
    more: dict[str, Any] = {"pushed": was_pushed, "pushed_destination": destination}
    desk.step(run_id, "push", model, kind="PushedModel", **more)


def test_a_live_model_keeps_all_that_it_was_made_of(desk: Desk) -> None:
    pushed(desk, "a", "/serving/one/1")
    pushed(desk, "b", "/serving/two/1")
    pushed(desk, "c", "/serving/one/2")
    pushed(desk, "refused", "/serving/one/3", was_pushed=0)
    desk.run("newest")
    live = {"b/load", "b/train", "b/push", "c/load", "c/train", "c/push"}
    everything = {
        f"{run}/{node}" for run in ("a", "b", "c", "refused") for node in ("load", "train", "push")
    }
    assert set(desk.garbage()) == everything - live


def blessed(desk: Desk, run_id: str, verdict: int) -> None:
    desk.run(run_id)
    model = desk.step(run_id, "train", desk.step(run_id, "load"), kind="Model")
    desk.step(
        run_id, "evaluate", model, kind="ModelBlessing", blessed=verdict, current_model_id=model.id
    )


def test_the_model_that_was_blessed_last_is_live(desk: Desk) -> None:
    blessed(desk, "a", 1)
    blessed(desk, "b", 1)
    blessed(desk, "c", 0)
    desk.run("newest")
    assert desk.garbage() == [
        *(f"a/{node}" for node in ("evaluate", "load", "train")),
        *(f"c/{node}" for node in ("evaluate", "load", "train")),
    ]


def test_the_newest_model_stays_though_an_older_one_was_blessed_after_it(desk: Desk) -> None:
    desk.run("a")
    old, new = (desk.step("a", node_id, kind="Model") for node_id in ("train-1", "train-2"))
    for run_id, model in (("b", new), ("c", old)):
        desk.run(run_id)
        properties: dict[str, Any] = {"blessed": 1, "current_model_id": model.id}
        desk.step(run_id, "evaluate", model, kind="ModelBlessing", **properties)
    desk.run("newest")
    assert desk.garbage() == ["b/evaluate"]


def test_files_that_are_the_user_s_are_not_touched(desk: Desk, tmp_path: Path) -> None:
    desk.run("old")
    outside = tmp_path / "data"
    inside = desk.root / "my-data"
    behind_a_link = desk.root / "load" / "Data" / "link"
    desk.step("old", "import-1", uri=str(outside))
    desk.step("old", "import-2", uri=str(inside))
    behind_a_link.parent.mkdir(parents=True)
    behind_a_link.symlink_to(outside)
    desk.step("old", "load", uri=str(behind_a_link))
    desk.step("old", "escape", uri=f"{desk.root}/escape/Data/../../../data")
    desk.run("newest")
    assert desk.garbage() == []


def test_a_run_without_a_pipeline_root_has_no_garbage(desk: Desk) -> None:
    desk.store.record_run(RunRecord("p", "old", RunState.COMPLETE))
    desk.step("old", "load")
    desk.run("newest")
    assert desk.garbage() == []


def test_an_artifact_around_one_that_is_needed_stays(desk: Desk) -> None:
    desk.run("old")
    whole = desk.step("old", "load")
    desk.run("newest")
    desk.step("newest", "split", uri=f"{whole.uri}/part")
    assert desk.garbage() == []


def test_removing_deletes_the_files_and_keeps_the_records(desk: Desk) -> None:
    desk.run("old")
    old = desk.step("old", "load")
    desk.run("newest")
    new = desk.step("newest", "load")
    assert remove_artifacts(desk.store, find_garbage(desk.store, 1)) == []
    assert (os.path.exists(old.uri), os.path.exists(new.uri)) == (False, True)
    assert os.path.exists(os.path.dirname(old.uri))
    assert desk.store.artifacts(ArtifactQuery("Data", "p")) == [new]
    assert desk.store.deleted([old.id, new.id]) == {old.id}
    assert [one.uri for one in desk.store.executions("old")[0].outputs["Data"]] == [old.uri]
    assert desk.garbage() == []


def test_a_value_goes_with_its_folder(desk: Desk) -> None:
    desk.run("old")
    place = desk.root / "count" / "Data" / "1"
    place.mkdir(parents=True)
    (place / "value").write_text("3")
    value = ArtifactRecord("Data", str(place / "value"))
    desk.step("old", "count", output=value)
    desk.run("newest")
    remove_artifacts(desk.store, find_garbage(desk.store, 1))
    assert not place.exists()
    assert place.parent.exists()


def test_what_an_interrupted_removal_has_left_goes_the_next_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.run("old")
    first, second = desk.step("old", "first"), desk.step("old", "second")
    desk.run("newest")

    class Killed(BaseException):
        pass

    def killed(uri: str) -> None:
        raise Killed

    found = find_garbage(desk.store, 1)
    with monkeypatch.context() as patch:
        patch.setattr(files, "remove", killed)
        with pytest.raises(Killed):
            remove_artifacts(desk.store, found)
    assert desk.store.deleted([first.id, second.id]) == {first.id, second.id}
    assert desk.garbage() == ["old/first", "old/second"]
    remove_artifacts(desk.store, find_garbage(desk.store, 1))
    assert not os.path.exists(first.uri)
    assert not os.path.exists(second.uri)


def test_what_a_run_has_begun_to_use_meanwhile_is_spared(desk: Desk) -> None:
    desk.run("old")
    wanted, unwanted = desk.step("old", "wanted"), desk.step("old", "unwanted")
    desk.run("newest")
    found = find_garbage(desk.store, 1)
    desk.run("meanwhile", state=RunState.RUNNING)
    desk.step("meanwhile", "wanted", output=wanted, state=ExecutionState.CACHED)
    assert [one.record for one in remove_artifacts(desk.store, found)] == [wanted]
    assert (os.path.exists(wanted.uri), os.path.exists(unwanted.uri)) == (True, False)
    assert desk.store.deleted([wanted.id, unwanted.id]) == {unwanted.id}


def test_executions_of_old_runs_that_did_not_succeed_are_named(desk: Desk) -> None:
    desk.run("old", state=RunState.FAILED)
    failed = ExecutionRecord("p", "old", "train", "types.train", ExecutionState.FAILED)
    recorded = desk.store.record(failed)
    desk.run("newest", state=RunState.FAILED)
    desk.store.record(replace(failed, run_id="newest"))
    found = find_garbage(desk.store, 1)
    assert [(run.run_id, one.id) for run, one in found.unpublished] == [("old", recorded.id)]
