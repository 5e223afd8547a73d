"""`Pipeline`: nodes, and where their results go."""

from __future__ import annotations

import os
from collections.abc import Sequence

from pipeline_lib.dsl.channel import OutputChannel
from pipeline_lib.dsl.component_spec import BoundParameter, ExecutionParameter
from pipeline_lib.dsl.executor_spec import beam_arguments
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError


class Pipeline:
    """A pipeline of nodes. The order in which they are listed does not matter.

    Args:
        pipeline_name: identifies the pipeline in the store, across its runs.
        pipeline_root: directory or URI below which outputs are written; the runner has a default.
        components: every node, each once.
        enable_cache: whether nodes may use cached results, unless they say otherwise.
        metadata_connection_config: which store to use; the runner has a default.
        beam_pipeline_args: Beam's command-line arguments for every node that runs Beam.

    Raises:
        AuthoringError: a node is listed twice, or used by another and not listed; the root or a
            Beam argument is no text.
    """

    def __init__(
        self,
        pipeline_name: str,
        pipeline_root: str | os.PathLike[str] | RuntimeParameter | None = None,
        components: Sequence[BaseNode] = (),
        enable_cache: bool = False,
        metadata_connection_config: object | None = None,
        beam_pipeline_args: Sequence[str | RuntimeParameter] = (),
    ) -> None:
        self.pipeline_name = pipeline_name
        where = f"Pipeline {pipeline_name!r}"
        root = os.fspath(pipeline_root) if isinstance(pipeline_root, os.PathLike) else pipeline_root
        bound_root = BoundParameter.check(
            ExecutionParameter(str, optional=True), root, f"{where}: pipeline_root"
        )
        self.pipeline_root: str | RuntimeParameter | None = bound_root.value
        self.components = list(components)
        self.enable_cache = enable_cache
        self.metadata_connection_config = metadata_connection_config
        self.beam_pipeline_args = beam_arguments(beam_pipeline_args, where)
        self._check_components()

    def _check_components(self) -> None:
        where = f"Pipeline {self.pipeline_name!r}"
        if not self.components:
            raise AuthoringError(f"{where} has no components.")
        listed: set[BaseNode] = set()
        for node in self.components:
            if not isinstance(node, BaseNode):
                raise AuthoringError(
                    f"{where} lists {node!r} of type {type(node).__name__}, which is no node."
                )
            if node in listed:
                raise AuthoringError(f"{where} lists node {node.id!r} twice.")
            listed.add(node)
        for node in self.components:
            for used, how in _nodes_used_by(node):
                if used not in listed:
                    raise AuthoringError(
                        f"{where} does not list node {used.id!r}, which node {node.id!r} {how}. "
                        "Add it to components=[...]."
                    )

    def __repr__(self) -> str:
        return f"<Pipeline {self.pipeline_name!r}: {len(self.components)} nodes>"


def _nodes_used_by(node: BaseNode) -> list[tuple[BaseNode, str]]:
    read = [
        (channel.producer, f"reads as {key!r}")
        for key, channel in node.inputs.items()
        if isinstance(channel, OutputChannel)
    ]
    waited = [(upstream, "waits for") for upstream in node.upstream_nodes]
    tested = [
        (channel.producer, "reads in a condition")
        for predicate in node.conditions
        for channel in predicate.channels
    ]
    return read + waited + tested
