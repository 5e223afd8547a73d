from __future__ import annotations

import pytest

from pipeline_lib import (
    BaseComponent,
    BeamExecutorSpec,
    Channel,
    ComponentSpec,
    ExecutorClassSpec,
    RuntimeParameter,
)
from pipeline_lib.artifacts.standard_artifacts import Examples
from pipeline_lib.errors import AuthoringError
from tests.dsl.hello import HelloComponent, HelloComponentSpec, HelloExecutor, SilentExecutor
from tests.whole_message import raises

EXAMPLES = Channel(type=Examples)


class EmptySpec(ComponentSpec):
    """Nothing is read or written."""


def test_component_is_a_node_with_the_specs_channels() -> None:
    node = HelloComponent(input_data=EXAMPLES, name="penguins")
    assert node.id == "HelloComponent"
    assert node.type_name == "tests.dsl.hello.HelloComponent"
    assert node.inputs == {"input_data": EXAMPLES}
    assert {key: channel.type for key, channel in node.outputs.items()} == {"output_data": Examples}
    assert node.exec_properties == {"name": "penguins"}
    assert isinstance(node.spec, HelloComponentSpec)
    assert node.executor_spec == ExecutorClassSpec(HelloExecutor)


def test_output_of_one_node_is_not_the_channel_that_declared_it() -> None:
    declared = Channel(type=Examples)
    node = HelloComponent(input_data=EXAMPLES, output_data=declared, name="x")
    assert node.outputs["output_data"].producer is node


def test_spec_can_be_used_with_another_executor() -> None:
    class Silent(HelloComponent):
        """The spec of Hello with an executor of its own."""

        EXECUTOR_SPEC = ExecutorClassSpec(SilentExecutor)

    node = Silent(input_data=EXAMPLES, name="x")
    assert node.spec.__class__ is HelloComponentSpec
    assert node.executor_spec == ExecutorClassSpec(SilentExecutor)


def test_executor_can_be_given_for_one_node() -> None:
    spec = ExecutorClassSpec("tests.dsl.hello:SilentExecutor")
    node = HelloComponent(input_data=EXAMPLES, name="x", custom_executor_spec=spec)
    assert node.executor_spec is spec


def test_component_without_spec_class_is_refused() -> None:
    class Half(BaseComponent):
        """Lacks SPEC_CLASS."""

        EXECUTOR_SPEC = ExecutorClassSpec(HelloExecutor)

    with raises(AuthoringError, "Component 'Half' must define SPEC_CLASS."):
        Half(EmptySpec())


def test_component_without_executor_spec_is_refused() -> None:
    class Half(BaseComponent):
        """Lacks EXECUTOR_SPEC."""

        SPEC_CLASS = EmptySpec

    with raises(AuthoringError, "Component 'Half' must define EXECUTOR_SPEC."):
        Half(EmptySpec())


def test_spec_of_another_class_is_refused() -> None:
    class Mixed(BaseComponent):
        """Is given another component's spec."""

        SPEC_CLASS = HelloComponentSpec
        EXECUTOR_SPEC = ExecutorClassSpec(HelloExecutor)

    message = "Component 'Mixed' takes a spec of HelloComponentSpec, got EmptySpec."
    with raises(AuthoringError, message):
        Mixed(EmptySpec())


def test_executor_class_in_place_of_its_spec_is_refused() -> None:
    class Bare(BaseComponent):
        """Forgets ExecutorClassSpec(...)."""

        SPEC_CLASS = EmptySpec
        EXECUTOR_SPEC = HelloExecutor  # type: ignore[assignment]

    message = (
        f"Component 'Bare' takes an ExecutorClassSpec or a BeamExecutorSpec, got {HelloExecutor!r}."
    )
    with raises(AuthoringError, message):
        Bare(EmptySpec())


class Beam(BaseComponent):
    """Runs Beam."""

    SPEC_CLASS = EmptySpec
    EXECUTOR_SPEC = BeamExecutorSpec("tests.dsl.hello:HelloExecutor")


def test_beam_arguments_add_up() -> None:
    workers = RuntimeParameter("workers", str)
    node = Beam(EmptySpec()).with_beam_pipeline_args(["--a"]).with_beam_pipeline_args([workers])
    assert node.beam_pipeline_args == ["--a", workers]


def test_beam_arguments_of_a_component_without_beam_are_refused() -> None:
    message = (
        "Node 'HelloComponent' runs no Beam pipeline: its executor is given by "
        "ExecutorClassSpec, not BeamExecutorSpec."
    )
    with raises(AuthoringError, message):
        HelloComponent(input_data=EXAMPLES, name="x").with_beam_pipeline_args(["--a"])


def test_beam_arguments_in_one_string_are_refused() -> None:
    message = "Node 'Beam': beam_pipeline_args is a list, got '--a'. Write ['--a']."
    with raises(AuthoringError, message):
        Beam(EmptySpec()).with_beam_pipeline_args("--a")


def test_beam_argument_that_is_no_text_is_refused() -> None:
    message = "Node 'Beam': beam_pipeline_args takes str, got 4 of type int."
    with raises(AuthoringError, message):
        Beam(EmptySpec()).with_beam_pipeline_args([4])  # type: ignore[list-item]


def test_executor_is_given_by_class_or_path() -> None:
    assert ExecutorClassSpec(HelloExecutor).path == "tests.dsl.hello:HelloExecutor"
    assert ExecutorClassSpec("a.b:C").path == "a.b:C"


@pytest.mark.parametrize(
    "given", ["a.b.C", "a:b:c", ":C", "a:", "", "a b:C", ComponentSpec, HelloExecutor(), None]
)
def test_executor_that_is_neither_is_refused(given: object) -> None:
    message = (
        "ExecutorClassSpec(...) takes a class with a Do method or its import path "
        f"'package.module:Class', got {given!r}."
    )
    with raises(AuthoringError, message):
        ExecutorClassSpec(given)


def test_executor_class_inside_a_function_is_refused() -> None:
    class Inner(HelloExecutor):
        """Another process could not import it."""

    message = (
        "Executor class 'Inner' is defined inside another function or as a lambda. "
        "Another process must be able to import it: define it at the top of a module."
    )
    with raises(AuthoringError, message):
        _ = ExecutorClassSpec(Inner).path


class Driven(BaseComponent):
    SPEC_CLASS = EmptySpec
    EXECUTOR_SPEC = ExecutorClassSpec("steps:Executor")
    DRIVER_CLASS = object

    def __init__(self) -> None:
        super().__init__(spec=EmptySpec())


def test_a_driver_is_refused() -> None:
    with raises(
        AuthoringError,
        "Component 'Driven' has a DRIVER_CLASS, which would not be called. Leave it out: data to "
        "look for is a parameter of the type InputPath, artifacts to choose are a Resolver's.",
    ):
        Driven()
