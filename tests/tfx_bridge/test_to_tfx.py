"""Our pipelines in TFX's format, run by TFX's own runner."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tfx import v1 as tfx

from pipeline_lib import (
    Channel,
    Cond,
    Importer,
    LatestArtifactStrategy,
    Pipeline,
    Resolver,
    ir,
)
from pipeline_lib.artifacts.standard_artifacts import Schema
from pipeline_lib.compiler.compile import compile
from pipeline_lib.errors import UnsupportedError
from pipeline_lib.ir.expressions import Literal, SourceFile
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import open_store
from pipeline_lib.tfx_bridge.channels import tfx_channel
from pipeline_lib.tfx_bridge.from_tfx import from_tfx
from pipeline_lib.tfx_bridge.to_tfx import to_tfx
from tests.tfx_bridge import components_of_ours as ours
from tests.tfx_bridge import components_of_tfx as theirs
from tests.whole_message import raises


def mixed_pipeline(root: Path) -> Pipeline:
    schema = ours.MakeSchema(names=["a", "b"])
    number = ours.Number()
    described = theirs.Describe(
        schema=tfx_channel(schema.outputs["schema"]), lines=tfx_channel(number.outputs["number"])
    )
    counted = theirs.CountLines(report=described.outputs["report"], factor=10)
    with Cond(number.outputs["number"].future()[0].value >= 3):
        read = ours.ReadReport(report=described.outputs["report"], lines=counted.outputs["lines"])
    with Cond(number.outputs["number"].future()[0].value != 3):
        skipped = ours.Number().with_id("skipped")
    latest = Resolver(strategy_class=LatestArtifactStrategy, schema=Channel(type=Schema)).with_id(
        "latest"
    )
    imported = Importer(
        source_uri=str(root.parent), artifact_type=Schema, custom_properties={"author": "me"}
    ).with_id("imported")
    latest.add_upstream_node(imported)
    nodes: list[Any] = [schema, number, described, counted, read, skipped, latest, imported]
    return Pipeline("mixed", pipeline_root=root, components=nodes)


def run_by_tfx(pipeline: ir.Pipeline, tmp_path: Path, **arguments: Any) -> SqliteConnection:
    path = tmp_path / "tfx_store"
    message = to_tfx(pipeline, metadata_path=path, **arguments)
    tfx.orchestration.LocalDagRunner().run_with_ir(message)
    return SqliteConnection(str(path))


def test_tfx_runs_a_pipeline_with_components_of_both(tmp_path: Path) -> None:
    config = run_by_tfx(compile(mixed_pipeline(tmp_path / "root")), tmp_path)
    store = open_store(config)
    (run,) = store.runs()
    found = {one.node_id: one for one in store.executions(run.run_id)}
    # What TFX skips, it does not record.
    expected = {"MakeSchema", "Number", "Describe", "CountLines", "ReadReport", "imported"}
    assert expected <= found.keys()
    assert "skipped" not in found
    (summary,) = found["ReadReport"].outputs["summary"]
    assert Path(summary.uri).read_text() == "A schema: ['short', 'words'], 0.5, 60 (final)"
    (schema,) = found["Describe"].inputs["schema"]
    assert schema.custom_properties["count"] == 2
    assert sorted(os.listdir(schema.uri)) == ["a", "b"]


def test_a_pipeline_survives_the_way_to_tfx_and_back(tmp_path: Path) -> None:
    pipeline = compile(mixed_pipeline(tmp_path / "root"))
    back = from_tfx(to_tfx(pipeline))
    assert to_tfx(back).SerializeToString(deterministic=True) == to_tfx(pipeline).SerializeToString(
        deterministic=True
    )
    for node_id in ("MakeSchema", "Number", "ReadReport", "skipped", "latest", "imported"):
        assert back.by_id[node_id] == pipeline.by_id[node_id]


def test_equal_pipelines_give_equal_bytes(tmp_path: Path) -> None:
    first, second = (
        to_tfx(compile(mixed_pipeline(tmp_path / "root"))).SerializeToString(deterministic=True)
        for _ in range(2)
    )
    assert first == second


def node(**changes: Any) -> ir.Node:
    return replace(
        ir.Node("trainer", "Trainer", ir.FunctionExecutor("steps:train", "digest")), **changes
    )


MODULE = ir.Parameter(ir.ParameterType.MODULE, SourceFile("abc", "train.py"))
CANNOT = "which TFX's pipeline format cannot express."


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"options": ir.NodeOptions(priority=1)}, f"Node 'trainer' has a priority, {CANNOT}"),
        (
            {"options": ir.NodeOptions(kubernetes=ir.KubernetesOptions(shared_memory="1Gi"))},
            f"Node 'trainer' says what its Pod has on a cluster, {CANNOT}",
        ),
        (
            {"options": ir.NodeOptions(memory=1)},
            f"Node 'trainer' says how much memory it occupies, {CANNOT}",
        ),
        (
            {"options": ir.NodeOptions(timeout=1.5)},
            f"Node 'trainer' has a timeout with a part of a second, {CANNOT}",
        ),
        (
            {"executor": ir.ResolveExecutor("strategies:Oldest")},
            f"Node 'trainer' picks artifacts with 'strategies:Oldest', {CANNOT}",
        ),
        (
            {"parameters": {"module_file": MODULE}},
            "Node 'trainer': parameter 'module_file' is the module 'train.py', which travels with "
            f"the pipeline, {CANNOT} Name a directory for the modules: "
            "to_tfx(..., module_directory=...).",
        ),
        (
            {
                "inputs": {
                    "model": ir.Input(ir.ArtifactType("Model"), (ir.StoreQuery(tag="nightly"),))
                }
            },
            f"Node 'trainer': input 'model' reads runs with the tag 'nightly', {CANNOT}",
        ),
        (
            {
                "inputs": {
                    "model": ir.Input(
                        ir.ArtifactType("Model"),
                        (ir.StoreQuery(custom_properties={"a": Literal(1)}),),
                    )
                }
            },
            "Node 'trainer': input 'model' reads artifacts by the value of a property, "
            f"{CANNOT} TFX ignores such a query: let a Resolver with a strategy pick them.",
        ),
    ],
)
def test_a_node_that_tfx_cannot_express_is_refused(changed: dict[str, Any], message: str) -> None:
    sources = (ir.SourceBundle("abc", {"train.py": ""}),)
    pipeline = ir.Pipeline("p", (node(**changed),), sources=sources)
    with raises(UnsupportedError, message):
        to_tfx(pipeline)


def test_an_exit_handler_is_refused() -> None:
    pipeline = ir.Pipeline("p", (), exit_handler=node())
    with raises(UnsupportedError, f"Node 'trainer' is an exit handler, {CANNOT}"):
        to_tfx(pipeline)


def test_modules_are_written_where_tfx_can_read_them(tmp_path: Path) -> None:
    pipeline = ir.Pipeline(
        "p",
        (node(parameters={"module_file": MODULE}),),
        sources=(ir.SourceBundle("abc", {"train.py": "steps = 1"}),),
    )
    message = to_tfx(pipeline, module_directory=tmp_path)
    value = message.nodes[0].pipeline_node.parameters.parameters["module_file"]
    assert Path(value.field_value.string_value).read_text() == "steps = 1"


def test_modules_of_nodes_in_sub_pipelines_are_written_too(tmp_path: Path) -> None:
    held = ir.PipelineExecutor((node(parameters={"module_file": MODULE}),))
    pipeline = ir.Pipeline(
        "p",
        (ir.Node("inner", "Pipeline", held),),
        sources=(ir.SourceBundle("abc", {"train.py": "steps = 1"}),),
    )
    message = to_tfx(pipeline, module_directory=tmp_path)
    inner = message.nodes[0].sub_pipeline.nodes[1].pipeline_node
    value = inner.parameters.parameters["module_file"]
    assert Path(value.field_value.string_value).read_text() == "steps = 1"
