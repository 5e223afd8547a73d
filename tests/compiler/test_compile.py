from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from components import CsvExampleGen, Trainer
from pipeline_lib import (
    Artifact,
    Channel,
    ChannelParameter,
    ComponentSpec,
    Cond,
    ExecutorClassSpec,
    Importer,
    LatestArtifactStrategy,
    ModuleFile,
    Pipeline,
    Resolver,
    RuntimeParameter,
    compile,
)
from pipeline_lib.artifacts.standard_artifacts import Examples, Model
from pipeline_lib.dsl.base_component import BaseComponent
from pipeline_lib.dsl.component_spec import ExecutionParameter
from pipeline_lib.errors import AuthoringError, InvalidPipelineError, UserModuleError
from pipeline_lib.ir import serde
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.executors import ClassExecutor
from pipeline_lib.ir.expressions import Literal, SourceFile
from pipeline_lib.ir.inputs import NodeOutput, StoreQuery
from pipeline_lib.ir.node import ParameterType
from pipeline_lib.placeholders import exec_property, output
from tests.dsl import steps
from tests.dsl.hello import HelloComponent, HelloExecutor
from tests.whole_message import raises


def compiled(*nodes: Any, **arguments: Any) -> Any:
    return compile(Pipeline("p", components=list(nodes), **arguments))


def test_nodes_run_after_what_they_read_however_they_are_listed() -> None:
    train = steps.Train()
    validate = steps.ValidateModel(model=train.outputs["model"])
    last = steps.ReturnsNothing().add_upstream_node(validate)
    assert [node.id for node in compiled(last, validate, train).nodes] == [
        "Train",
        "ValidateModel",
        "ReturnsNothing",
    ]


def test_id_that_is_given_late_is_used_everywhere() -> None:
    train = steps.Train()
    validate = steps.ValidateModel(model=train.outputs["model"])
    with Cond(train.outputs["model"].future()[0].uri != ""):
        last = steps.ReturnsNothing().add_upstream_node(train)
    train.with_id("late")
    ir = compiled(train, validate, last)
    assert ir.by_id["ValidateModel"].inputs["model"].sources == (NodeOutput("late", "model"),)
    assert ir.by_id["ReturnsNothing"].upstream == ("late",)
    assert describe(ir.by_id["ReturnsNothing"].condition) == "(late.outputs['model'][0].uri != '')"


def test_two_nodes_with_one_id_are_refused() -> None:
    message = (
        "Pipeline 'p' has two nodes with the id 'Train'. "
        "Give one of them another with .with_id(...)."
    )
    with raises(InvalidPipelineError, message):
        compiled(steps.Train(), steps.Train())


def test_cycle_is_refused() -> None:
    train = steps.Train()
    validate = steps.ValidateModel(model=train.outputs["model"])
    train.add_upstream_node(validate)
    message = (
        "Pipeline 'p' has a cycle: Train -> ValidateModel -> Train. "
        "A node cannot wait for its own result."
    )
    with raises(InvalidPipelineError, message):
        compiled(train, validate)


def test_id_that_is_no_part_of_a_path_is_refused() -> None:
    message = "Node id 'a b' is not valid: letters, digits, '_', '-' and '.' are allowed."
    with raises(InvalidPipelineError, message):
        compiled(steps.Train().with_id("a b"))


def test_channel_of_no_node_is_refused_outside_a_resolver() -> None:
    message = (
        "Input 'model' of node 'ValidateModel' reads Channel(type=Model), which no node of this "
        "pipeline writes. Read artifacts of earlier runs through a Resolver."
    )
    with raises(AuthoringError, message):
        compiled(steps.ValidateModel(model=Channel(type=Model)))


