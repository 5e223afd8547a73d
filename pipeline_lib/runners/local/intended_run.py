"""A run before it begins: its id and its root, and whether this runner can do it."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from typing import Any

from pipeline_lib import ir
from pipeline_lib.errors import UnsupportedError
from pipeline_lib.node.run import Run, intended_run


def intended_local_run(
    pipeline: ir.Pipeline, parameters: Mapping[str, Any], use_cache: bool = True
) -> Run:
    """A run as the local runner would make it, of which nothing is written.

    Raises:
        AuthoringError, UnsupportedError: the pipeline cannot run.
    """
    refuse_unsupported(pipeline)
    return intended_run(pipeline, new_run_id(), parameters, default_root(pipeline), use_cache)


def default_root(pipeline: ir.Pipeline) -> str:
    """Where a pipeline without a root writes its outputs."""
    return os.path.join(".plib", pipeline.name)


def new_run_id() -> str:
    """A run id that sorts by time: `20260131-235959-1a2b`."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"


def refuse_unsupported(pipeline: ir.Pipeline) -> None:
    """Refuse what the local runner cannot execute.

    Raises:
        UnsupportedError: a node is a container component.
    """
    for node in pipeline.every_node():
        if isinstance(node.executor, ir.ContainerExecutor):
            raise UnsupportedError(
                f"Node {node.id!r} is a container component (image {node.executor.image!r}), "
                "which the local runner does not run. Compile the pipeline with compile(...) to "
                "run it elsewhere, or use a function component."
            )
