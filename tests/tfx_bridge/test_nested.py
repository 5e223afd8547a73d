"""Sub-pipelines and loops in both formats."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tfx import v1 as tfx
from tfx.dsl.compiler.compiler import Compiler
from tfx.dsl.control_flow.for_each import ForEach as TfxForEach
from tfx.orchestration import pipeline as tfx_pipelines

from pipeline_lib import (
    Channel,
    Cond,
    ForEach,
    LatestArtifactStrategy,
    LocalRunner,
    Pipeline,
    PipelineInputs,
    Resolver,
    ir,
    sqlite_metadata_connection_config,
    union,
)
from pipeline_lib.artifacts.standard_artifacts import Schema
from pipeline_lib.compiler.compile import compile
from pipeline_lib.errors import UnsupportedError
from pipeline_lib.ir.node_set import all_nodes
from pipeline_lib.metadata.records import ExecutionRecord
from pipeline_lib.metadata.store import open_store
from pipeline_lib.tfx_bridge.from_tfx import from_tfx
from pipeline_lib.tfx_bridge.to_tfx import to_tfx
from tests.tfx_bridge import components_of_ours as ours
from tests.tfx_bridge import components_of_tfx as theirs
from tests.tfx_bridge.without_annotations import without_annotations
from tests.whole_message import raises


def report(id: str) -> Any:
    return tfx.dsl.Importer(source_uri="reports", artifact_type=theirs.Report).with_id(id)


def nested_of_tfx() -> Any:
    """Three pipelines in each other; what is read and given crosses two borders at once."""
    write = report("Write")
    middle_inputs = tfx_pipelines.PipelineInputs({"report": write.outputs["result"]})
    inner_inputs = tfx_pipelines.PipelineInputs({"report": middle_inputs["report"]})
    counted = theirs.CountLines(report=inner_inputs["report"])
    inner = tfx_pipelines.Pipeline(
        "inner",
        components=[counted],
        inputs=inner_inputs,
        outputs={"lines": counted.outputs["lines"]},
    )
    product = theirs.CountLines(
        report=middle_inputs["report"], factor=inner.outputs["lines"].future()[0].value
    ).with_id("product")
    middle = tfx_pipelines.Pipeline(
        "middle",
        components=[inner, product],
        inputs=middle_inputs,
        outputs={"product": product.outputs["lines"]},
    )
    lines = middle.outputs["product"].future()[0].value
    after = theirs.CountLines(report=write.outputs["result"], factor=lines).with_id("after")
    with tfx.dsl.Cond(lines == 1):
        skipped = tfx_pipelines.Pipeline("skipped", components=[theirs.Fail(number=1)])
    # Nodes whose names end as those do that TFX puts around a sub-pipeline.
    first = report("weekend_begin")
    last = theirs.CountLines(report=first.outputs["result"]).with_id("weekend_end")
    end = theirs.CountLines(
        report=first.outputs["result"], factor=last.outputs["lines"].future()[0].value
    ).with_id("week")
    return tfx_pipelines.Pipeline(
        "outer", "root", components=[write, middle, after, skipped, first, last, end]
    )


def loop_of_tfx() -> Any:
    """A loop that reads from around it, and one over what the first gives."""
    schemas = tfx.dsl.Importer(
        source_uri="schema", artifact_type=tfx.types.standard_artifacts.Schema
    )
    write = report("Write")
    number = theirs.CountLines(report=write.outputs["result"])
    with TfxForEach(schemas.outputs["result"]) as schema:
        described = theirs.Describe(schema=schema, lines=number.outputs["lines"])
    with TfxForEach(described.outputs["report"]) as each:
        counted = theirs.CountLines(report=each).with_id("counted")
    return tfx_pipelines.Pipeline(
        "loops", "root", components=[schemas, write, number, described, counted]
    )


@pytest.mark.parametrize("make", [nested_of_tfx, loop_of_tfx])
def test_a_pipeline_of_tfx_comes_back_as_tfx_compiles_it(make: Callable[[], Any]) -> None:
    compiled = Compiler().compile(make())
    pipeline = from_tfx(compiled)
    assert without_annotations(to_tfx(pipeline)) == without_annotations(compiled)
    assert from_tfx(to_tfx(pipeline)) == pipeline


def nested_of_ours(root: str = "root") -> Pipeline:
    first, second = (ours.MakeSchema(names=[name]).with_id(name) for name in ("a", "b"))
    number = ours.Number()
    inputs = PipelineInputs({"schemas": union([first.outputs["schema"], second.outputs["schema"]])})
    with Cond(number.outputs["number"].future()[0].value == 3):
        with ForEach(inputs["schemas"]) as schema:
            made = ours.ReportOn(schema=schema)
        latest = Resolver(strategy_class=LatestArtifactStrategy, schema=Channel(type=Schema))
        inner = Pipeline(
            "inner",
            components=[made, latest.with_id("latest")],
            inputs=inputs,
            outputs={"reports": made.outputs["report"]},
        )
    with ForEach(inner.outputs["reports"]) as each, Cond(each.future()[0].property("score") > 0):
        read = ours.ReadReport(report=each, lines=number.outputs["number"])
    return Pipeline("outer", root, components=[first, second, number, inner, read])


def results(pipeline: ir.Pipeline, path: Path) -> list[tuple[str, str, list[str]]]:
    """What became of each node, in each round, and the values that it wrote."""
    config = sqlite_metadata_connection_config(str(path))
    result = LocalRunner(inline=True, progress=False).run(
        pipeline, metadata_connection_config=config
    )
    executions = open_store(config).executions(result.run_id)
    return sorted((one.node_id, one.state.value, values(one)) for one in executions)


def values(execution: ExecutionRecord) -> list[str]:
    written = [one for outputs in execution.outputs.values() for one in outputs]
    return [Path(one.uri).read_text() for one in written if os.path.isfile(one.uri)]


def test_a_pipeline_of_ours_gives_the_same_after_the_way_to_tfx_and_back(tmp_path: Path) -> None:
    pipeline = compile(nested_of_ours(str(tmp_path / "root")))
    message = to_tfx(pipeline)
    back = from_tfx(message)
    assert without_annotations(to_tfx(back)) == without_annotations(message)
    assert [node.id for node in all_nodes(back.nodes)] == [
        node.id for node in all_nodes(pipeline.nodes)
    ]
    expected = results(pipeline, tmp_path / "store")
    assert ("ForEach.ReadReport", "complete", ["b: [], 0.5, 3"]) in expected
    assert results(back, tmp_path / "store_of_back") == expected


CANNOT = "which TFX's pipeline format cannot express."


def refused(message: str, *nodes: Any) -> None:
    with raises(UnsupportedError, f"{message}, {CANNOT}"):
        to_tfx(compile(Pipeline("p", components=nodes)))


def test_a_loop_over_values_is_refused() -> None:
    with ForEach([1, 2]):
        number = ours.Number()
    refused("Node 'ForEach' loops over a list of values", number)


def test_a_loop_over_several_nodes_is_refused() -> None:
    schema = ours.MakeSchema(names=["a"])
    with ForEach(schema.outputs["schema"]) as each:
        made, number = ours.ReportOn(schema=each), ours.Number()
    refused("Node 'ForEach' loops over several nodes", schema, made, number)


def test_a_loop_in_a_loop_is_refused() -> None:
    schema = ours.MakeSchema(names=["a"])
    with ForEach(schema.outputs["schema"]), ForEach(schema.outputs["schema"]) as each:
        made = ours.ReportOn(schema=each)
    refused("Node 'ForEach' holds another loop", schema, made)


def test_a_resolver_in_a_loop_is_refused() -> None:
    schema = ours.MakeSchema(names=["a"])
    with ForEach(schema.outputs["schema"]) as each:
        latest = Resolver(strategy_class=LatestArtifactStrategy, schema=each)
    refused("Node 'ForEach' holds a resolver", schema, latest)


def test_an_element_that_is_joined_with_other_artifacts_is_refused() -> None:
    first, second = (ours.MakeSchema(names=[name]).with_id(name) for name in ("a", "b"))
    with ForEach(first.outputs["schema"]) as each:
        made = ours.CountSchemas(schemas=union([each, second.outputs["schema"]]))
    refused("Node 'ForEach' joins its element with other artifacts", first, second, made)


def test_a_query_for_a_node_from_inside_a_sub_pipeline_is_refused() -> None:
    earlier = Channel(type=Schema, producer_component_id="MakeSchema", output_key="schema")
    latest = Resolver(strategy_class=LatestArtifactStrategy, schema=earlier).with_id("latest")
    refused(
        "Node 'latest': input 'schema' is in a sub-pipeline and reads what a node wrote in earlier "
        "runs",
        Pipeline("inner", components=[latest]),
    )
