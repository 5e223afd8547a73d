"""Compiles a pipeline for Kubeflow Pipelines."""

from __future__ import annotations

from typing import Any

from pipeline_lib import ir
from pipeline_lib.runners.kubeflow.platform.executor import platform_of
from pipeline_lib.runners.kubeflow.settings import KubeflowSettings
from pipeline_lib.runners.kubeflow.spec.check import check_document
from pipeline_lib.runners.kubeflow.spec.components import Signature
from pipeline_lib.runners.kubeflow.spec.containers import Step, resources, step_container
from pipeline_lib.runners.kubeflow.spec.dag import Dag
from pipeline_lib.runners.kubeflow.spec.document import KubeflowDocument
from pipeline_lib.runners.kubeflow.spec.going_on import Placed, goes_on
from pipeline_lib.runners.kubeflow.spec.levels import LevelLowering
from pipeline_lib.runners.kubeflow.spec.names import pipeline_name
from pipeline_lib.runners.kubeflow.spec.packing import pack
from pipeline_lib.runners.kubeflow.spec.parameters import input_definitions, kubeflow_type
from pipeline_lib.runners.kubeflow.spec.questions import run_input
from pipeline_lib.runners.kubeflow.spec.refusals import checked_target
from pipeline_lib.runners.kubeflow.spec.size import check_size
from pipeline_lib.runners.kubeflow.spec.target import Target

SCHEMA_VERSION = "2.1.0"
SDK_VERSION = "kfp-2.13.0"
"""Whose documents these are like; back ends look at the part before the dash."""

BEGIN, NODES, CHECK, END = "begin", "exit-handler-1", "check", "end"
"""Tasks of every pipeline. The second holds all nodes; it is named as kfp names it."""


def compile_spec(pipeline: ir.Pipeline, settings: KubeflowSettings) -> KubeflowDocument:
    """Compile a pipeline for Kubeflow Pipelines.

    Args:
        pipeline: the pipeline.
        settings: how it runs there.

    Raises:
        UnsupportedError: it uses what Kubeflow cannot do.
        AuthoringError: containers could not reach the store or the pipeline root, there is no
            image for a node, or what comes out is too large.
    """
    target = checked_target(pipeline, settings)
    inputs = input_definitions(pipeline)
    for name in (BEGIN, NODES, CHECK, END):
        target.names.take(name)
    root = _root(target, inputs)
    document = KubeflowDocument(_spec(target, root, inputs), _platform(target))
    check_document(document)
    check_size(document, pipeline)
    return document


def _root(target: Target, inputs: dict[str, dict[str, Any]]) -> Dag:
    """The first step, all nodes, and the last step, which runs however these have ended."""
    root = Dag(target.components)
    kinds = {name: one["parameterType"] for name, one in inputs.items()}
    begin = _step(target, "begin", ir.NodeOptions(), kinds, _begin_arguments(target))
    root.add(BEGIN, begin, (), {name: root.outer(name, kind) for name, kind in kinds.items()})
    nodes = LevelLowering(target, target.pipeline).dag()
    level = target.pipeline
    if not nodes.tasks or any(goes_on([Placed(node, level)]) for node in level.nodes):
        check = _step(target, "check", ir.NodeOptions())
        nodes.add(CHECK, check, nodes.last())
    given = {
        run_input(one.name): root.outer(one.name, kubeflow_type(one.type))
        for one in target.pipeline.runtime_parameters
        if run_input(one.name) in nodes.inputs
    }
    root.add_dag(NODES, nodes, [BEGIN], given)
    handler = target.pipeline.exit_handler
    end = _step(target, "end", handler.options if handler else ir.NodeOptions())
    always = {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}
    root.add(END, end, [NODES], triggerPolicy=always)
    return root


def _step(
    target: Target,
    verb: str,
    options: ir.NodeOptions,
    kinds: dict[str, str] | None = None,
    further: tuple[str, ...] = (),
) -> str:
    """The component of a step that is of no node; `options` are of one that may run in it."""
    step = Step(verb, of_node=False, further=further)
    container = step_container(step, options.image or target.image, options, target.settings)
    return target.components.container(
        verb,
        Signature(kinds or {}),
        container | resources(options),
        platform_of(options, target.settings),
    )


def _begin_arguments(target: Target) -> tuple[str, ...]:
    settings = target.settings
    words: list[str] = []
    for text in pack(target.pipeline):
        words += ["--pipeline", text]
    if settings.pipeline_root is not None:
        words += ["--root", settings.pipeline_root]
    if not settings.use_cache:
        words.append("--no-cache")
    for node in settings.from_nodes:
        words += ["--from-node", node]
    for node in settings.to_nodes:
        words += ["--to-node", node]
    if settings.base_run is not None:
        words += ["--base-run", settings.base_run]
    return tuple(words)


def _spec(target: Target, root: Dag, inputs: dict[str, dict[str, Any]]) -> dict[str, Any]:
    component: dict[str, Any] = {"dag": {"tasks": root.tasks}}
    if inputs:
        component["inputDefinitions"] = {"parameters": inputs}
    return {
        "pipelineInfo": {"name": pipeline_name(target.pipeline.name)},
        "schemaVersion": SCHEMA_VERSION,
        "sdkVersion": SDK_VERSION,
        "root": component,
        "components": target.components.components,
        "deploymentSpec": {"executors": target.components.executors},
    }


def _platform(target: Target) -> dict[str, Any]:
    pods = target.components.pods
    if not pods:
        return {}
    return {"platforms": {"kubernetes": {"deploymentSpec": {"executors": pods}}}}
