"""Bringing outside data into the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline_lib import Importer, RuntimeParameter
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import PipelineRunError
from pipeline_lib.runners.local.result import RunResult
from tests.node.conftest import RunNodes, ValueOf
from tests.runners import steps


@pytest.fixture
def report(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "text").write_text("from outside")
    return folder


def importer(report: Path, **more: object) -> BaseNode:
    return Importer(
        source_uri=str(report),
        artifact_type=steps.Report,
        properties={"pages": 7, "score": 1},
        custom_properties={"author": "me", "numbers": [1, 2.0]},
        **more,  # type: ignore[arg-type]
    )


def imported(result: RunResult) -> ArtifactRecord:
    (artifact,) = result["Importer"].outputs["result"]
    return artifact


def test_an_import_carries_its_properties_and_content(
    run_nodes: RunNodes, value_of: ValueOf, report: Path
) -> None:
    node = importer(report)
    result = run_nodes(node, steps.ReadReport(report=node.outputs["result"]))
    assert value_of(result, "ReadReport", "summary") == (
        "tests.runners.steps.Report from outside 7 1.0 None"
    )
    assert imported(result).custom_properties == {"author": "me", "numbers": [1, 2]}
    assert imported(result).uri == str(report)
    assert len(imported(result).fingerprint) == 32


def test_the_same_data_is_imported_once(run_nodes: RunNodes, report: Path) -> None:
    first, second = (run_nodes(importer(report)) for _ in range(2))
    assert imported(first).id == imported(second).id
    assert [one["Importer"].state.name for one in (first, second)] == ["COMPLETE", "CACHED"]
    assert second["Importer"].reason == "already imported"


def test_changed_data_is_imported_again(run_nodes: RunNodes, report: Path) -> None:
    first = run_nodes(importer(report))
    (report / "text").write_text("changed")
    assert imported(run_nodes(importer(report))).id != imported(first).id


def test_data_is_imported_again_on_request(run_nodes: RunNodes, report: Path) -> None:
    first = run_nodes(importer(report))
    again = run_nodes(importer(report, reimport=True))
    assert imported(again).id != imported(first).id
    assert again["Importer"].state.name == "COMPLETE"


def test_what_reads_an_import_is_cached_from_the_second_run_on(
    run_nodes: RunNodes, report: Path
) -> None:
    states = []
    for _ in range(3):
        node = importer(report)
        result = run_nodes(node, steps.ReadReport(report=node.outputs["result"]))
        states.append(result["ReadReport"].state.name)
    assert states == ["COMPLETE", "CACHED", "CACHED"]


def test_the_source_may_be_a_runtime_parameter(run_nodes: RunNodes, report: Path) -> None:
    source = RuntimeParameter("source", str)
    node = Importer(source_uri=source, artifact_type=steps.Report)
    assert imported(run_nodes(node, parameters={"source": str(report)})).uri == str(report)


def test_a_source_where_nothing_is_fails_the_node(run_nodes: RunNodes, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")
    with pytest.raises(PipelineRunError) as raised:
        run_nodes(Importer(source_uri=nowhere, artifact_type=steps.Report).with_id("hparams"))
    assert str(raised.value).splitlines()[1:] == [
        f"  hparams: DataError: Importer 'hparams': nothing is at source_uri {nowhere!r}."
    ]
