"""What every metadata store promises; a back end is added in `conftest.py`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from pipeline_lib.artifacts.artifact import ArtifactRecord, PropertyType
from pipeline_lib.errors import RunNotFoundError
from pipeline_lib.ir.inputs import ArtifactType
from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.metadata.queries import ArtifactQuery
from pipeline_lib.metadata.store import (
    CodeVersion,
    ErrorRecord,
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
    NoteRecord,
    RunEnvironment,
    RunRecord,
    RunState,
    open_store,
)
from tests.whole_message import raises

MODEL = ArtifactType("Model")
REPORT = ArtifactType(
    "Report",
    {
        "pages": PropertyType.INT,
        "score": PropertyType.FLOAT,
        "title": PropertyType.STRING,
        "outline": PropertyType.JSON_VALUE,
        "final": PropertyType.BOOLEAN,
    },
)


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


PARAMETERS: list[Any] = [
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
    1 / 3,
    1e-7,
    5e-324,
    1e300,
    float("inf"),
    2**31,
    -(2**63),
    "C:\\temp",
    'it\'s "quoted" `so` %s $1',
    "before\0after",
    "".join(map(chr, range(1, 3000))),
    [1 / 3, "\\"] * 1000,
    [float("inf"), {"low": float("-inf")}],
    {"big": [2**53 + 1, -(2**63)]},
    {"__value__": 1},
]


def test_parameter_values_are_read_back_with_their_types(
    store: MetadataStore, reader: MetadataStore
) -> None:
    parameters = {f"p{number}": value for number, value in enumerate(PARAMETERS)}
    store.record(execution(parameters=parameters))
    found = reader.execution("run-1", "trainer")
    assert found is not None
    assert found.parameters == parameters
    kinds = {name: type(value) for name, value in found.parameters.items()}
    assert kinds == {name: type(value) for name, value in parameters.items()}


@pytest.mark.parametrize("rate", [float("-inf"), float("nan"), 2**53 + 1])
def test_a_run_is_read_back_whatever_its_parameters(
    store: MetadataStore, reader: MetadataStore, rate: float
) -> None:
    store.record_run(RunRecord("p", "run-1", RunState.RUNNING, parameters={"rate": rate}))
    assert repr(reader.run("run-1").parameters) == repr({"rate": rate})


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
        assert other.artifacts(ArtifactQuery("Model", "p")) == []


def test_properties_are_recorded_by_their_declared_types(
    store: MetadataStore, reader: MetadataStore
) -> None:
    report = ArtifactRecord(
        "Report",
        "/r",
        properties={"pages": 3, "score": 2, "title": "t", "outline": "one word", "final": True},
        custom_properties={"int": 1, "float": 1.0, "bool": True, "json": {"one": 1, "half": 0.5}},
        name="first",
    )
    store.record(execution(state=ExecutionState.COMPLETE, outputs={"report": [report]}))
    found = reader.execution("run-1", "trainer")
    assert found is not None
    (read,) = found.outputs["report"]
    assert read.properties == {**report.properties, "score": 2.0}
    assert read.properties["final"] is True
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
    assert [one.name for one in store.artifacts(ArtifactQuery("Model", "p"))] == ["model", "model"]


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
    assert len(reader.artifacts(ArtifactQuery("Model", "p"))) == 1


def test_an_execution_that_is_not_there_is_none(reader: MetadataStore) -> None:
    assert reader.execution("no-run", "trainer") is None
    assert reader.cached("no-key") is None


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
    trained(store, "run-2", cache_key="key")
    trained(store, "run-3", cache_key="other key")
    latest = trained(store, "run-4", cache_key="key", pipeline="q")
    store.record(execution(run_id="run-5", cache_key="key", state=ExecutionState.FAILED))
    store.record(execution(run_id="run-6", cache_key="key"))
    store.record(
        execution(
            run_id="run-7", cache_key="key", state=ExecutionState.CACHED, outputs=latest.outputs
        )
    )
    assert same(reader.cached("key"), latest)


def test_the_last_executions_of_a_node_are_given_newest_first(
    store: MetadataStore, reader: MetadataStore
) -> None:
    first = trained(store, "run-1", cache_note="caching is off for the run")
    store.record(execution("other", run_id="run-1"))
    trained(store, "run-1", pipeline="q")
    one, two = (trained(store, "run-2", iteration=iteration) for iteration in ("0", "1"))
    last = store.record(
        execution(run_id="run-3", state=ExecutionState.FAILED, inputs=first.outputs)
    )
    found = reader.node_executions("p", "trainer")
    assert [one.id for one in found] == [last.id, two.id, one.id, first.id]
    assert same(found[0], last)
    assert same(found[3], first)
    assert [one.id for one in reader.node_executions("p", "trainer", "0")] == [one.id]
    before = reader.node_executions("p", "trainer", before_id=one.id)
    assert [one.id for one in before] == [first.id]
    assert reader.node_executions("p", "unknown") == []


def test_no_more_than_twenty_executions_of_a_node_are_given(
    store: MetadataStore, reader: MetadataStore
) -> None:
    ids = [trained(store, f"run-{number}").id for number in range(22)]
    found = [one.id for one in reader.node_executions("p", "trainer")]
    assert found == ids[:1:-1]


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
    assert reader.artifacts(ArtifactQuery("Model", "p", "trainer")) == expected
    assert reader.artifacts(ArtifactQuery("Model", "p", "trainer", "model")) == expected
    assert reader.artifacts(ArtifactQuery("Model", "p", "trainer", "report")) == []
    assert [one.uri for one in reader.artifacts(ArtifactQuery("Model", "p"))] == [
        "/other",
        "/models/run-2",
        "/models/run-1",
    ]
    assert reader.artifacts(ArtifactQuery("Model", "unknown")) == []


def test_an_artifact_that_a_node_only_read_is_not_found_as_its_output(
    store: MetadataStore, reader: MetadataStore
) -> None:
    model = trained(store).outputs["model"]
    store.record(execution("pusher", state=ExecutionState.COMPLETE, inputs={"model": model}))
    assert reader.artifacts(ArtifactQuery("Model", "p", "pusher")) == []


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


def test_how_long_nodes_took(store: MetadataStore, reader: MetadataStore) -> None:
    trained(store)
    store.record(execution("pusher", state=ExecutionState.CACHED))
    store.record(execution("evaluator"))
    (trainer, *_) = reader.executions("run-1")
    assert reader.seconds("run-1") == {"trainer": trainer.ended - trainer.started}


@pytest.mark.parametrize(
    "read",
    [
        lambda store: store.run("run-9"),
        lambda store: store.executions("run-9"),
        lambda store: store.states("run-9"),
        lambda store: store.seconds("run-9"),
    ],
    ids=["run", "executions", "states", "seconds"],
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


@pytest.mark.parametrize(
    ("score", "title"),
    [(1 / 3, "a\\b"), (1e-9, "x" * 5000), (float("-inf"), "a\0b")],
    ids=["rounded", "tiny", "infinite"],
)
def test_properties_are_read_back_exactly(
    store: MetadataStore, reader: MetadataStore, score: float, title: str
) -> None:
    report = ArtifactRecord(
        "Report",
        "/r",
        properties={"pages": 2**40, "score": score, "title": title},
        custom_properties={"score": score, "title": title, "pages": 2**40},
    )
    store.record(execution(state=ExecutionState.COMPLETE, outputs={"report": [report]}))
    found = reader.execution("run-1", "trainer")
    assert found is not None
    (read,) = found.outputs["report"]
    assert read.properties == report.properties
    assert read.custom_properties == report.custom_properties


def test_a_run_s_parameters_and_tags_are_read_back(
    store: MetadataStore, reader: MetadataStore
) -> None:
    run = RunRecord(
        "p",
        "run-1",
        RunState.RUNNING,
        "/it's",
        {"rate": 1e-7},
        tags=("a b", "nightly"),
        use_cache=False,
    )
    store.record_run(run)
    store.record_run(replace(run, state=RunState.COMPLETE))
    found = reader.run("run-1")
    assert replace(found, started=0, ended=0) == replace(run, state=RunState.COMPLETE)


def reports(store: MetadataStore, run_id: str, *records: ArtifactRecord, **more: Any) -> None:
    state = ExecutionState.COMPLETE
    outputs = {"report": list(records)}
    store.record(execution("writer", run_id=run_id, state=state, outputs=outputs, **more))


QUERIES: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({}, {}, ["/3", "/2", "/1"]),
    ({"pages": 2}, {}, ["/2"]),
    ({"pages": 2**40}, {}, ["/3"]),
    ({"score": 2}, {}, ["/2"]),
    ({"score": 1 / 3}, {}, ["/1"]),
    ({"title": "it's"}, {}, ["/1"]),
    ({"title": "a\\b"}, {}, ["/2"]),
    ({"title": "A"}, {}, []),
    ({"outline": ["x"]}, {}, ["/3"]),
    ({}, {"passed": True}, ["/1"]),
    ({}, {"passed": 1}, ["/2"]),
    ({}, {"passed": "yes"}, ["/3"]),
    ({"pages": 1}, {"passed": True}, ["/1"]),
    ({"pages": 1}, {"passed": 1}, []),
    ({}, {"strange `name`": "x"}, ["/3"]),
    ({"absent": 1}, {}, []),
]


def test_artifacts_are_found_by_their_properties(
    store: MetadataStore, reader: MetadataStore
) -> None:
    reports(
        store,
        "run-1",
        ArtifactRecord(
            "Report", "/1", {"pages": 1, "score": 1 / 3, "title": "it's"}, {"passed": True}
        ),
        ArtifactRecord("Report", "/2", {"pages": 2, "score": 2.0, "title": "a\\b"}, {"passed": 1}),
        ArtifactRecord(
            "Report",
            "/3",
            {"pages": 2**40, "title": "a", "outline": ["x"]},
            {"passed": "yes", "strange `name`": "x"},
        ),
    )
    for properties, custom_properties, expected in QUERIES:
        query = ArtifactQuery("Report", "p", "", "", "", "", properties, custom_properties)
        assert [one.uri for one in reader.artifacts(query)] == expected, query
        everywhere = replace(query, pipeline_name="")
        assert [one.uri for one in reader.artifacts(everywhere)] == expected, query


def test_artifacts_are_found_by_run_and_tag_across_pipelines(
    store: MetadataStore, reader: MetadataStore
) -> None:
    for run_id, pipeline, tags in (
        ("run-1", "p", ("nightly", "it's")),
        ("run-2", "p", ()),
        ("run-3", "q", ("nightly",)),
    ):
        store.record_run(RunRecord(pipeline, run_id, RunState.COMPLETE, tags=tags))
        trained(store, run_id, pipeline=pipeline)

    def found(**narrowed: Any) -> list[str]:
        return [one.uri for one in reader.artifacts(ArtifactQuery("Model", **narrowed))]

    assert found() == ["/models/run-3", "/models/run-2", "/models/run-1"]
    assert found(run_id="run-2") == ["/models/run-2"]
    assert found(tag="nightly") == ["/models/run-3", "/models/run-1"]
    assert found(tag="nightly", pipeline_name="p") == ["/models/run-1"]
    assert found(tag="it's") == ["/models/run-1"]
    assert found(tag="night") == []
    assert found(run_id="run-2", tag="nightly") == []
    assert found(run_id="run-9") == []
    assert found(pipeline_name="q", node_id="trainer", output_key="model") == ["/models/run-3"]
    assert found(node_id="trainer", run_id="run-1") == ["/models/run-1"]


def test_a_run_has_written_what_it_took_from_the_cache_and_not_what_it_read(
    store: MetadataStore, reader: MetadataStore
) -> None:
    model = trained(store, "run-1").outputs
    other = trained(store, "run-2", pipeline="q").outputs
    for run_id in ("run-3", "run-4", "run-5"):
        store.record_run(RunRecord("p", run_id, RunState.COMPLETE))
    store.record(execution(run_id="run-3", state=ExecutionState.CACHED, outputs=model))
    store.record(execution("pusher", run_id="run-4", inputs=other))
    chosen = execution(
        "latest", run_id="run-5", state=ExecutionState.COMPLETE, outputs=other, chosen=True
    )
    store.record(chosen)

    def found(**narrowed: Any) -> list[str]:
        return [one.uri for one in reader.artifacts(ArtifactQuery("Model", **narrowed))]

    assert found(run_id="run-3") == ["/models/run-1"]
    assert found(run_id="run-4") == []
    assert found(run_id="run-5") == []
    assert found(pipeline_name="p") == ["/models/run-1"]
    assert found(pipeline_name="p", node_id="latest") == ["/models/run-2"]


def test_a_deleted_artifact_is_found_by_nobody_and_no_cache_hit(
    store: MetadataStore, reader: MetadataStore
) -> None:
    old = trained(store, "run-1", cache_key="key")
    new = trained(store, "run-2", cache_key="key")
    (model,) = new.outputs["model"]
    store.mark_deleted([model.id])
    assert reader.deleted([model.id, old.outputs["model"][0].id]) == {model.id}
    assert reader.artifacts(ArtifactQuery("Model", "p")) == list(old.outputs["model"])
    assert reader.artifacts_at("Model", model.uri) == []
    assert reader.artifact_ids(model.uri) == [model.id]
    assert same(reader.cached("key"), old)
    (read,) = reader.executions("run-2")
    assert read.outputs == new.outputs
    store.mark_live([model.id])
    assert reader.deleted([model.id]) == set()
    assert same(reader.cached("key"), new)


def test_many_artifacts_are_marked_and_found(store: MetadataStore) -> None:
    uris = [f"/{number}" for number in range(1100)]
    reports(store, "run-1", *(ArtifactRecord("Report", uri) for uri in uris))
    found = store.artifacts(ArtifactQuery("Report", run_id="run-1"))
    assert [one.uri for one in reversed(found)] == uris
    store.mark_deleted([one.id for one in found])
    assert store.deleted([one.id for one in found]) == {one.id for one in found}


def test_tags_that_a_run_is_given_later_are_as_those_of_the_beginning(
    store: MetadataStore, reader: MetadataStore
) -> None:
    run = RunRecord("p", "run-1", RunState.RUNNING, parameters={"rate": 1e-7}, tags=("first",))
    store.record_run(run)
    trained(store)
    changed = store.change_tags("run-1", ["v1.2", "it's", "good"], ["first", "absent"])
    assert changed.tags == ("good", "it's", "v1.2")
    store.change_tags("run-1", ["good"])
    assert [one.uri for one in reader.artifacts(ArtifactQuery("Model", tag="v1.2"))]
    assert reader.artifacts(ArtifactQuery("Model", tag="first")) == []
    # What records how the run ended knows nothing of it.
    store.record_run(replace(run, state=RunState.COMPLETE))
    found = reader.run("run-1")
    assert (found.tags, found.parameters) == (("good", "it's", "v1.2"), {"rate": 1e-7})
    assert found.state is RunState.COMPLETE


def test_notes_are_read_back_oldest_first(store: MetadataStore, reader: MetadataStore) -> None:
    run = RunRecord("p", "run-1", RunState.RUNNING)
    store.record_run(run)
    later = NoteRecord("x" * 5000 + "a\\b\n", "Grace", 1_700_000_000.125)
    first = NoteRecord("schön ✓", "Ada", 1_600_000_000.0)
    store.add_note("run-1", later)
    assert store.add_note("run-1", first).notes == (first, later)
    store.record_run(replace(run, state=RunState.COMPLETE))
    assert reader.run("run-1").notes == (first, later)


def test_a_run_has_ended_when_it_ended_whatever_is_written_about_it_later(
    store: MetadataStore, reader: MetadataStore
) -> None:
    run = RunRecord("p", "run-1", RunState.RUNNING)
    store.record_run(run)
    store.change_tags("run-1", ["early"])
    assert reader.run("run-1").ended == 0
    store.record_run(replace(run, state=RunState.FAILED))
    ended = store.run("run-1").ended
    assert store.change_tags("run-1", ["late"]).ended == ended
    assert store.add_note("run-1", NoteRecord("why?", "Ada", 1.5)).ended == ended
    assert reader.run("run-1").ended == ended
    store.record_run(run)
    assert reader.run("run-1").ended == 0
    store.record_run(replace(run, state=RunState.COMPLETE))
    assert reader.run("run-1").ended > ended


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.change_tags("run-9", ["good"]),
        lambda store: store.add_note("run-9", NoteRecord("text", "Ada", 1.5)),
    ],
    ids=["tags", "note"],
)
def test_an_unknown_run_gets_no_tags_and_notes(
    store: MetadataStore, change: Callable[[MetadataStore], object]
) -> None:
    store.record_run(RunRecord("p", "run-1", RunState.RUNNING))
    with raises(
        RunNotFoundError, "The store holds no run 'run-9'. 'plib runs' lists those it holds."
    ):
        change(store)


def test_what_a_run_was_made_with_is_read_back(store: MetadataStore, reader: MetadataStore) -> None:
    first = RunEnvironment(
        CodeVersion("0123456789abcdef", "main", is_dirty=True),
        "3.11.7",
        "Linux 6.1 x86_64, glibc 2.36",
        4,
        "0.1.0",
        {f"package-{number}": f"{number}.{number}.{number}" for number in range(100)},
    )
    run = RunRecord("p", "run-1", RunState.RUNNING, environments=(first, RunEnvironment()))
    store.record_run(run)
    store.record_run(replace(run, state=RunState.COMPLETE))
    assert reader.run("run-1").environments == (first, RunEnvironment())
