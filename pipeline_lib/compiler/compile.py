"""`compile`: a pipeline in, its intermediate representation out."""

from __future__ import annotations

from pipeline_lib import ir
from pipeline_lib.compiler.code import CodeDigests
from pipeline_lib.compiler.lower import NodeLowering, root_expression
from pipeline_lib.compiler.runtime_parameters import RuntimeParameters
from pipeline_lib.compiler.source_bundles import SourceBundles
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.errors import AuthoringError


def compile(pipeline: Pipeline, *, session: str | None = None) -> ir.Pipeline:
    """Compile a pipeline to its intermediate representation.

    The result is a value: equal pipelines give equal results in every process. It holds the
    user's module files, and refers to everything else by import path.

    Args:
        pipeline: what to compile.
        session: source of the components that are defined in an interactive session, which only
            that session can run.

    Raises:
        AuthoringError: something that an author wrote cannot be compiled.
        InvalidPipelineError: the nodes do not make a pipeline that could run.
        UserModuleError: a module file or an executor's module cannot be found.
    """
    if pipeline.pipeline_inputs is not None:
        raise AuthoringError(
            f"Pipeline {pipeline.pipeline_name!r} declares inputs, so it can only be a node of "
            "another pipeline. What another pipeline's runs have written is read through a "
            "Resolver, with Channel(type=..., pipeline_name=...)."
        )
    runtime_parameters = RuntimeParameters()
    sources = SourceBundles()
    code = CodeDigests(session)
    lowering = NodeLowering(pipeline, runtime_parameters, sources, code)
    root = root_expression(pipeline, runtime_parameters)
    nodes = lowering.nodes()
    return ir.Pipeline(
        name=pipeline.pipeline_name,
        root=root,
        nodes=nodes,
        exit_handler=lowering.exit_handler(),
        enable_cache=bool(pipeline.enable_cache),
        runtime_parameters=runtime_parameters.declared(),
        sources=sources.bundles(),
        code=(*code.all(), *sources.code()),
    )
