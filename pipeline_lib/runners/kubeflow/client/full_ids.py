"""The nodes of a pipeline by the ids that are unique in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline_lib import ir

Path = tuple[ir.Node, ...]
"""A node, after those around it from the outermost on."""


def nodes_by_full_id(pipeline: ir.Pipeline) -> dict[str, Path]:
    """Every node and those around it, by its id with those of the nodes around it."""
    paths = list(_inside(pipeline.nodes, ()))
    if pipeline.exit_handler is not None:
        paths.append((pipeline.exit_handler,))
    return {".".join(node.id for node in path): path for path in paths}


def _inside(nodes: Iterable[ir.Node], around: Path) -> Iterator[Path]:
    for node in nodes:
        yield (*around, node)
        if isinstance(node.executor, ir.PipelineExecutor):
            yield from _inside(node.executor.nodes, (*around, node))
