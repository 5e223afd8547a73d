"""What is refused when a pipeline is compiled for a cluster, before anything is lowered."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline_lib import ir
from pipeline_lib.errors import AuthoringError, UnsupportedError
from pipeline_lib.execution.main_module import SESSION
from pipeline_lib.ir.node_set import NodeSet
from pipeline_lib.runners.kubeflow.settings import KubeflowSettings
from pipeline_lib.runners.kubeflow.spec.commands import lowered_command
from pipeline_lib.runners.kubeflow.spec.going_on import Placed, goes_on_past
from pipeline_lib.runners.kubeflow.spec.reachability import check_store, is_root_mounted
from pipeline_lib.runners.kubeflow.spec.target import Target


def checked_target(pipeline: ir.Pipeline, settings: KubeflowSettings) -> Target:
    """What to compile for, once it is known that the pipeline can run there.

    Raises:
        AuthoringError: containers could not reach the store or the pipeline root, there is no
            image for a node, or its code is in no file.
        UnsupportedError: a node uses what Kubeflow cannot do.
    """
    check_store(settings.store)
    is_mounted = is_root_mounted(pipeline, settings)
    for node in pipeline.every_node():
        _check_code(node)
    if pipeline.exit_handler is not None:
        _check_exit_handler(pipeline.exit_handler)
    for path in _containers(pipeline):
        _check_container(path, is_mounted)
    return Target(pipeline, settings, _image(pipeline, settings), is_mounted)


def _check_code(node: ir.Node) -> None:
    match node.executor:
        case ir.FunctionExecutor(path=path) | ir.ClassExecutor(path=path):
            what = "executor"
        case ir.ResolveExecutor(strategy_path=path):
            what = "strategy"
        case _:
            return
    module, _, name = path.partition(":")
    if module == SESSION:
        raise AuthoringError(
            f"Node {node.id!r}: its {what} {name!r} is defined in a notebook or an interactive "
            "session, where no container finds it. Move it to a module that the image holds and "
            "import it from there; a notebook becomes one with context.export_to_pipeline(...)."
        )


def _check_exit_handler(handler: ir.Node) -> None:
    if isinstance(handler.executor, ir.ContainerExecutor):
        raise UnsupportedError(
            f"Node {handler.id!r} is a container component and the exit handler, which Kubeflow "
            "cannot run: the exit handler is called by the last step of the run, in its own "
            "container. Make it a Python component."
        )


def _containers(level: NodeSet, around: tuple[Placed, ...] = ()) -> Iterator[tuple[Placed, ...]]:
    """Each container component, behind the nodes that hold it."""
    for node in level.nodes:
        path = (*around, Placed(node, level))
        if isinstance(node.executor, ir.PipelineExecutor):
            yield from _containers(node.executor, path)
        elif isinstance(node.executor, ir.ContainerExecutor):
            yield path


def _check_container(path: tuple[Placed, ...], is_mounted: bool) -> None:
    node = path[-1].node
    assert isinstance(node.executor, ir.ContainerExecutor), "only these are looked at"
    try:
        lowered_command(node.executor, is_mounted)
    except UnsupportedError as error:
        raise UnsupportedError(f"Node {node.id!r}: its command: {error}") from None
    going_on = goes_on_past(path)
    if going_on is None:
        return
    why = "is optional" if going_on.options.optional else "ignores failures above it"
    raise UnsupportedError(
        f"Node {node.id!r} is a container component, and node {going_on.id!r} {why}. When a "
        "container of an author's fails, Kubeflow starts nothing more of its pipeline. Let the "
        "command end with exit code 0, or make it a Python component."
    )


def _image(pipeline: ir.Pipeline, settings: KubeflowSettings) -> str:
    """Image of the steps whose node names none."""
    if settings.image:
        return settings.image
    python = [node for node in pipeline.every_node() if _runs_code(node)]
    for node in python:
        if not node.options.image:
            raise AuthoringError(
                f"Node {node.id!r} has no container image. Give one for all nodes, "
                "KubeflowRunner(image=...) (--image), or one of its own: .with_options(image=...)."
            )
    if not python:
        raise AuthoringError(
            f"Pipeline {pipeline.name!r} has no container image for the steps around its nodes, "
            "which run this library. Give one: KubeflowRunner(image=...) (--image)."
        )
    return python[0].options.image


def _runs_code(node: ir.Node) -> bool:
    return isinstance(node.executor, (ir.FunctionExecutor, ir.ClassExecutor))
