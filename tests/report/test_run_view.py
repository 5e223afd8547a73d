"""What a page tells of a run beside others in a real store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib import sqlite_metadata_connection_config
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.ir.inputs import ArtifactType
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore, open_store
from pipeline_lib.report.cache_changes import writers_in
from pipeline_lib.report.html.page import run_html
from pipeline_lib.report.reasons_in_store import reason_in_store
from pipeline_lib.report.run_view import UseElsewhere, view_run
from tests.render.fragment_text import text_of
from tests.report.records import execution, run_record


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MetadataStore]:
    config = sqlite_metadata_connection_config(str(tmp_path / "store.sqlite"))
    with closing(open_store(config)) as opened:
        yield opened


def record(store: MetadataStore, run_id: str, name: str, **more: object) -> ExecutionRecord:
    store.record_run(replace(run_record(), run_id=run_id))
    given: dict[str, Any] = {
        "id": 0,
        "outputs": {},
        "output_types": {"data": ArtifactType("Report")},
        **more,
    }
    return store.record(replace(execution(0, name=name, **given), run_id=run_id))


def made(store: MetadataStore) -> ArtifactRecord:
    outputs = {"data": [ArtifactRecord("Report", "/root/1")]}
    written = record(store, "first", "Write", outputs=outputs)
    return written.outputs["data"][0]


def test_what_other_runs_did_with_an_artifact(store: MetadataStore) -> None:
    data = made(store)
    cached = ExecutionState.CACHED
    record(store, "second", "Write", state=cached, outputs={"data": [data]}, cached_from=1)
    record(store, "second", "Read", inputs={"data": [data]})
    record(store, "second", "Count", inputs={"data": [data]})
    record(store, "third", "Latest", chosen=True, outputs={"data": [data]})
    view = view_run(store.run("first"), store)
    assert view.uses == {
        data.id: [
            UseElsewhere("third", is_chosen=True),
            UseElsewhere("second", readers=("Read", "Count"), is_reused=True),
        ]
    }
    text = text_of(run_html(view))
    assert (
        "in run third : chosen by a resolver in run second : taken over, read by Read, Count"
        in (text)
    )


def test_reasons_of_many_nodes_are_those_that_are_told_one_by_one(store: MetadataStore) -> None:
    for number in range(201):
        more = {"cache_leaves": {"code.f": "1"}, "cache_key": f"{number}"}
        record(store, "first", f"Step{number}", **more)
    for number in range(201):
        leaves = {"code.f": "2" if number % 2 else "1"}
        record(store, "second", f"Step{number}", cache_leaves=leaves, cache_key=f"{number} again")
    record(store, "second", "New", cache_leaves={"code.f": "1"})
    origin = store.executions("first")[0]
    record(
        store, "second", "Cached", state=ExecutionState.CACHED, cached_from=origin.id, reason="same"
    )
    view = view_run(store.run("second"), store)
    assert view.reasons["Step1"].text == "this changed since run first:"
    assert view.reasons["New"].text == "it is the first time that this node runs"
    assert view.reasons["Cached"].text == "same"
    writers = writers_in(view.executions.values())
    for name in ("Step0", "Step1", "Step200", "New"):
        assert view.reasons[name] == reason_in_store(view.executions[name], store, writers)
