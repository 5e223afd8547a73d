"""What cannot run on a cluster is refused when it is compiled for one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline_lib import (
    OutputUriPlaceholder,
    Pipeline,
    RuntimeParameter,
    compile,
    create_container_component,
    ir,
)
from pipeline_lib.artifacts.standard_artifacts import ExternalArtifact
from pipeline_lib.errors import AuthoringError, UnsupportedError
from pipeline_lib.ir.expressions import (
    ArtifactUri,
    Index,
    Literal,
    Operation,
    Operator,
    OutputArtifacts,
)
from pipeline_lib.ir.kubernetes import EmptyDir, KubernetesOptions, PersistentVolumeClaim
from pipeline_lib.runners.kubeflow.settings import StoreUrl
from tests.dsl import steps
from tests.runners.kubeflow.spec.documents import MOUNTED, REMOTE, document_of
from tests.whole_message import raises

BY_SECRET = (
    "Give one that they reach, by a secret that holds its URL: "
    'KubeflowRunner(store_secret=("pipeline-store", "url")).'
)

Touch = create_container_component(
    name="Touch",
    outputs={"touched": ExternalArtifact},
    image="localhost/touch:1",
    command=["touch", OutputUriPlaceholder("touched")],
)


def one_node() -> Pipeline:
    return Pipeline("one-node", components=[steps.Train()])


def test_store_in_a_file() -> None:
    with raises(
        AuthoringError,
        "The metadata store '.plib/metadata.sqlite' is a SQLite file, which the containers of a "
        f"cluster cannot share. {BY_SECRET}",
    ):
        document_of(one_node(), replace(REMOTE, store=StoreUrl(".plib/metadata.sqlite")))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("grpc://localhost:8080", "localhost"),
        ("grpc://127.0.0.1:8080", "127.0.0.1"),
        ("mysql://me@127.1.2.3/runs", "127.1.2.3"),
        ("postgresql://me@[::1]/runs", "::1"),
        ("grpc://0.0.0.0:8080", "0.0.0.0"),
    ],
)
def test_store_on_the_machine_itself(url: str, host: str) -> None:
    with raises(
        AuthoringError,
        f"The metadata store is at {host!r}: in a container that is the container itself. "
        f"{BY_SECRET}",
    ):
        document_of(one_node(), replace(REMOTE, store=StoreUrl(url)))


def test_password_of_the_store() -> None:
    with raises(
        AuthoringError,
        "The URL of the metadata store at 'db' holds a password, which would be written into the "
        "compiled pipeline. Put the URL into a secret: "
        'KubeflowRunner(store_secret=("pipeline-store", "url")).',
    ):
        document_of(one_node(), replace(REMOTE, store=StoreUrl("mysql://me:secret@db/runs")))


def test_store_that_all_reach() -> None:
    document = document_of(one_node(), replace(REMOTE, store=StoreUrl("grpc://mlmd:8080")))
    begin = document.spec["deploymentSpec"]["executors"]["exec-begin"]["container"]
    assert begin["env"] == [{"name": "PIPELINE_LIB_STORE", "value": "grpc://mlmd:8080"}]
    assert document.platform == {}


def test_no_pipeline_root() -> None:
    with raises(
        AuthoringError,
        "Pipeline 'one-node' has no pipeline root. Give one that all containers reach: "
        'KubeflowRunner(pipeline_root="s3://...") (--pipeline-root s3://...).',
    ):
        document_of(one_node(), replace(REMOTE, pipeline_root=None))


@pytest.mark.parametrize(
    ("root", "volumes"),
    [
        ("/shared/root", []),
        ("/sharedtoo", [PersistentVolumeClaim("claim", "/shared")]),
        ("/shared/../root", [PersistentVolumeClaim("claim", "/shared")]),
        ("root", [PersistentVolumeClaim("claim", "/")]),
        # Each Pod has one of its own.
        ("/shared/root", [EmptyDir("/shared")]),
    ],
)
def test_pipeline_root_that_is_not_mounted(
    root: str, volumes: list[PersistentVolumeClaim | EmptyDir]
) -> None:
    kubernetes = KubernetesOptions(volumes=volumes)
    with raises(
        AuthoringError,
        f"Pipeline 'one-node': its pipeline root {root!r} is a path, and each container has files "
        "of its own. Mount a volume there that all share, "
        "KubeflowRunner(kubernetes=KubernetesOptions(volumes=[PersistentVolumeClaim(...)])), or "
        'give one in an object store: KubeflowRunner(pipeline_root="s3://...") (--pipeline-root s3://...).',
    ):
        document_of(one_node(), replace(REMOTE, pipeline_root=root, kubernetes=kubernetes))


def test_pipeline_root_that_a_container_would_have_to_know() -> None:
    root = RuntimeParameter("root", str)
    pipeline = Pipeline("rooted", pipeline_root=root, components=[Touch(), steps.Train()])
    with raises(
        AuthoringError,
        "Node 'Touch' is a container component, whose command is compiled in one way for a "
        "pipeline root that is mounted and in another for one in an object store; that of pipeline "
        "'rooted' is known only when it runs. Give it: KubeflowRunner(pipeline_root=...) "
        "(--pipeline-root).",
    ):
        document_of(pipeline, replace(REMOTE, pipeline_root=None))


def test_pipeline_root_that_is_known_only_when_it_runs() -> None:
    root = RuntimeParameter("root", str)
    pipeline = Pipeline("rooted", pipeline_root=root, components=[steps.Train()])
    document = document_of(pipeline, replace(REMOTE, pipeline_root=None))
    assert document.spec["root"]["inputDefinitions"] == {
        "parameters": {"root": {"parameterType": "STRING"}}
    }


def test_node_without_an_image() -> None:
    trainer = steps.Train().with_options(image="trainer:1")
    other = steps.ReturnsNothing().with_id("other")
    with raises(
        AuthoringError,
        "Node 'other' has no container image. Give one for all nodes, KubeflowRunner(image=...) "
        "(--image), or one of its own: .with_options(image=...).",
    ):
        document_of(Pipeline("images", components=[trainer, other]), replace(REMOTE, image=""))


def test_only_containers_and_no_image_for_the_steps_around() -> None:
    with raises(
        AuthoringError,
        "Pipeline 'touch' has no container image for the steps around its nodes, which run this "
        "library. Give one: KubeflowRunner(image=...) (--image).",
    ):
        document_of(Pipeline("touch", components=[Touch()]), replace(REMOTE, image=""))


def test_every_node_has_an_image_of_its_own() -> None:
    trainer = steps.Train().with_options(image="trainer:1")
    document = document_of(Pipeline("images", components=[trainer]), replace(REMOTE, image=""))
    executors = document.spec["deploymentSpec"]["executors"].values()
    assert {one["container"]["image"] for one in executors} == {"trainer:1"}


@pytest.mark.parametrize(
    ("executor", "what"),
    [
        (ir.FunctionExecutor("__main__:train", ""), "executor 'train'"),
        (ir.ClassExecutor("__main__:Executor", ""), "executor 'Executor'"),
        (ir.ResolveExecutor("__main__:Newest"), "strategy 'Newest'"),
    ],
)
def test_code_of_a_notebook(executor: ir.Executor, what: str) -> None:
    node = ir.Node("Train", "Train", executor)
    with raises(
        AuthoringError,
        f"Node 'Train': its {what} is defined in a notebook or an interactive session, where no "
        "container finds it. Move it to a module that the image holds and import it from there; a "
        "notebook becomes one with context.export_to_pipeline(...).",
    ):
        document_of(ir.Pipeline("notebook", (node,)))


def test_container_component_as_exit_handler() -> None:
    pipeline = Pipeline("handled", components=[steps.Train()], exit_handler=Touch().with_id("tidy"))
    with raises(
        UnsupportedError,
        "Node 'tidy' is a container component and the exit handler, which Kubeflow cannot run: the "
        "exit handler is called by the last step of the run, in its own container. Make it a "
        "Python component.",
    ):
        document_of(pipeline)


def test_optional_container_component() -> None:
    pipeline = Pipeline("optional", components=[Touch().with_options(optional=True)])
    with raises(
        UnsupportedError,
        "Node 'Touch' is a container component, and node 'Touch' is optional. When a container of "
        "an author's fails, Kubeflow starts nothing more of its pipeline. Let the command end with "
        "exit code 0, or make it a Python component.",
    ):
        document_of(pipeline)


def test_container_component_whose_failure_is_to_be_ignored() -> None:
    touch = Touch()
    last = steps.ReturnsNothing().with_id("last").add_upstream_node(touch)
    last.with_options(ignore_upstream_failure=True)
    with raises(
        UnsupportedError,
        "Node 'Touch' is a container component, and node 'last' ignores failures above it. When a "
        "container of an author's fails, Kubeflow starts nothing more of its pipeline. Let the "
        "command end with exit code 0, or make it a Python component.",
    ):
        document_of(Pipeline("ignored", components=[touch, last]))


def test_command_that_does_more_with_a_place_than_write_it_down() -> None:
    place = ArtifactUri(Index(OutputArtifacts("touched"), 0))
    compiled = compile(Pipeline("encoded", components=[Touch()]))
    (node,) = compiled.nodes
    executor = ir.ContainerExecutor("localhost/touch:1", (Operation(Operator.BASE64, (place,)),))
    encoded = replace(compiled, nodes=(replace(node, executor=executor),))
    with raises(
        UnsupportedError,
        "Node 'Touch': its command: b64encode(output('touched')[0].uri) reads the place of an "
        "artifact. Below a pipeline root that is not mounted, Kubeflow tells it only to the "
        "container itself, and only to be written as it is, or joined to other text.",
    ):
        document_of(encoded)
    document_of(encoded, MOUNTED)


def with_parameter(default: object, kind: ir.ParameterType) -> ir.Pipeline:
    declared = ir.RuntimeParameter("given", kind, None if default is None else Literal(default))
    node = ir.Node("Train", "Train", ir.FunctionExecutor("steps:train", ""))
    return ir.Pipeline("parameters", (node,), runtime_parameters=(declared,))


def test_list_or_dict_without_a_default() -> None:
    with raises(
        UnsupportedError,
        "Runtime parameter 'given' of pipeline 'parameters' is a list or a dict, and Kubeflow has "
        "to know which. Give it a default: [] or {}.",
    ):
        document_of(with_parameter(None, ir.ParameterType.JSON))


def test_python_file() -> None:
    with raises(
        UnsupportedError,
        "Runtime parameter 'given' of pipeline 'parameters' is the path of a Python file of the "
        "user, for which Kubeflow has no type: the file travels with the compiled pipeline. Give "
        "the node the file itself.",
    ):
        document_of(with_parameter("steps.py", ir.ParameterType.MODULE))


@pytest.mark.parametrize(
    ("default", "kind", "shown"),
    [
        (2**53 + 1, ir.ParameterType.INT, "9007199254740993"),
        (float("inf"), ir.ParameterType.FLOAT, "inf"),
        ({"a": [2**60]}, ir.ParameterType.JSON, "1152921504606846976"),
    ],
)
def test_number_that_no_double_holds(default: object, kind: ir.ParameterType, shown: str) -> None:
    with raises(
        UnsupportedError,
        f"Runtime parameter 'given' of pipeline 'parameters' has a default with {shown}. All "
        "numbers of Kubeflow are doubles, and no infinite ones: pass it as text.",
    ):
        document_of(with_parameter(default, kind))


def test_default_that_json_cannot_express() -> None:
    with raises(
        UnsupportedError,
        "Runtime parameter 'given' of pipeline 'parameters' has the default [b'x'], which JSON "
        "cannot express, as Kubeflow's parameters are.",
    ):
        document_of(with_parameter([b"x"], ir.ParameterType.JSON))


def test_parameters_of_every_type() -> None:
    kinds = ir.ParameterType
    declared = {
        "i": (kinds.INT, 3),
        "f": (kinds.FLOAT, 0.5),
        "s": (kinds.STRING, "it's"),
        "b": (kinds.BOOL, True),
        "l": (kinds.JSON, [1, "a"]),
        "d": (kinds.DICT, {"a": None}),
        "p": (kinds.PATH, "words.txt"),
    }
    node = ir.Node("Train", "Train", ir.FunctionExecutor("steps:train", ""))
    parameters = tuple(
        ir.RuntimeParameter(name, kind, Literal(value)) for name, (kind, value) in declared.items()
    )
    document = document_of(ir.Pipeline("parameters", (node,), runtime_parameters=parameters))
    defined = document.spec["root"]["inputDefinitions"]["parameters"]
    assert {name: one["parameterType"] for name, one in defined.items()} == {
        "i": "NUMBER_INTEGER",
        "f": "NUMBER_DOUBLE",
        "s": "STRING",
        "b": "BOOLEAN",
        "l": "LIST",
        "d": "STRUCT",
        "p": "STRING",
    }
    assert all(one["isOptional"] for one in defined.values())
    assert defined["d"]["defaultValue"] == {"a": None}
