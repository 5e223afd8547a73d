"""Running one node of a past run again, with the same inputs, apart from the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipeline_lib import ir
from pipeline_lib.artifacts import files
from pipeline_lib.containers.running import Write
from pipeline_lib.errors import AuthoringError, DataError, RunNotFoundError, did_you_mean
from pipeline_lib.ir.evaluation import Scope, evaluate, reads_environment
from pipeline_lib.ir.expressions import RunField, SourceFile
from pipeline_lib.ir.node_set import NodeSet
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore, RunRecord
from pipeline_lib.node.execute import run_executor
from pipeline_lib.node.request import (
    Canceled,
    ExecutionRequest,
    Failure,
    Image,
    OutputSlot,
    Success,
)
from pipeline_lib.node.requesting import request_of
from pipeline_lib.node.run import SYSTEM_FOLDER, Run, stage_sources
from pipeline_lib.runners.local.container_engine import ContainerEngine, engine_for
from pipeline_lib.runners.local.container_work import execute_in_container
from pipeline_lib.runners.local.run_files import kept_pipeline


@dataclass(frozen=True)
class Replay:
    """A past execution, ready to be executed again.

    Attributes:
        original: how it was recorded.
        node: the node, with the image that it runs in now.
        request: the same work, with its outputs below another directory.
    """

    original: ExecutionRecord
    node: ir.Node
    request: ExecutionRequest

    def execute(self, write: Write) -> Success | Failure:
        """Execute it: in this process, where what the executor raises comes through, or its image.

        Args:
            write: takes what a container prints.

        Raises:
            UnsupportedError: it runs in an image, and there is no engine.
            ImageNotFoundError, EngineError: the image cannot be had.
        """
        if self.request.image is None:
            return run_executor(self.request)
        with engine_for([self.node]) as engine:
            assert engine is not None, "the node has an image"
            image = replace(self.request.image, id=self._image_id(engine))
            outcome = execute_in_container(replace(self.request, image=image), engine, write)
            assert not isinstance(outcome, Canceled), "nobody cancels it"
            return outcome

    def _image_id(self, engine: ContainerEngine) -> str:
        """The id of the image that it ran in, if that is still here and no other is wanted."""
        name, _, recorded = self.original.image.partition(" ")
        if name == self.node.image and recorded and engine.has(recorded):
            return recorded
        return engine.identify(self.node.image)


def prepare_replay(
    run: RunRecord,
    instance: str,
    store: MetadataStore,
    directory: str,
    in_image: str | None = None,
) -> Replay:
    """Make a past execution ready to be executed again. Nothing is recorded.

    Args:
        run: the past run.
        instance: the node, with the iteration if it is in a loop: `train_all.Trainer#2`.
        store: what the run is recorded in.
        directory: empty; outputs and logs are written below it.
        in_image: image that it is to run in, empty for the one that it ran in; `None` for none. A
            container component runs in its own in any case.

    Raises:
        RunNotFoundError: the run did not get to that node, or its compiled pipeline is gone.
        AuthoringError: the node was skipped, does no work of its own, or has no image.
        DataError: an artifact that it read is gone.
    """
    original = _execution(run, instance, store)
    pipeline = kept_pipeline(run)
    node = _with_image(_node_at(pipeline, original.node_id), instance, in_image)
    if original.state is ExecutionState.SKIPPED:
        raise AuthoringError(
            f"Node {instance!r} was skipped in run {run.run_id!r} ({original.reason}): "
            "there is nothing to replay."
        )
    _check_inputs(original)
    system_dir = f"{directory}/{SYSTEM_FOLDER}"
    information = Run(pipeline, run.run_id, run.pipeline_root).information(original.node_id)
    scope = Scope(
        inputs=original.inputs,
        runtime_parameters=run.parameters,
        staged=stage_sources(pipeline, directory),
        information={**information, RunField.WORKING_DIRECTORY: f"{system_dir}/working"},
    )
    visible = [key for key, declared in node.inputs.items() if not declared.hidden]
    execution = replace(
        # The store has no record of what was empty.
        original,
        inputs={key: original.inputs.get(key, ()) for key in visible},
    )
    outputs = {
        key: OutputSlot(output.type, f"{directory}/{key}", f"{directory}/.{key}.partial")
        for key, output in node.outputs.items()
    }
    parameters = _parameters(node, original.parameters, scope)
    image = Image(node.image, node.image) if node.image else None
    request = request_of(node, execution, parameters, scope, outputs, system_dir, image)
    return Replay(original, node, request)


def _with_image(node: ir.Node, instance: str, in_image: str | None) -> ir.Node:
    """The node with the image that it is to run in."""
    match node.executor:
        case ir.ContainerExecutor(command=command):
            executor = ir.ContainerExecutor(in_image or node.image, command)
            return replace(node, executor=executor)
        case ir.FunctionExecutor() | ir.ClassExecutor():
            if in_image == "" and not node.image:
                raise AuthoringError(
                    f"Node {instance!r} ran in no image. Name the one that it is to run in: "
                    "--in-image IMAGE"
                )
            image = "" if in_image is None else in_image or node.image
            return replace(node, options=replace(node.options, image=image))
    raise AuthoringError(
        f"Node {instance!r} has a {type(node.executor).__name__}, which does no work of its own: "
        "function components, components with an executor class and container components can be "
        "replayed."
    )


def _execution(run: RunRecord, instance: str, store: MetadataStore) -> ExecutionRecord:
    found = store.execution(run.run_id, instance)
    if found is None:
        raise RunNotFoundError(
            f"Run {run.run_id!r} has no record of a node {instance!r}."
            f"{did_you_mean(instance, store.states(run.run_id))}"
        )
    return found


def _node_at(pipeline: ir.Pipeline, full_id: str) -> ir.Node:
    """The node of that full id. Ids may hold dots themselves."""
    handler = pipeline.exit_handler
    if handler is not None and handler.id == full_id:
        return handler
    found = _node_in(pipeline, full_id)
    assert found is not None, "the run was made from this pipeline"
    return found


def _node_in(nodes: NodeSet, full_id: str) -> ir.Node | None:
    for node in nodes.nodes:
        if node.id == full_id:
            return node
        if isinstance(node.executor, NodeSet) and full_id.startswith(f"{node.id}."):
            inner = _node_in(node.executor, full_id[len(node.id) + 1 :])
            if inner is not None:
                return inner
    return None


def _check_inputs(original: ExecutionRecord) -> None:
    for key, artifacts in original.inputs.items():
        for artifact in artifacts:
            if not files.exists(artifact.uri):
                raise DataError(
                    f"Node {original.instance!r} cannot be replayed: nothing is at "
                    f"{artifact.uri!r} any more, which it read as {key!r}."
                )


def _parameters(node: ir.Node, recorded: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """The parameters as they were; the user's modules and secrets are not in the store."""
    values = {}
    for name, parameter in node.parameters.items():
        if isinstance(parameter.value, SourceFile) or reads_environment(parameter.value):
            values[name] = evaluate(parameter.value, scope)
        else:
            values[name] = recorded.get(name)
    return values
