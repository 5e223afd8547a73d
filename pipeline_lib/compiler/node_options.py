"""How a node is run, with what the sub-pipelines around it say."""

from __future__ import annotations

from dataclasses import replace

from pipeline_lib import ir
from pipeline_lib.compiler.level import Level
from pipeline_lib.dsl.executor_spec import ContainerExecutorSpec
from pipeline_lib.dsl.kubernetes_options import check_variables
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.errors import AuthoringError


def options_of(node: BaseNode, level: Level) -> ir.NodeOptions:
    """The node's options; where it does not say, a sub-pipeline around it may."""
    options = node.options
    if options.image and isinstance(node.executor_spec, ContainerExecutorSpec):
        raise AuthoringError(
            f"Node {node.id!r} is a container component of image {node.executor_spec.image!r}, "
            "which takes no option 'image'. Name the image where the component is made."
        )
    if isinstance(node, Pipeline):
        _check_sub_pipeline_options(node)
        return replace(options, enable_cache=None)
    check_variables(options, f"Node {node.id!r}")
    around = [one.holder for one in level.path[1:] if isinstance(one.holder, Pipeline)]
    for given in [one.enable_cache for one in reversed(around)]:
        if options.enable_cache is None and given is not None:
            options = replace(options, enable_cache=given)
    return options


def _check_sub_pipeline_options(pipeline: Pipeline) -> None:
    options = pipeline.options
    for name, value in (
        ("retries", options.max_retries),
        ("timeout", options.timeout),
        ("cpus", options.cpus),
        ("memory", options.memory),
        ("accelerators", options.accelerators),
        ("image", options.image),
        ("environment", options.environment),
        ("secrets", options.secrets),
        ("user", options.user),
        ("kubernetes", options.kubernetes),
    ):
        if value:
            raise AuthoringError(
                f"Node {pipeline.id!r} is a sub-pipeline, which takes no option {name!r}. "
                "Give it to the nodes inside."
            )
    if pipeline.exit_handler is not None:
        raise AuthoringError(
            f"Node {pipeline.id!r} is a sub-pipeline, which takes no exit handler. "
            "Give it to the pipeline around."
        )
