"""What TFX's tools find in a store: read back with ML Metadata's own interface."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ml_metadata.proto import metadata_store_pb2 as mlmd

from tests.runners import steps

RUN_1 = {
    "Train": "tests.runners.steps.Train",
    "never": "tests.runners.steps.Count",
    "WriteReport": "tests.runners.steps.WriteReport",
    "latest": "tfx.dsl.components.common.resolver.Resolver",
    "Push": "tests.runners.steps.Push",
    "Fail": "tests.runners.steps.Fail",
}


@pytest.fixture(scope="session")
def by_node(raw_store: Any) -> dict[str, Any]:
    """The executions of the first run by the names in their node contexts."""
    run = raw_store.get_context_by_type_and_name("pipeline_run", "run-1")
    found = {}
    for execution in raw_store.get_executions_by_context(run.id):
        contexts = raw_store.get_contexts_by_execution(execution.id)
        (node,) = (one.name for one in contexts if one.type == "node")
        found[node.removeprefix("penguin.")] = execution
    return found


def events_of(raw_store: Any, execution: Any) -> list[tuple[str, list[Any]]]:
    return [
        (mlmd.Event.Type.Name(event.type), [step.key or step.index for step in event.path.steps])
        for event in raw_store.get_events_by_execution_ids([execution.id])
    ]


def test_contexts_are_named_after_pipeline_run_and_node(raw_store: Any) -> None:
    contexts = [(one.type, one.name) for one in raw_store.get_contexts()]
    assert sorted(item for item in contexts if item[0] != "execution_cache") == sorted(
        [
            ("pipeline", "penguin"),
            ("pipeline_run", "run-1"),
            ("pipeline_run", "run-2"),
            *(("node", f"penguin.{node_id}") for node_id in RUN_1),
        ]
    )


def test_a_run_is_below_its_pipeline(raw_store: Any) -> None:
    run = raw_store.get_context_by_type_and_name("pipeline_run", "run-2")
    (above,) = raw_store.get_parent_contexts_by_context(run.id)
    assert (above.type, above.name) == ("pipeline", "penguin")


def test_an_execution_is_in_the_contexts_of_its_pipeline_run_and_node(
    raw_store: Any, by_node: dict[str, Any]
) -> None:
    contexts = raw_store.get_contexts_by_execution(by_node["Push"].id)
    names = {one.type: one.name for one in contexts}
    del names["execution_cache"]
    assert names == {"pipeline": "penguin", "pipeline_run": "run-1", "node": "penguin.Push"}


def test_the_execution_type_is_the_component_type(by_node: dict[str, Any]) -> None:
    assert {node_id: one.type for node_id, one in by_node.items()} == RUN_1


def test_states_are_ml_metadata_s(by_node: dict[str, Any]) -> None:
    names = mlmd.Execution.State.Name
    assert {node_id: names(one.last_known_state) for node_id, one in by_node.items()} == {
        "Train": "COMPLETE",
        "never": "CANCELED",
        "WriteReport": "COMPLETE",
        "latest": "COMPLETE",
        "Push": "COMPLETE",
        "Fail": "FAILED",
    }


def test_parameters_are_custom_properties_and_our_own_have_a_prefix(
    by_node: dict[str, Any],
) -> None:
    properties = by_node["Train"].custom_properties
    assert properties["blessed"].int_value == 1
    assert {name for name in properties if not name.startswith("plib_")} == {"blessed"}
    assert properties["plib_node_id"].string_value == "Train"
    assert len(properties["plib_cache_key"].string_value) == 32


def test_a_failure_is_in_the_store(by_node: dict[str, Any]) -> None:
    properties = {
        name: value.string_value for name, value in by_node["Fail"].custom_properties.items()
    }
    assert properties["plib_error_type"] == "ValueError"
    assert properties["plib_error_message"] == "the data is bad"
    line = Path(steps.__file__).read_text().splitlines()
    number = int(properties["plib_error_location"].rpartition(":")[2])
    assert line[number - 1].strip() == 'raise ValueError("the data is bad")  # the author\'s line'
    assert 'raise ValueError("the data is bad")' in properties["plib_traceback"]
    assert "pipeline_lib/node" not in properties["plib_traceback"]


def test_events_tell_key_and_index(raw_store: Any, by_node: dict[str, Any]) -> None:
    assert sorted(events_of(raw_store, by_node["Train"])) == [
        ("OUTPUT", ["blessing", 0]),
        ("OUTPUT", ["model", 0]),
    ]
    assert events_of(raw_store, by_node["Push"]) == [
        ("INPUT", ["model", 0]),
        ("OUTPUT", ["pushed", 0]),
    ]


def test_what_a_resolver_chose_is_its_internal_output(
    raw_store: Any, by_node: dict[str, Any]
) -> None:
    assert events_of(raw_store, by_node["latest"]) == [("INTERNAL_OUTPUT", ["model", 0])]


def test_artifacts_are_live_and_name_their_producer(raw_store: Any) -> None:
    reports = raw_store.get_artifacts_by_type("Report")
    assert [mlmd.Artifact.State.Name(one.state) for one in reports] == ["LIVE"]
    custom = reports[0].custom_properties
    assert custom["producer_component"].string_value == "WriteReport"
    assert custom["name"].string_value == "the report"
    assert len(custom["plib_fingerprint"].string_value) == 32


def test_an_artifact_type_has_its_declared_properties(raw_store: Any) -> None:
    declared = raw_store.get_artifact_type("Report").properties
    assert {name: mlmd.PropertyType.Name(kind) for name, kind in declared.items()} == {
        "pages": "INT",
        "score": "DOUBLE",
        "title": "STRING",
        "outline": "STRUCT",
    }
    (report,) = raw_store.get_artifacts_by_type("Report")
    assert report.properties["pages"].int_value == 3
    assert report.properties["score"].double_value == 2.0
    assert list(report.properties["outline"].struct_value.fields) == ["__value__"]


def test_a_result_from_the_cache_is_linked_and_not_recorded_again(raw_store: Any) -> None:
    run = raw_store.get_context_by_type_and_name("pipeline_run", "run-2")
    (cached,) = (
        one for one in raw_store.get_executions_by_context(run.id) if one.type.endswith(".Train")
    )
    assert mlmd.Execution.State.Name(cached.last_known_state) == "CACHED"
    assert sorted(events_of(raw_store, cached)) == [
        ("OUTPUT", ["blessing", 0]),
        ("OUTPUT", ["model", 0]),
    ]
    assert len(raw_store.get_artifacts_by_type("ModelBlessing")) == 1


def test_a_store_of_another_tool_is_read_by_its_contexts(tmp_path: Path, raw_store: Any) -> None:
    """TFX names pipeline, run and node of an execution in its contexts only."""
    from contextlib import closing

    import ml_metadata

    from pipeline_lib.metadata.connection import SqliteConnection
    from pipeline_lib.metadata.queries import ArtifactQuery
    from pipeline_lib.metadata.store import open_store

    path = str(tmp_path / "tfx.sqlite")
    source = mlmd.SqliteMetadataSourceConfig(filename_uri=path)
    other = ml_metadata.MetadataStore(mlmd.ConnectionConfig(sqlite=source))
    names = {"pipeline": "old", "pipeline_run": "2026-01-31", "node": "old.CsvExampleGen"}
    types = {kind: other.put_context_type(mlmd.ContextType(name=kind)) for kind in names}
    contexts = [mlmd.Context(type_id=types[kind], name=name) for kind, name in names.items()]
    pipeline_id, run_id, _ = other.put_contexts(contexts)
    other.put_parent_contexts([mlmd.ParentContext(parent_id=pipeline_id, child_id=run_id)])
    examples = mlmd.Artifact(
        type_id=other.put_artifact_type(mlmd.ArtifactType(name="Examples")), uri="/examples"
    )
    event = mlmd.Event(type=mlmd.Event.OUTPUT)
    event.path.steps.add().key = "examples"
    event.path.steps.add().index = 0
    execution_type = other.put_execution_type(mlmd.ExecutionType(name="CsvExampleGen"))
    execution = mlmd.Execution(type_id=execution_type, last_known_state=mlmd.Execution.COMPLETE)
    other.put_execution(execution, [(examples, event)], contexts, True)
    with closing(open_store(SqliteConnection(path))) as store:
        (run,) = store.runs()
        (read,) = store.executions("2026-01-31")
        query = ArtifactQuery("Examples", "old", "CsvExampleGen", "examples")
        assert (run.pipeline_name, run.run_id) == ("old", "2026-01-31")
        assert (read.pipeline_name, read.run_id, read.node_id) == (
            "old",
            "2026-01-31",
            "CsvExampleGen",
        )
        assert store.artifacts(query) == list(read.outputs["examples"])