def test_resolver_reads_the_store_and_nodes_of_this_run() -> None:
    train = steps.Train()
    resolver = Resolver(
        LatestArtifactStrategy,
        anyones=Channel(type=Model),
        earlier=Channel(type=Model, producer_component_id="Train", output_key="model"),
        now=train.outputs["model"],
    )
    inputs = compiled(train, resolver).by_id["Resolver"].inputs
    assert {key: one.sources for key, one in inputs.items()} == {
        "anyones": (StoreQuery(),),
        "earlier": (StoreQuery("Train", "model"),),
        "now": (NodeOutput("Train", "model"),),
    }
    assert {one.min_count for one in inputs.values()} == {0}


def test_nested_conditions_are_one_condition_with_hidden_inputs() -> None:
    values = steps.ReturnsEveryType()
    number, text = (values.outputs[key].future()[0].value for key in ("i", "s"))
    with Cond(number > 1), Cond(text == "x"), Cond(number < 5):
        train = steps.Train()
    node = compiled(values, train).by_id["Train"]
    assert describe(node.condition) == (
        "((ReturnsEveryType.outputs['i'][0].value > 1) and "
        "(ReturnsEveryType.outputs['s'][0].value == 'x') and "
        "(ReturnsEveryType.outputs['i'][0].value < 5))"
    )
    assert {key: one.hidden for key, one in node.inputs.items()} == {
        "_ReturnsEveryType.i": True,
        "_ReturnsEveryType.s": True,
    }


def test_runtime_parameter_is_declared_once_however_often_it_is_used() -> None:
    many = RuntimeParameter("steps", int, default=5, description="how long")
    root = RuntimeParameter("root", str)
    ir = compiled(
        steps.Train(steps=many),
        steps.Train(steps=many).with_id("again"),
        Importer("x", Model, custom_properties={"steps": many}),
        pipeline_root=root,
    )
    assert [
        (one.name, one.type, one.default, one.description) for one in ir.runtime_parameters
    ] == [
        ("root", ParameterType.STRING, None, ""),
        ("steps", ParameterType.INT, Literal(5), "how long"),
    ]


def test_runtime_parameter_declared_in_two_ways_is_refused() -> None:
    message = (
        "Runtime parameter 'steps' is declared in two ways: "
        "RuntimeParameter(name='steps', ptype=<class 'int'>, default=5, description='') and "
        "RuntimeParameter(name='steps', ptype=<class 'int'>, default=6, description=''). "
        "Make one object and use it everywhere."
    )
    with raises(AuthoringError, message):
        compiled(
            steps.Train(steps=RuntimeParameter("steps", int, default=5)),
            steps.Train(steps=RuntimeParameter("steps", int, default=6)).with_id("again"),
        )


def test_pipelines_cache_is_the_default_and_a_node_may_say_otherwise() -> None:
    ir = compiled(
        steps.Train(), steps.Train().with_id("never").with_cache(False), enable_cache=True
    )
    assert ir.enable_cache is True
    assert ir.by_id["Train"].options.enable_cache is None
    assert ir.by_id["never"].options.enable_cache is False


def test_beam_arguments_reach_beam_executors_only() -> None:
    examples = Importer("x", Examples)
    hello = HelloComponent(input_data=examples.outputs["result"], name="x")
    ir = compiled(examples, hello, beam_pipeline_args=["--a"])
    executor = ir.by_id["HelloComponent"].executor
    assert isinstance(executor, ClassExecutor)
    assert executor.beam_pipeline_args == ()


def test_artifact_type_inside_a_function_is_refused() -> None:
    class Inner(Artifact):
        """Another process could not import it."""

        TYPE_NAME = "Inner"

    message = (
        "Artifact type 'Inner' is defined inside another function or as a lambda. "
        "Another process must be able to import it: define it at the top of a module."
    )
    with raises(AuthoringError, message):
        compiled(Importer("x", Inner))


class ModuleSpec(ComponentSpec):
    """Takes a user's module."""

    PARAMETERS = {"module_file": ExecutionParameter(type=ModuleFile, optional=True)}
    OUTPUTS = {"model": ChannelParameter(type=Model)}


