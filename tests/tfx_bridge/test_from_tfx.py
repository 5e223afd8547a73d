"""TFX's pipelines in our format, run by our runner."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from tfx import v1 as tfx
from tfx.dsl.compiler.compiler import Compiler
from tfx.orchestration import pipeline as tfx_pipelines
from tfx.orchestration.data_types import RuntimeParameter

from pipeline_lib import LocalRunner, ir, sqlite_metadata_connection_config
from pipeline_lib.errors import UnsupportedError
from pipeline_lib.ir import serde
from pipeline_lib.ir.node_set import all_nodes
from pipeline_lib.tfx_bridge.from_tfx import from_tfx
from pipeline_lib.tfx_bridge.to_tfx import to_tfx
from tests.tfx_bridge import components_of_tfx as theirs
from tests.tfx_bridge.without_annotations import without_annotations
from tests.whole_message import raises


def tfx_pipeline(root: Path) -> Any:
    write = theirs.Write(text=RuntimeParameter("text", str, "default"), lines=["a"], steps=2)
    counted = theirs.CountLines(report=write.outputs["report"])
    lines = counted.outputs["lines"].future()[0].value
    again = theirs.CountLines(report=write.outputs["report"], factor=lines).with_id("again")
    with tfx.dsl.Cond(lines == 5):
        skipped = theirs.Fail(number=1)
    return tfx.dsl.Pipeline(
        "theirs", str(root), components=[write, counted, again, skipped], enable_cache=True
    )


def test_a_pipeline_of_tfx_runs_on_our_runner(tmp_path: Path) -> None:
    pipeline = from_tfx(tfx_pipeline(tmp_path / "root"))
    config = sqlite_metadata_connection_config(str(tmp_path / "store"))
    for state in ("complete", "cached"):
        result = LocalRunner(inline=True, progress=False).run(
            pipeline, {"text": "given"}, metadata_connection_config=config
        )
        found = {node_id: one.state.value for node_id, one in result.executions.items()}
        assert found == dict.fromkeys(["Write", "CountLines", "again"], state) | {"Fail": "skipped"}
    (report,) = result["Write"].outputs["report"]
    assert (Path(report.uri) / "report.txt").read_text() == "given\n2\na\nnothing found"
    (lines,) = result["again"].outputs["lines"]
    assert Path(lines.uri).read_text() == "16"


def test_a_sub_pipeline_of_tfx_runs_on_our_runner(tmp_path: Path) -> None:
    root = str(tmp_path / "root")
    write = theirs.Write(text="text", lines=["a"], steps=2)
    inputs = tfx_pipelines.PipelineInputs({"report": write.outputs["report"]})
    counted = theirs.CountLines(report=inputs["report"])
    lines = counted.outputs["lines"]
    twice = theirs.CountLines(report=inputs["report"], factor=lines.future()[0].value)
    inner = tfx_pipelines.Pipeline(
        "inner",
        components=[counted, twice.with_id("twice")],
        inputs=inputs,
        outputs={"product": twice.outputs["lines"]},
    )
    after = theirs.CountLines(
        report=write.outputs["report"], factor=inner.outputs["product"].future()[0].value
    ).with_id("after")
    pipeline = from_tfx(tfx_pipelines.Pipeline("outer", root, components=[write, inner, after]))
    assert ids(pipeline) == ["Write", "inner", "CountLines", "twice", "after"]
    config = sqlite_metadata_connection_config(str(tmp_path / "store"))
    result = LocalRunner(inline=True, progress=False).run(
        pipeline, metadata_connection_config=config
    )
    (lines_after,) = result["after"].outputs["lines"]
    assert Path(lines_after.uri).read_text() == str(4 * 4 * 4)


def ids(pipeline: ir.Pipeline) -> list[str]:
    return [node.id for node in all_nodes(pipeline.nodes)]


@pytest.mark.parametrize(
    "name",
    [
        "conditional_pipeline",
        "channel_union_pipeline",
        "dynamic_exec_properties_pipeline",
        "foreach_pipeline",
    ],
)
def test_pipelines_of_tfx_survive_the_way_to_us_and_back(name: str) -> None:
    module = importlib.import_module(f"tfx.dsl.compiler.testdata.{name}")
    compiled = Compiler().compile(module.create_test_pipeline())
    pipeline = from_tfx(compiled)
    assert from_tfx(to_tfx(pipeline)) == pipeline
    assert serde.loads(serde.dumps(pipeline)) == pipeline
    if name in ("conditional_pipeline", "foreach_pipeline"):
        assert without_annotations(to_tfx(pipeline)) == without_annotations(compiled)


LACKING = "which this library does not support."


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("iris_pipeline_async", f"Pipeline 'iris' runs its nodes asynchronously, {LACKING}"),
        (
            "composable_pipeline",
            f"Node 'training-pipeline' is run when LAZILY_ALL_UPSTREAM_NODES_SUCCEEDED, {LACKING}",
        ),
        (
            "consumer_pipeline",
            "Node 'consumer-pipeline_begin' stands for what the whole pipeline reads or gives, "
            f"{LACKING}",
        ),
        ("iris_pipeline_sync", f"Node 'Trainer' has a platform configuration, {LACKING}"),
        (
            "resolver_function_pipeline",
            f"Node 'Trainer' reads what a resolver function gives, {LACKING}",
        ),
        (
            "external_artifacts_pipeline",
            "Node 'CsvExampleGen': output 'examples' names artifacts that are there already, "
            f"{LACKING}",
        ),
        (
            "consumer_pipeline_with_tags",
            f"Node 'StatisticsGen': input 'examples' reads another store, {LACKING}",
        ),
        (
            "pipeline_root_placeholder",
            "Pipeline 'pipeline_root_placeholder': root reads "
            f'runtime_info("platform_config").base_dir, {LACKING}',
        ),
    ],
)
def test_a_pipeline_of_tfx_that_we_cannot_run_is_refused(name: str, message: str) -> None:
    module = importlib.import_module(f"tfx.dsl.compiler.testdata.{name}")
    with raises(UnsupportedError, message):
        from_tfx(module.create_test_pipeline())
