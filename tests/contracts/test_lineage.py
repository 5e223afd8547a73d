"""What a store tells about where artifacts come from and where they went."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.ir.inputs import ArtifactType
from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.metadata.lineage import Direction, Lineage, LinkKind
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore, open_store

UP, DOWN = [Direction.UPSTREAM], [Direction.DOWNSTREAM]
DATA = {"out": ArtifactType("Data")}


@pytest.fixture
def store(config: MetadataConnectionConfig) -> Any:
    with closing(open_store(config)) as opened:
        yield opened


def step(
    store: MetadataStore, node_id: str, *inputs: ArtifactRecord, run_id: str = "run-1", **more: Any
) -> ArtifactRecord:
    """An execution that read the inputs and wrote one artifact, which is given back."""
    execution = ExecutionRecord(
        "p",
        run_id,
        node_id,
        f"types.{node_id}",
        more.pop("state", ExecutionState.COMPLETE),
        inputs={f"in_{number}": [one] for number, one in enumerate(inputs)},
        outputs={
            "out": [more.pop("output", None) or ArtifactRecord("Data", f"/{run_id}/{node_id}")]
        },
        output_types=DATA,
        **more,
    )
    return store.record(execution).outputs["out"][0]


def drawn(lineage: Lineage) -> set[str]:
    """`node kind artifact` of each link."""
    return {
        f"{lineage.executions[one.execution_id].node_id} {one.kind.value} "
        f"{lineage.artifacts[one.artifact_id].record.uri}"
        for one in lineage.links
    }


@pytest.fixture
def diamond(store: MetadataStore) -> dict[str, ArtifactRecord]:
    """a is read by b and c, both of which d reads; e reads a in another run."""
    a = step(store, "a")
    b, c = step(store, "b", a), step(store, "c", a)
    return {
        "a": a,
        "b": b,
        "c": c,
        "d": step(store, "d", b, c),
        "e": step(store, "e", a, run_id="run-2"),
    }


def test_upstream(store: MetadataStore, diamond: dict[str, ArtifactRecord]) -> None:
    lineage = store.lineage([diamond["d"].id], UP)
    assert drawn(lineage) == {
        "a written /run-1/a",
        "b read /run-1/a",
        "b written /run-1/b",
        "c read /run-1/a",
        "c written /run-1/c",
        "d read /run-1/b",
        "d read /run-1/c",
        "d written /run-1/d",
    }
    assert lineage.artifacts[diamond["a"].id].record == diamond["a"]
    assert {one.run_id for one in lineage.executions.values()} == {"run-1"}
    assert [one.key for one in lineage.of_artifact(diamond["b"].id, LinkKind.READ)] == ["in_0"]


def test_downstream(store: MetadataStore, diamond: dict[str, ArtifactRecord]) -> None:
    lineage = store.lineage([diamond["b"].id], DOWN)
    assert drawn(lineage) == {"d read /run-1/b", "d written /run-1/d"}
    everything = store.lineage([diamond["a"].id], DOWN)
    assert set(everything.artifacts) == {one.id for one in diamond.values()}


def test_depth_counts_executions(store: MetadataStore, diamond: dict[str, ArtifactRecord]) -> None:
    lineage = store.lineage([diamond["d"].id], UP, depth=1)
    assert {one.node_id for one in lineage.executions.values()} == {"d"}
    assert set(lineage.artifacts) == {diamond[name].id for name in "bcd"}


def test_both_directions_do_not_reach_what_is_beside(
    store: MetadataStore, diamond: dict[str, ArtifactRecord]
) -> None:
    lineage = store.lineage([diamond["b"].id])
    assert set(lineage.artifacts) == {diamond[name].id for name in "abd"}


def test_a_cached_execution_has_reused_what_another_wrote(store: MetadataStore) -> None:
    a = step(store, "a")
    b = step(store, "b", a)
    step(store, "b", a, run_id="run-2", output=b, state=ExecutionState.CACHED)
    step(store, "latest", run_id="run-3", output=b, chosen=True)
    lineage = store.lineage([b.id], UP)
    by_kind = {
        kind: [
            lineage.executions[one.execution_id].run_id for one in lineage.of_artifact(b.id, kind)
        ]
        for kind in LinkKind
    }
    assert by_kind == {
        LinkKind.WRITTEN: ["run-1"],
        LinkKind.REUSED: ["run-2"],
        LinkKind.CHOSEN: ["run-3"],
        LinkKind.READ: [],
    }


def test_the_node_around_the_one_that_wrote_it_has_passed_it_on(store: MetadataStore) -> None:
    inner = step(store, "outer.inner")
    step(store, "outer", output=inner)
    lineage = store.lineage([inner.id], UP)
    assert drawn(lineage) == {
        "outer.inner written /run-1/outer.inner",
        "outer reused /run-1/outer.inner",
    }


def test_as_of_a_time(store: MetadataStore) -> None:
    a = step(store, "a")
    running = store.record(
        ExecutionRecord("p", "run-1", "b", "types.b", ExecutionState.RUNNING, inputs={"in": [a]})
    )
    until_later(time.time())
    then = time.time()
    until_later(then)
    b = finish(store, running)
    step(store, "a", run_id="run-2", output=a, state=ExecutionState.CACHED)
    store.mark_deleted([a.id])
    now, before = store.lineage([a.id]), store.lineage([a.id], as_of=then)
    assert drawn(before) == {"a written /run-1/a", "b read /run-1/a"}
    assert drawn(now) == {*drawn(before), "b written /b", "a reused /run-1/a"}
    assert before.executions[running.id].state is ExecutionState.RUNNING
    assert now.executions[running.id].state is ExecutionState.COMPLETE
    assert (before.artifacts[a.id].is_deleted, now.artifacts[a.id].is_deleted) == (False, True)
    assert store.lineage([b.id], as_of=then).artifacts == {}
    assert store.lineage([a.id], as_of=0.0) == Lineage({}, {}, ())


def until_later(moment: float) -> None:
    """Times in a store are whole milliseconds."""
    while time.time() < moment + 0.002:
        pass


def finish(store: MetadataStore, running: ExecutionRecord) -> ArtifactRecord:
    complete = replace(
        running,
        state=ExecutionState.COMPLETE,
        outputs={"out": [ArtifactRecord("Data", "/b")]},
        output_types=DATA,
    )
    return store.record(complete).outputs["out"][0]


def test_an_unknown_artifact_has_no_lineage(store: MetadataStore) -> None:
    assert store.lineage([99]) == Lineage({}, {}, ())
    assert store.artifact_ids("/nowhere") == []


def test_a_long_chain(store: MetadataStore) -> None:
    artifact = step(store, "n0")
    first = artifact
    for number in range(1, 60):
        artifact = step(store, f"n{number}", artifact)
    assert len(store.lineage([artifact.id], UP).executions) == 60
    assert len(store.lineage([first.id], DOWN).executions) == 59
