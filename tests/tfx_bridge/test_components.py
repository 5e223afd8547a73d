"""TFX's components in our pipelines."""

from __future__ import annotations

from pathlib import Path

import pytest
from tfx import v1 as tfx
from tfx.dsl.experimental.node_execution_options.utils import NodeExecutionOptions

from pipeline_lib import Cond, LocalRunner, Pipeline, sqlite_metadata_connection_config
from pipeline_lib.errors import PipelineRunError
from pipeline_lib.runners.local.result import RunResult
from pipeline_lib.tfx_bridge.adopt import adopt
from pipeline_lib.tfx_bridge.channels import tfx_channel
from tests.tfx_bridge import components_of_ours as ours
from tests.tfx_bridge import components_of_tfx as theirs


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    rows = "".join(f"{number},{number * 2.5}\n" for number in range(60))
    (tmp_path / "data" / "rows.csv").write_text(f"a,b\n{rows}")
    return tmp_path / "data"


def run(
    tmp_path: Path, components: list[object], *, workers: bool = False, **arguments: object
) -> RunResult:
    """Run the components; without workers, each of which would have to import TFX."""
    pipeline = Pipeline(
        "mixed",
        pipeline_root=tmp_path / "root",
        components=components,  # type: ignore[arg-type]
        enable_cache=True,
        metadata_connection_config=sqlite_metadata_connection_config(str(tmp_path / "store")),
    )
    return LocalRunner(inline=not workers, progress=False).run(pipeline, **arguments)  # type: ignore[arg-type]


def value(result: RunResult, node_id: str, key: str) -> str:
    (artifact,) = result[node_id].outputs[key]
    return Path(artifact.uri).read_text()


def states(result: RunResult) -> dict[str, str]:
    return {node_id: one.state.value for node_id, one in result.executions.items()}


def test_standard_components_of_tfx_run_and_are_cached(tmp_path: Path, data: Path) -> None:
    def components() -> list[object]:
        example_gen = tfx.components.CsvExampleGen(input_base=str(data))
        statistics_gen = tfx.components.StatisticsGen(examples=example_gen.outputs["examples"])
        schema_gen = tfx.components.SchemaGen(statistics=statistics_gen.outputs["statistics"])
        counted = ours.CountSplits(statistics=statistics_gen.outputs["statistics"])
        return [example_gen, statistics_gen, schema_gen, counted]

    first = run(tmp_path, components(), workers=True)
    (examples,) = first["CsvExampleGen"].outputs["examples"]
    assert sorted(one.name for one in Path(examples.uri).iterdir()) == ["Split-eval", "Split-train"]
    assert examples.custom_properties["span"] == 0
    assert str(examples.custom_properties["input_fingerprint"]).startswith("split:single_split")
    assert value(first, "CountSplits", "splits") == "2"
    assert set(states(run(tmp_path, components())).values()) == {"cached"}
    with (data / "rows.csv").open("a") as file:
        file.write("1,2\n")
    assert states(run(tmp_path, components()))["CsvExampleGen"] == "complete"


def test_a_tfx_function_component_reads_ours_and_ours_read_it(tmp_path: Path) -> None:
    schema = ours.MakeSchema(names=["a", "b"])
    number = ours.Number()
    described = theirs.Describe(
        schema=tfx_channel(schema.outputs["schema"]), lines=tfx_channel(number.outputs["number"])
    )
    counted = theirs.CountLines(report=described.outputs["report"], factor=10)
    read = ours.ReadReport(report=described.outputs["report"], lines=counted.outputs["lines"])
    result = run(tmp_path, [schema, number, described, counted, read])
    assert value(result, "ReadReport", "summary") == (
        "A schema: ['short', 'words'], 0.5, 60 (final)"
    )
    (report,) = result["Describe"].outputs["report"]
    assert report.type_name == "Report"
    assert report.properties["tags"] == {"short": True, "words": ["a", "b"]}
    assert report.custom_properties["author"] == "me"
    (read_schema,) = result["Describe"].inputs["schema"]
    assert read_schema == result["MakeSchema"].outputs["schema"][0]
    assert value(result, "CountLines", "title") == "A schema"


def test_a_custom_component_is_given_its_messages_and_lists(tmp_path: Path) -> None:
    write = theirs.Write(text="text", lines=["one", "two"], steps=7)
    result = run(tmp_path, [write])
    (report,) = result["Write"].outputs["report"]
    assert (Path(report.uri) / "report.txt").read_text() == "text\n7\none\ntwo\nnothing found"
    assert report.properties["title"] == "TrainArgs"