class WithModule(BaseComponent):
    """Takes a user's module."""

    SPEC_CLASS = ModuleSpec
    EXECUTOR_SPEC = ExecutorClassSpec(HelloExecutor)

    def __init__(self, module_file: Any, executor: str | None = None) -> None:
        super().__init__(
            ModuleSpec(module_file=module_file),
            custom_executor_spec=ExecutorClassSpec(executor) if executor else None,
        )


def test_executor_module_that_is_not_there_is_refused() -> None:
    message = (
        "Module 'nowhere' cannot be found. It must be importable where the pipeline is compiled: "
        "is it on sys.path, or its package installed?"
    )
    with raises(UserModuleError, message):
        compiled(WithModule(None, executor="nowhere:Executor"))


def test_executor_package_that_is_not_there_is_refused() -> None:
    message = (
        "Module 'nowhere.executor' cannot be found. It must be importable where the pipeline is "
        "compiled: is it on sys.path, or its package installed?"
    )
    with raises(UserModuleError, message):
        compiled(WithModule(None, executor="nowhere.executor:Executor"))


def test_module_file_travels_by_content(tmp_path: Path) -> None:
    (tmp_path / "trainer.py").write_text("import layers\n")
    (tmp_path / "layers.py").write_text("SIZE = 3\n")
    ir = compiled(WithModule(tmp_path / "trainer.py"))
    (bundle,) = ir.sources
    assert bundle.files == {"trainer.py": "import layers\n", "layers.py": "SIZE = 3\n"}
    assert ir.by_id["WithModule"].parameters["module_file"].value == SourceFile(
        bundle.digest, "trainer.py"
    )


def test_compiled_pipeline_names_no_folder_of_the_author(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    payloads = []
    for folder in (tmp_path / "one", tmp_path / "other"):
        folder.mkdir()
        (folder / "trainer.py").write_text("import layers\n")
        (folder / "layers.py").write_text("SIZE = 3\n")
        monkeypatch.chdir(folder)
        payloads.append(serde.dumps(compiled(WithModule(folder / "trainer.py"))))
        payloads.append(serde.dumps(compiled(WithModule("trainer.py"))))
    assert len(set(payloads)) == 1
    assert str(tmp_path).encode() not in payloads[0]


def test_absent_module_file_is_no_bundle() -> None:
    ir = compiled(WithModule(None))
    assert ir.sources == ()
    assert ir.by_id["WithModule"].parameters["module_file"].value == Literal(None)


def test_module_file_that_is_missing_is_refused() -> None:
    message = (
        "Node 'WithModule': parameter 'module_file': module file 'nowhere.py' does not exist. "
        "Paths are relative to the working directory; a path built from __file__ works everywhere."
    )
    with raises(UserModuleError, message):
        compiled(WithModule("nowhere.py"))


def test_module_without_the_function_that_its_component_calls_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "my_trainer.py"
    path.write_text("def run(fn_args): ...\n")
    examples = CsvExampleGen(input_base="data")
    trainer = Trainer(examples=examples.outputs["examples"], module_file=str(path))
    message = (
        f"Node 'Trainer': parameter 'module_file': module file {str(path)!r} defines no function "
        "'run_fn'. These exist: 'run'. Did you mean 'run'?"
    )
    with raises(UserModuleError, message):
        compile(Pipeline("p", components=[examples, trainer]))


def test_condition_that_reads_an_output_of_the_node_itself_is_refused() -> None:
    with Cond(output("model").uri == "here"):
        train = steps.Train()
    message = (
        "Node 'Train': its condition reads output('model'), which is the node's own and not known "
        "before the node runs. Read an output of another node."
    )
    with raises(InvalidPipelineError, message):
        compiled(train)


def test_condition_that_reads_a_parameter_of_the_node_itself_is_refused() -> None:
    with Cond(exec_property("steps") == 3):
        train = steps.Train()
    message = (
        "Node 'Train': its condition reads exec_property('steps'), which is the node's own and not "
        "known before the node runs. Read an output of another node."
    )
    with raises(InvalidPipelineError, message):
        compiled(train)
