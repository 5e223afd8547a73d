"""The shapes in which authors write, with native imports, word for word but for what a shape leaves
out: where data lies, what `measure` does, what a deployment pushes."""

from __future__ import annotations

from pathlib import Path

from components import CsvExampleGen, Evaluator, Pusher, StatisticsGen, Trainer
from pipeline_lib import (
    Cond,
    Importer,
    InputUriPlaceholder,
    InputValuePlaceholder,
    OutputUriPlaceholder,
    Pipeline,
    compile,
    create_container_component,
    sqlite_metadata_connection_config,
    standard_artifacts,
)
from pipeline_lib.artifacts.splits import encode_split_names
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.executors import ContainerExecutor
from tests.dsl import steps
from tests.dsl.hello import HelloComponent, HelloExecutor

FilterWithGrep = create_container_component(
    name="FilterWithGrep",
    inputs={"text": standard_artifacts.ExternalArtifact},
    outputs={"filtered_text": standard_artifacts.ExternalArtifact},
    parameters={"pattern": str},
    image="localhost/grep:1",
    command=[
        "sh",
        "-exc",
        'mkdir -p "$2" && grep -- "$0" "$1"/data > "$2"/data || true',
        InputValuePlaceholder("pattern"),
        InputUriPlaceholder("text"),
        OutputUriPlaceholder("filtered_text"),
    ],
)


def test_container_component() -> None:
    text = Importer("text", standard_artifacts.ExternalArtifact)
    grep = FilterWithGrep(text=text.outputs["result"], pattern="a")
    executor = compile(Pipeline("grep", components=[text, grep])).by_id["FilterWithGrep"].executor
    assert isinstance(executor, ContainerExecutor)
    assert [describe(part) for part in executor.command] == [
        "'sh'",
        "'-exc'",
        """'mkdir -p "$2" && grep -- "$0" "$1"/data > "$2"/data || true'""",
        "exec_property('pattern')",
        "input('text')[0].uri",
        "output('filtered_text')[0].uri",
    ]


def test_fully_custom_components_executor_need_not_name_the_splits(tmp_path: Path) -> None:
    examples = standard_artifacts.Examples(str(tmp_path / "in"))
    examples.split_names = encode_split_names(["train", "eval"])
    for split in examples.splits:
        Path(examples.path(split=split)).mkdir(parents=True)
        (Path(examples.path(split=split)) / "data").write_text(split)
    output = standard_artifacts.Examples(str(tmp_path / "out"))
    HelloExecutor().Do({"input_data": [examples]}, {"output_data": [output]}, {"name": "x"})
    assert (tmp_path / "out" / "Split-eval" / "data").read_text() == "eval"
    assert output.to_record().properties == {"split_names": '["eval", "train"]'}


def test_composition(tmp_path: Path) -> None:
    data, root, path = "data", "root", str(tmp_path / "store")
    module_file = tmp_path / "trainer.py"
    module_file.write_text("def run_fn(fn_args): ...\n")

    example_gen = CsvExampleGen(input_base=data)
    hello = HelloComponent(input_data=example_gen.outputs["examples"], name="penguins")
    statistics_gen = StatisticsGen(examples=hello.outputs["output_data"])
    hparams = Importer(
        source_uri="hparams",
        artifact_type=standard_artifacts.HyperParameters,
        properties={},
        custom_properties={"author": "me"},
    ).with_id("hparams")
    notify = steps.ReturnsNothing().with_id("notify")
    notify.add_upstream_node(statistics_gen)
    trainer = Trainer(
        examples=example_gen.outputs["examples"],
        hyperparameters=hparams.outputs["result"],
        module_file=str(module_file),
    )
    evaluator = Evaluator(
        examples=example_gen.outputs["examples"],
        model=trainer.outputs["model"],
        eval_config={"metrics_specs": [{"metrics": [{"class_name": "ExampleCount"}]}]},
    )
    with Cond(evaluator.outputs["blessing"].future()[0].custom_property("blessed") == 1):
        pusher = Pusher(
            model=trainer.outputs["model"],
            push_destination={"filesystem": {"base_directory": "pushed"}},
        )
    pipeline = Pipeline(
        pipeline_name="penguin",
        pipeline_root=root,
        components=[
            example_gen,
            hello,
            statistics_gen,
            hparams,
            notify,
            trainer,
            evaluator,
            pusher,
        ],
        enable_cache=True,
        metadata_connection_config=sqlite_metadata_connection_config(path),
    )
    ir = compile(pipeline)
    assert {node_id: sorted(waited) for node_id, waited in ir.dependencies.items()} == {
        "CsvExampleGen": [],
        "HelloComponent": ["CsvExampleGen"],
        "StatisticsGen": ["HelloComponent"],
        "hparams": [],
        "notify": ["StatisticsGen"],
        "Trainer": ["CsvExampleGen", "hparams"],
        "Evaluator": ["CsvExampleGen", "Trainer"],
        "Pusher": ["Evaluator", "Trainer"],
    }
    condition = ir.by_id["Pusher"].condition
    assert condition is not None
    assert describe(condition) == (
        "(Evaluator.outputs['blessing'][0].custom_property('blessed') == 1)"
    )
