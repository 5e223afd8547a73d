"""As many workers as are of use to a run, with what they will need."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline_lib import ir
from pipeline_lib.runners.local.worker_pool import WorkerPool


def workers_for(pipeline: ir.Pipeline, parallelism: int, kept_open: int) -> WorkerPool:
    """Workers for the nodes of a pipeline.

    Args:
        pipeline: what they will execute.
        parallelism: how many there may be.
        kept_open: a file descriptor that they have as well.
    """
    nodes = list(pipeline.every_node())
    # A loop may run a node many times side by side.
    at_once = len(nodes) if all(not node.loop for node in nodes) else parallelism
    size = min(parallelism, at_once)
    return WorkerPool(size, _executor_modules(nodes), kept_open=(kept_open,))


def _executor_modules(nodes: Sequence[ir.Node]) -> list[str]:
    """Modules of the executor classes, which are those that load heavy libraries, each once."""
    here = [node.executor for node in nodes if not node.image]
    paths = [executor.path for executor in here if isinstance(executor, ir.ClassExecutor)]
    return list(dict.fromkeys(path.partition(":")[0] for path in paths))
