"""TFX's `Pipeline`: ours, with the arguments that TFX's has."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from pipeline_lib.dsl.channel import OutputChannel
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.pipeline import Pipeline as NativePipeline
from pipeline_lib.dsl.pipeline import PipelineInputs
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError, UnsupportedError


class ExecutionMode(Enum):
    """TFX's ways of running a pipeline, of which there is one here."""

    SYNC = 1
    """A run goes from the first node to the last and ends."""

    ASYNC = 2
    """Nodes run forever, each when it has new input. Not here."""


class Pipeline(NativePipeline):
    """`pipeline_lib.Pipeline`, with TFX's arguments in TFX's order.

    Args:
        pipeline_name: identifies the pipeline in the store, across its runs.
        pipeline_root: directory or URI below which outputs are written; the runner has a default.
        metadata_connection_config: which store to use; the runner has a default.
        components: every node; listing one twice has no effect.
        enable_cache: whether nodes may use cached results, unless they say otherwise.
        beam_pipeline_args: Beam's command-line arguments for every node that runs Beam.
        platform_config: settings of TFX's own orchestrator; not taken.
        execution_mode: `ExecutionMode.SYNC`.
        inputs: what a sub-pipeline reads from the pipeline around it.
        outputs: what a sub-pipeline gives to the pipeline around it.
        ours: arguments of `pipeline_lib.Pipeline` that TFX's has not.

    Raises:
        AuthoringError: as `pipeline_lib.Pipeline`; a node waits for one of these and is not listed.
        UnsupportedError: `platform_config` is given, or the mode is another.
    """

    def __init__(
        self,
        pipeline_name: str,
        pipeline_root: str | os.PathLike[str] | RuntimeParameter | None = None,
        metadata_connection_config: object | None = None,
        components: Iterable[BaseNode] = (),
        enable_cache: bool | None = None,
        beam_pipeline_args: Sequence[str | RuntimeParameter] | None = None,
        platform_config: object | None = None,
        execution_mode: ExecutionMode = ExecutionMode.SYNC,
        inputs: PipelineInputs | None = None,
        outputs: Mapping[str, OutputChannel] | None = None,
        **ours: Any,
    ) -> None:
        if platform_config is not None:
            raise UnsupportedError(
                f"Pipeline {pipeline_name!r}: platform_config is for TFX's own orchestrator and "
                "has no meaning here. Leave it out; a node's resources are given by "
                "node.with_options(...)."
            )
        if execution_mode is not ExecutionMode.SYNC:
            raise UnsupportedError(
                f"Pipeline {pipeline_name!r} has {execution_mode!s}: a run goes from the first "
                "node to the last and ends. Use ExecutionMode.SYNC."
            )
        super().__init__(
            pipeline_name,
            pipeline_root or None,
            components=list(dict.fromkeys(components)),
            enable_cache=enable_cache,
            metadata_connection_config=metadata_connection_config,
            beam_pipeline_args=beam_pipeline_args or (),
            inputs=inputs,
            outputs=outputs,
            **ours,
        )
        self._check_that_all_who_wait_are_listed()

    def _check_that_all_who_wait_are_listed(self) -> None:
        listed = {*self.components, self.exit_handler}
        for node in self.components:
            for waiting in node.downstream_nodes:
                if waiting not in listed:
                    raise AuthoringError(
                        f"Pipeline {self.pipeline_name!r} does not list node {waiting.id!r}, which "
                        f"waits for node {node.id!r}. Add it to components=[...]."
                    )