def test_a_module_file_travels_with_the_pipeline_and_counts_by_content(tmp_path: Path) -> None:
    module = tmp_path / "train.py"
    (tmp_path / "schema").mkdir()
    for expected in ("complete", "cached"):
        module.write_text(
            "import pathlib\n"
            "def run_fn(fn_args):\n"
            "    folder = pathlib.Path(fn_args.serving_model_dir)\n"
            "    folder.mkdir(parents=True)\n"
            "    (folder / 'steps').write_text(str(fn_args.train_steps))\n"
        )
        written = ours.WriteCsv(rows=3)
        trainer = tfx.components.Trainer(
            module_file=str(module),
            examples=tfx_channel(written.outputs["examples"]),
            train_args=tfx.proto.TrainArgs(num_steps=7),
            eval_args=tfx.proto.EvalArgs(num_steps=1),
        )
        result = run(tmp_path, [written, trainer])
        assert states(result)["Trainer"] == expected
        (model,) = result["Trainer"].outputs["model"]
        assert (Path(model.uri) / "Format-Serving" / "steps").read_text() == "7"
        module.unlink()


def test_a_driver_of_the_authors_own_runs_before_the_executor_each_time(tmp_path: Path) -> None:
    for _ in range(2):
        result = run(tmp_path, [theirs.WriteDriven(text="text")])
        assert states(result) == {"WriteDriven": "complete"}
    (report,) = result["WriteDriven"].outputs["report"]
    assert (Path(report.uri) / "report.txt").read_text() == "text\n1\nby the driver"
    assert report.custom_properties["driven"] == 1


def test_a_failing_executor_is_reported_with_its_message(tmp_path: Path) -> None:
    with pytest.raises(PipelineRunError, match="ArithmeticError: 3 is not to my liking"):
        run(tmp_path, [theirs.Fail(number=3)])


def test_runtime_parameters_and_future_values_of_tfx(tmp_path: Path) -> None:
    text = tfx.dsl.experimental.RuntimeParameter(name="text", ptype=str, default="default")
    write = theirs.Write(text=text)
    counted = theirs.CountLines(report=write.outputs["report"])
    lines = counted.outputs["lines"].future()[0].value
    again = theirs.CountLines(report=write.outputs["report"], factor=lines).with_id("again")
    result = run(tmp_path, [write, counted, again], parameters={"text": "given"})
    (report,) = result["Write"].outputs["report"]
    assert (Path(report.uri) / "report.txt").read_text().startswith("given\n")
    assert value(result, "again", "lines") == "9"


def test_blocks_of_tfx_and_ours_around_components_of_tfx(tmp_path: Path) -> None:
    number = ours.Number()
    write = theirs.Write(text="text")
    counted = theirs.CountLines(report=write.outputs["report"])
    lines = counted.outputs["lines"].future()[0].value
    with Cond(number.outputs["number"].future()[0].value == 3), tfx.dsl.Cond(lines == 3):
        both = theirs.Write(text="both hold").with_id("both")
    with Cond(number.outputs["number"].future()[0].value == 4):
        skipped_by_ours = theirs.Write(text="no").with_id("skipped_by_ours")
    with tfx.dsl.Cond(counted.outputs["lines"].future()[0].value == 4):
        skipped_by_theirs = theirs.Write(text="no").with_id("skipped_by_theirs")
    nodes = [number, write, counted, both, skipped_by_ours, skipped_by_theirs]
    found = states(run(tmp_path, nodes))
    assert found["both"] == "complete"
    assert found["skipped_by_ours"] == found["skipped_by_theirs"] == "skipped"


def test_options_and_order_said_of_a_component_of_tfx(tmp_path: Path) -> None:
    first = ours.Number()
    second = theirs.Write(text="text")
    third = theirs.Fail(number=1)
    third.with_node_execution_options(NodeExecutionOptions(success_optional=True))
    adopt(second).add_upstream_node(first)
    third.add_upstream_node(second)
    result = run(tmp_path, [third, second, first])
    assert states(result) == {"Number": "complete", "Write": "complete", "Fail": "failed"}
    started = [result[one].started for one in ("Number", "Write", "Fail")]
    assert started == sorted(started)


def test_importers_and_resolvers_of_tfx(tmp_path: Path) -> None:
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "one").write_text("one")
    imported = tfx.dsl.Importer(
        source_uri=str(tmp_path / "schema"),
        artifact_type=tfx.types.standard_artifacts.Schema,
        custom_properties={"author": "me"},
    ).with_id("imported")
    latest = tfx.dsl.Resolver(
        strategy_class=tfx.dsl.experimental.LatestArtifactStrategy,
        schema=tfx.dsl.Channel(type=tfx.types.standard_artifacts.Schema),
    ).with_id("latest")
    latest.add_upstream_node(imported)
    number = ours.Number()
    lines = tfx_channel(number.outputs["number"])
    described = theirs.Describe(schema=latest.outputs["schema"], lines=lines)
    result = run(tmp_path, [imported, latest, number, described])
    (schema,) = result["Describe"].inputs["schema"]
    assert schema.uri == str(tmp_path / "schema")
    assert schema.custom_properties["author"] == "me"
