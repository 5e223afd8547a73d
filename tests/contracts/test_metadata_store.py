"""What every metadata store promises; a back end is added by one line in `STORES`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib.artifacts.artifact import ArtifactRecord, PropertyType
from pipeline_lib.errors import RunNotFoundError
from pipeline_lib.ir.inputs import ArtifactType
from pipeline_lib.metadata.connection import MetadataConnectionConfig, SqliteConnection
from pipeline_lib.metadata.store import (
    ErrorRecord,
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
    RunRecord,
    RunState,
    open_store,
)

STORES: dict[str, Callable[[Path], MetadataConnectionConfig]] = {
    "sqlite": lambda folder: SqliteConnection(str(folder / "store.sqlite")),
}

MODEL = ArtifactType("Model")
REPORT = ArtifactType(
    "Report",
    {
        "pages": PropertyType.INT,
        "score": PropertyType.FLOAT,
        "title": PropertyType.STRING,
        "outline": PropertyType.JSON_VALUE,
    },
)


@pytest.fixture(params=sorted(STORES))
def config(request: pytest.FixtureRequest, tmp_path: Path) -> MetadataConnectionConfig:
    return STORES[request.param](tmp_path)


@pytest.fixture
def store(config: MetadataConnectionConfig) -> Iterator[MetadataStore]:
    with closing(open_store(config)) as opened:
        yield opened


@pytest.fixture(params=["the writer", "another connection"])
def reader(
    request: pytest.FixtureRequest, config: MetadataConnectionConfig, store: MetadataStore
) -> Iterator[MetadataStore]:
    """Whoever reads sees the same, from memory or from the database."""
    if request.param == "the writer":
        yield store
    else:
        with closing(open_store(config)) as other:
            yield other


def execution(
    node_id: str = "trainer",
    run_id: str = "run-1",
    pipeline: str = "p",
    state: ExecutionState = ExecutionState.RUNNING,
    **more: Any,
) -> ExecutionRecord:
    return ExecutionRecord(
        pipeline_name=pipeline,
        run_id=run_id,
        node_id=node_id,
        type_name=f"types.{node_id}",
        state=state,
        output_types={"model": MODEL, "report": REPORT},
        **more,
    )


def trained(store: MetadataStore, run_id: str = "run-1", **more: Any) -> ExecutionRecord:
    """A completed execution with one new model."""
    model = ArtifactRecord("Model", f"/models/{run_id}")
    state = ExecutionState.COMPLETE
    return store.record(execution(run_id=run_id, state=state, outputs={"model": [model]}, **more))


def same(left: ExecutionRecord | None, right: ExecutionRecord) -> bool:
    """Equal but for what only the writer knows (declared types) or the store decides (times)."""
    assert left is not None
    blank: dict[str, Any] = {"output_types": {}, "started": 0, "ended": 0}
    return replace(left, **blank) == replace(right, **blank)


def test_a_running_execution_is_read_back(store: MetadataStore, reader: MetadataStore) -> None:
    recorded = store.record(execution(cache_key="key", cache_leaves={"code": "a1"}))
    assert recorded.id > 0
    assert same(reader.execution("run-1", "trainer"), recorded)
    assert recorded.started > 0
    assert recorded.ended == 0


@pytest.mark.parametrize("state", ExecutionState)
def test_every_state_is_read_back(
    store: MetadataStore, reader: MetadataStore, state: ExecutionState
) -> None:
    store.record_run(RunRecord("p", "run-1", RunState.RUNNING))
    running = store.record(execution())
    ended = store.record(replace(running, state=state, reason="because"))
    assert ended.id == running.id
    assert same(reader.execution("run-1", "trainer"), ended)
    assert [one.state for one in reader.executions("run-1")] == [state]
    assert reader.states("run-1") == {"trainer": state}


def test_a_failure_is_read_back(store: MetadataStore, reader: MetadataStore) -> None:
    error = ErrorRecord("ValueError", "schön ✗", "Traceback\n  line\n", "/a/b.py:7")
    failed = replace(
        store.record(execution()), state=ExecutionState.FAILED, error=error, log_uri="/logs/1"
    )
    store.record(failed)
    found = reader.execution("run-1", "trainer")
    assert found is not None
    assert (found.error, found.log_uri) == (error, "/logs/1")


@pytest.mark.parametrize(
    "value",
    [
        0,
        -3,
        2**62,
        0.5,
        1.0,
        "",
        "text ✓",
        True,
        False,
        [1, 2.5, "x", None],
        [],
        {},
        {"a": {"b": 1}},
    ],
    ids=repr,
)
def test_parameter_values_are_read_back_with_their_types(
    store: MetadataStore, reader: MetadataStore, value: Any
) -> None:
    store.record(execution(parameters={"value": value}))
    found = reader.execution("run-1", "trainer")
    assert found is not None
    assert found.parameters == {"value": value}
    assert type(found.parameters["value"]) is type(value)


def test_outputs_are_linked_when_the_execution_succeeds(
    store: MetadataStore, reader: MetadataStore
) -> None:
    running = store.record(execution())
    model = ArtifactRecord("Model", "/m", custom_properties={"author": "me"}, fingerprint="f1")
    complete = store.record(
        replace(running, state=ExecutionState.COMPLETE, outputs={"model": [model]})
    )
    (recorded,) = complete.outputs["model"]
    assert recorded == replace(model, id=recorded.id)
    assert recorded.id > 0
    assert same(reader.execution("run-1", "trainer"), complete)


@pytest.mark.parametrize("state", [ExecutionState.FAILED, ExecutionState.CANCELED])
def test_outputs_of_an_execution_that_did_not_succeed_are_not_recorded(
    store: MetadataStore, config: MetadataConnectionConfig, state: ExecutionState
) -> None:
    store.record(execution(state=state, outputs={"model": [ArtifactRecord("Model", "/m")]}))
    with closing(open_store(config)) as other:
        assert other.artifacts("Model", "p") == []


def test_properties_are_recorded_by_their_declared_types(
    store: MetadataStore, reader: MetadataStore
) -> None:
    report = ArtifactRecord(
        "Report",
        "/r",
        properties={"pages": 3, "score": 2, "title": "t", "outline": "one word"},
        custom_properties={"int": 1, "float": 1.0, "bool": True, "json": {"one": 1, "half": 0.5}},
        name="first",
    )
    store.record(execution(state=ExecutionState.COMPLETE, outputs={"report": [report]}))
    found = reader.execution("run-1", "trainer")
    assert found is not None
    (read,) = found.outputs["report"]
    assert read.properties == {"pages": 3, "score": 2.0, "title": "t", "outline": "one word"}
    assert read.custom_properties == report.custom_properties
    assert read.name == "first"
    # Types as well: a cache key is made of them.
    assert repr(read.properties["score"]) == "2.0"
    assert repr(read.custom_properties["json"]["one"]) == "1"  # type: ignore[index,call-overload]


def test_two_artifacts_of_a_type_may_have_one_name(store: MetadataStore) -> None:
    named = [ArtifactRecord("Model", f"/{n}", name="model") for n in range(2)]
    for run_id, model in zip(("run-1", "run-2"), named, strict=True):
        store.record(
            execution(run_id=run_id, state=ExecutionState.COMPLETE, outputs={"model": [model]})
        )
    assert [one.name for one in store.artifacts("Model", "p")] == ["model", "model"]


def test_inputs_keep_their_keys_and_order(store: MetadataStore, reader: MetadataStore) -> None:
    first, second = (
        trained(store, run_id, node_id=run_id).outputs["model"][0] for run_id in ("a", "b")
    )
    inputs = {"models": [second, first], "baseline": [first]}
    recorded = store.record(execution(inputs=inputs))
    assert recorded.inputs == inputs
    store.record(replace(recorded, state=ExecutionState.COMPLETE))
    found = reader.execution("run-1", "trainer")
    assert found is not None
    assert found.inputs == inputs


def test_a_cached_execution_takes_over_outputs_without_recording_them_again(
    store: MetadataStore, reader: MetadataStore
) -> None:
    original = trained(store)
    cached = store.record(
        execution(
            run_id="run-2",
            state=ExecutionState.CACHED,
            outputs=original.outputs,
            cached_from=original.id,
        )
    )
    assert cached.outputs == original.outputs
    assert same(reader.execution("run-2", "trainer"), cached)
    assert len(reader.artifacts("Model", "p")) == 1


def test_an_execution_that_is_not_there_is_none(reader: MetadataStore) -> None:
    assert reader.execution("no-run", "trainer") is None
    assert reader.cached("p", "no-key") is None


def test_executions_of_a_run_are_given_oldest_first(
    store: MetadataStore, reader: MetadataStore
) -> None:
    store.record_run(RunRecord("p", "run-1", RunState.RUNNING))
    for node_id in ("c", "a", "b"):
        store.record(execution(node_id, state=ExecutionState.COMPLETE))
    store.record(execution("other", run_id="run-2"))
    assert [one.node_id for one in reader.executions("run-1")] == ["c", "a", "b"]


def test_a_look_up_in_the_cache_finds_the_latest_completed_execution(
    store: MetadataStore, reader: MetadataStore
) -> None:
    trained(store, "run-1", cache_key="key")
    latest = trained(store, "run-2", cache_key="key")
    trained(store, "run-3", cache_key="other key")
    trained(store, "run-4", cache_key="key", pipeline="q")
    store.record(execution(run_id="run-5", cache_key="key", state=ExecutionState.FAILED))
    store.record(execution(run_id="run-6", cache_key="key"))
    store.record(
        execution(
            run_id="run-7", cache_key="key", state=ExecutionState.CACHED, outputs=latest.outputs
        )
    )
    assert same(reader.cached("p", "key"), latest)


def test_artifacts_are_found_by_type_pipeline_node_and_output(
    store: MetadataStore, reader: MetadataStore
) -> None:
    old, new = trained(store, "run-1"), trained(store, "run-2")
    trained(store, "run-3", pipeline="q")
    outputs = {
        "report": [ArtifactRecord("Report", "/r")],
        "model": [ArtifactRecord("Model", "/other")],
    }
    store.record(execution("tuner", state=ExecutionState.COMPLETE, outputs=outputs))
    expected = [new.outputs["model"][0], old.outputs["model"][0]]
    assert reader.artifacts("Model", "p", "trainer") == expected
    assert reader.artifacts("Model", "p", "trainer", "model") == expected
    assert reader.artifacts("Model", "p", "trainer", "report") == []
    assert [one.uri for one in reader.artifacts("Model", "p")] == [
        "/other",
        "/models/run-2",
        "/models/run-1",
    ]
    assert reader.artifacts("Model", "unknown") == []


def test_an_artifact_that_a_node_only_read_is_not_found_as_its_output(
    store: MetadataStore, reader: MetadataStore
) -> None:
    model = trained(store).outputs["model"]
    store.record(execution("pusher", state=ExecutionState.COMPLETE, inputs={"model": model}))
    assert reader.artifacts("Model", "p", "pusher") == []


def test_artifacts_at_a_uri_are_given_newest_first(
    store: MetadataStore, reader: MetadataStore
) -> None:
    twice = [trained(store, "run-1", node_id=node_id) for node_id in ("a", "b")]
    found = reader.artifacts_at("Model", "/models/run-1")
    assert found == [one.outputs["model"][0] for one in reversed(twice)]
    assert reader.artifacts_at("Report", "/models/run-1") == []
    assert reader.artifacts_at("Model", "/models/run-9") == []


def test_runs_are_read_back_newest_first(store: MetadataStore, reader: MetadataStore) -> None:
    first = RunRecord("p", "run-1", RunState.RUNNING, "/root", {"n": 1, "names": ["a"], "x": 0.5})
    store.record_run(first)
    store.record_run(RunRecord("q", "run-2", RunState.CANCELED))
    store.record_run(replace(first, state=RunState.COMPLETE))
    newest, oldest = reader.runs()
    assert (newest.run_id, newest.pipeline_name, newest.state) == ("run-2", "q", RunState.CANCELED)
    assert replace(oldest, started=0, ended=0) == replace(first, state=RunState.COMPLETE)
    assert reader.run("run-1") == oldest
    assert 0 < oldest.started <= oldest.ended


@pytest.mark.parametrize(
    "read",
    [
        lambda store: store.run("run-9"),
        lambda store: store.executions("run-9"),
        lambda store: store.states("run-9"),
    ],
    ids=["run", "executions", "states"],
)
def test_an_unknown_run_is_refused(
    store: MetadataStore, read: Callable[[MetadataStore], object]
) -> None:
    with pytest.raises(RunNotFoundError) as raised:
        read(store)
    assert str(raised.value) == (
        "The store holds no run 'run-9'. 'plib runs' lists those it holds."
    )


def test_several_threads_may_record_at_once(store: MetadataStore, reader: MetadataStore) -> None:
    store.record_run(RunRecord("p", "run-1", RunState.RUNNING))
    together = threading.Barrier(8)
    failures: list[BaseException] = []

    def record(name: str) -> None:
        try:
            together.wait(30)
            for number in range(5):
                running = store.record(execution(f"{name}-{number}"))
                outputs = {"model": [ArtifactRecord("Model", f"/{name}/{number}")]}
                store.record(replace(running, state=ExecutionState.COMPLETE, outputs=outputs))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=record, args=(f"n{index}",)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    executions = reader.executions("run-1")
    assert len({one.id for one in executions}) == 40
    assert {one.outputs["model"][0].uri for one in executions} == {
        f"/n{index}/{number}" for index in range(8) for number in range(5)
    }
