"""A run before it begins: its id, its root, and the images that are here."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline_lib import ir
from pipeline_lib.node.run import Run, intended_run
from pipeline_lib.runners.local.container_engine import images_known_here


def intended_local_run(
    pipeline: ir.Pipeline, parameters: Mapping[str, Any], use_cache: bool = True
) -> Run:
    """A run as the local runner would make it, of which nothing is written.

    Raises:
        AuthoringError, UnsupportedError: the pipeline cannot run.
    """
    run = intended_run(pipeline, new_run_id(), parameters, default_root(pipeline), use_cache)
    return replace(run, identify_image=images_known_here(pipeline.every_node()))


def default_root(pipeline: ir.Pipeline) -> str:
    """Where a pipeline without a root writes its outputs."""
    return os.path.join(".plib", pipeline.name)


def new_run_id() -> str:
    """A run id that sorts by time: `20260131-235959-1a2b3c`."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
